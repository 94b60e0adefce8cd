// What a program finds beside the ECMAScript library when it runs: the globals and modules of Node.js, as far as
// programs name them. Their types are open, so that no package of types need be installed.
declare var global: any;
declare var process: any;
declare var require: any;
declare var module: any;
declare var exports: any;
declare var __filename: string;
declare var __dirname: string;
declare var performance: any;
declare var fetch: any;
declare var crypto: any;

interface Console {
  assert(condition?: unknown, ...data: any[]): void;
  debug(...data: any[]): void;
  dir(item?: any, options?: any): void;
  error(...data: any[]): void;
  group(...data: any[]): void;
  groupEnd(): void;
  info(...data: any[]): void;
  log(...data: any[]): void;
  table(data?: any, columns?: readonly string[]): void;
  time(label?: string): void;
  timeEnd(label?: string): void;
  trace(...data: any[]): void;
  warn(...data: any[]): void;
}
declare var console: Console;

declare namespace NodeJS {
  interface Timeout {}
}
declare function setTimeout(run: (...args: any[]) => void, delay?: number, ...args: any[]): any;
declare function clearTimeout(timer?: any): void;
declare function setInterval(run: (...args: any[]) => void, delay?: number, ...args: any[]): any;
declare function clearInterval(timer?: any): void;
declare function setImmediate(run: (...args: any[]) => void, ...args: any[]): any;
declare function clearImmediate(timer?: any): void;
declare function queueMicrotask(run: () => void): void;
declare function structuredClone<T = any>(value: T, options?: any): T;
declare function atob(data: string): string;
declare function btoa(data: string): string;

declare class Buffer extends Uint8Array {
  static from(data: any, encoding?: any, length?: number): Buffer;
  static of(...items: number[]): Buffer;
  static alloc(size: number, fill?: any, encoding?: string): Buffer;
  static allocUnsafe(size: number): Buffer;
  static byteLength(data: any, encoding?: string): number;
  static concat(list: readonly Uint8Array[], length?: number): Buffer;
  static compare(a: Uint8Array, b: Uint8Array): number;
  static isBuffer(value: any): value is Buffer;
  toString(encoding?: string, start?: number, end?: number): string;
  write(text: string, ...rest: any[]): number;
  equals(other: Uint8Array): boolean;
  copy(target: Uint8Array, ...rest: number[]): number;
  [method: string]: any;
}
declare class TextEncoder {
  encode(text?: string): Uint8Array;
}
declare class TextDecoder {
  constructor(label?: string, options?: any);
  decode(data?: any, options?: any): string;
}
declare class URL {
  constructor(url: string | URL, base?: string | URL);
  [field: string]: any;
}
declare class URLSearchParams {
  constructor(init?: any);
  [field: string]: any;
}
declare class AbortController {
  readonly signal: any;
  abort(reason?: any): void;
}

declare module "node:*";
declare module "assert";
declare module "assert/strict";
declare module "buffer";
declare module "crypto";
declare module "events";
declare module "fs";
declare module "fs/promises";
declare module "os";
declare module "path";
declare module "perf_hooks";
declare module "process";
declare module "querystring";
declare module "readline";
declare module "readline/promises";
declare module "stream";
declare module "string_decoder";
declare module "timers";
declare module "timers/promises";
declare module "url";
declare module "util";
declare module "vm";
declare module "worker_threads";
declare module "zlib";
