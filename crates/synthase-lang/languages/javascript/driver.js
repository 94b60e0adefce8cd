// The JavaScript end of the conversation between the broker and a program. The messages are those
// of the Python driver; values are converted by the types of the signature, because a JavaScript
// number does not say whether it is an integer or a float.
"use strict";

(async () => {
  const fs = require("node:fs");
  const vm = require("node:vm");
  const { readSync, writeSync } = fs;
  const { stringify, parse } = JSON;
  const { isInteger, isSafeInteger, isFinite } = Number;
  const { isArray } = Array;
  const { is, keys, getPrototypeOf } = Object;
  const endProcess = process.exit.bind(process);
  const MAX_DEPTH = 40;

  class NoValue extends Error {}

  // ---- values to JSON text ---------------------------------------------------------------------

  function encode(value, type, depth = MAX_DEPTH) {
    if (depth === 0) throw new NoValue(`nested deeper than ${MAX_DEPTH} levels`);
    const optional = typeof type === "object" && type !== null && "optional" in type;
    if (value === null || value === undefined) {
      const absent = value === null || optional || type === "null" || type === "any";
      if (!absent) throw new NoValue("undefined");
      return "null";
    }
    if (optional) return encode(value, type.optional, depth);
    switch (typeof value) {
      case "boolean":
        return value ? "true" : "false";
      case "number":
        return encodeNumber(value, type);
      case "bigint":
        return `{"$int":"${value}"}`;
      case "string":
        if (!value.isWellFormed()) throw new NoValue("a text with a lone surrogate");
        return stringify(value);
      case "object":
        return encodeObject(value, type, depth - 1);
      default:
        throw new NoValue(`a ${typeof value}`);
    }
  }

  function encodeNumber(value, type) {
    if (!isFinite(value)) return `{"$float":"${value > 0 ? "inf" : value < 0 ? "-inf" : "nan"}"}`;
    if (isSafeInteger(value) && type !== "float") return `${is(value, -0) ? 0 : value}`;
    const text = is(value, -0) ? "-0" : `${value}`;
    // `1` would read as an integer.
    return /[.e]/.test(text) ? text : `${text}.0`;
  }

  function encodeObject(value, type, depth) {
    const of = typeof type === "object" && type !== null ? type : {};
    if (isArray(value)) {
      const parts = [];
      const tuple = "tuple" in of;
      for (let i = 0; i < value.length; i++) {
        parts.push(encode(value[i], (tuple ? of.tuple[i] : of.list) ?? "any", depth));
      }
      return tuple ? `{"$tuple":[${parts.join(",")}]}` : `[${parts.join(",")}]`;
    }
    if (value instanceof Set) {
      const parts = [];
      for (const item of value) parts.push(encode(item, of.set ?? "any", depth));
      return `{"$set":[${parts.join(",")}]}`;
    }
    const [keyType, itemType] = of.map ?? ["any", "any"];
    if (value instanceof Map) {
      const parts = [];
      for (const [key, item] of value) parts.push(`[${encode(key, keyType, depth)},${encode(item, itemType, depth)}]`);
      return `{"$map":[${parts.join(",")}]}`;
    }
    if (value instanceof Uint8Array) return `{"$bytes":"${Buffer.from(value).toString("hex")}"}`;
    if (value instanceof Date) return encodeDate(value, of.tag);
    const prototype = getPrototypeOf(value);
    if (prototype !== null && getPrototypeOf(prototype) !== null) {
      throw new NoValue(`an object of class ${prototype.constructor?.name}`);
    }
    if ("record" in of) {
      const parts = of.record.map(([name, ty]) => `[${stringify(name)},${encode(value[name], ty, depth)}]`);
      return `{"$record":[null,[${parts.join(",")}]]}`;
    }
    const parts = keys(value).map((key) => `[${encode(key, "str", depth)},${encode(value[key], itemType, depth)}]`);
    return `{"$map":[${parts.join(",")}]}`;
  }

  function encodeDate(value, tag) {
    if (Number.isNaN(value.getTime())) throw new NoValue("an invalid date");
    const text = value.toISOString();
    return tag === "date" || text.endsWith("T00:00:00.000Z")
      ? `{"$tag":["date","${text.slice(0, 10)}"]}`
      : `{"$tag":["datetime","${text.slice(0, 19)}"]}`;
  }

  // ---- JSON to values --------------------------------------------------------------------------

  function revive(json) {
    if (json === null || typeof json !== "object") return json;
    if (isArray(json)) return json.map(revive);
    const names = keys(json);
    if (names.length !== 1 || !names[0].startsWith("$")) {
      const object = {};
      for (const name of names) object[name] = revive(json[name]);
      return object;
    }
    const content = json[names[0]];
    switch (names[0]) {
      case "$int":
        throw new NoValue(`the integer ${content} is not exact as a number`);
      case "$float":
        return content === "nan" ? NaN : content === "inf" ? Infinity : content === "-inf" ? -Infinity : content;
      case "$bytes":
        return new Uint8Array(Buffer.from(content, "hex"));
      case "$tuple":
        return content.map(revive);
      case "$set":
        return new Set(content.map(revive));
      case "$some":
        return revive(content);
      case "$map":
        return new Map(content.map(([key, item]) => [revive(key), revive(item)]));
      case "$record":
        return Object.fromEntries(content[1].map(([name, item]) => [name, revive(item)]));
      case "$tag":
        if (content[0] === "date") return new Date(content[1]);
        if (content[0] === "datetime") return new Date(`${content[1]}Z`);
        throw new NoValue(`JavaScript has no value for ${content[0]} literals`);
      default:
        throw new NoValue(`the form ${names[0]}`);
    }
  }

  // ---- frames ----------------------------------------------------------------------------------

  function readExactly(count) {
    const buffer = Buffer.alloc(count);
    for (let at = 0; at < count; ) {
      const got = readSync(3, buffer, at, count - at, null);
      if (got === 0) endProcess(0);
      at += got;
    }
    return buffer;
  }

  function receive() {
    return parse(readExactly(readExactly(4).readUInt32LE(0)).toString("utf8"));
  }

  function send(nonce, seq, content) {
    const body = Buffer.from(`{"nonce":"${nonce}","seq":${seq},${content}}`, "utf8");
    const head = Buffer.alloc(4);
    head.writeUInt32LE(body.length, 0);
    const frame = Buffer.concat([head, body]);
    for (let at = 0; at < frame.length; ) at += writeSync(3, frame, at);
  }

  // ---- running ---------------------------------------------------------------------------------

  const text = (value) => stringify(`${value}`.toWellFormed().slice(0, 10000));

  function describe(error) {
    try {
      if (error instanceof Error) return `[${text(error.name)},${text(error.message)}]`;
      return `[${text(typeof error)},${text(error)}]`;
    } catch {
      return '["Error",""]';
    }
  }

  /** The function of a name that a source defines or exports. */
  function load(prelude, source, name) {
    // Scripts have no `export`; what it would export is found by its name.
    const script = source.replace(/^export\s+(default\s+)?(?=(async|function|const|let|var|class)\b)/gm, "");
    const safe = /^[A-Za-z_$][\w$]*$/.test(name) ? name : "undefined";
    const tail = `\n;return typeof ${safe} !== "undefined" ? ${safe} : undefined;`;
    const module = { exports: {} };
    const compiled = vm.compileFunction(`${prelude}\n${script}${tail}`, ["require", "module", "exports"], {
      filename: "program.js",
      lineOffset: -(prelude.split("\n").length),
    });
    const found = compiled(require, module, module.exports);
    return found ?? (typeof module.exports === "function" ? module.exports : module.exports[name]);
  }

  async function call(entry, message, types) {
    let content;
    let args;
    try {
      args = message.args.map(revive);
    } catch (error) {
      return `"unfit":${text(error.message)}`;
    }
    try {
      let result = entry(...args);
      if (result instanceof Promise) result = await result;
      try {
        content = `"value":${encode(result, types.returns)}`;
      } catch (error) {
        content = `"invalid":${text(error instanceof NoValue ? error.message : "its value cannot be read")}`;
      }
    } catch (error) {
      content = `"raised":${describe(error)}`;
    }
    if (message.after) {
      try {
        content += `,"after":[${args.map((arg, i) => encode(arg, types.params[i] ?? "any")).join(",")}]`;
      } catch {
        content += ',"after":null';
      }
    }
    return content;
  }

  async function answerCalls(message) {
    const { nonce } = message;
    let entry;
    try {
      entry = load(message.prelude, message.source, message.entry);
    } catch (error) {
      const syntax = error instanceof SyntaxError && /program\.js:\d+/.test(`${error.stack}`.split("\n")[0]);
      send(nonce, message.seq, syntax ? `"syntax":${text(error.message)}` : `"raised":${describe(error)}`);
      return;
    }
    if (typeof entry !== "function") {
      send(nonce, message.seq, '"missing":true');
      return;
    }
    send(nonce, message.seq, '"loaded":true');
    for (;;) {
      const question = receive();
      send(nonce, question.seq, await call(entry, question, message.types));
    }
  }

  // ---- test code -------------------------------------------------------------------------------

  class Unsupported extends Error {}

  function makeProxy(state, types) {
    return (...args) => {
      let encoded;
      try {
        encoded = args.map((arg, i) => encode(arg, types.params[i] ?? "any")).join(",");
      } catch (error) {
        throw new Unsupported(`an argument that is no plain data: ${error.message}`);
      }
      send(state.nonce, state.seq, `"call":[${encoded}]`);
      const reply = receive();
      state.seq = reply.seq;
      if (reply.stop) endProcess(0);
      (reply.after ?? []).forEach((json, i) => mirror(args[i], revive(json)));
      if (reply.raised) {
        const error = new Error(reply.raised[1]);
        error.name = reply.raised[0];
        throw error;
      }
      return revive(reply.value);
    };
  }

  /** Gives an argument the content that the call left it with. */
  function mirror(old, now) {
    if (isArray(old) && isArray(now)) old.splice(0, old.length, ...now);
  }

  function runTests(message) {
    const state = { nonce: message.nonce, seq: message.seq };
    let content = '"passed":true';
    try {
      const names = [message.entry, "assert", "require"];
      const options = { filename: "tests.js", lineOffset: -1 };
      const compiled = vm.compileFunction(`${message.prelude}\n${message.source}`, names, options);
      compiled(makeProxy(state, message.types), require("node:assert"), require);
    } catch (error) {
      const line = /tests\.js:(\d+)/.exec(`${error?.stack}`)?.[1] ?? 0;
      if (error instanceof Unsupported) content = `"unsupported":${text(error.message)}`;
      else if (error instanceof SyntaxError && state.seq === message.seq) content = `"broken":${text(error.message)}`;
      else content = `"failed":${describe(error)},"line":${line}`;
    }
    send(state.nonce, state.seq, content);
  }

  const message = receive();
  if (message.op === "load") await answerCalls(message);
  else if (message.op === "test") runTests(message);
})();
