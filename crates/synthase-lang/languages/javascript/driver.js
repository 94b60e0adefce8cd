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
  const MAX_FRAME = 8 << 20;
  // A half of a surrogate pair by itself is no character and so no part of a text.
  const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

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
        if (loneSurrogate.test(value)) throw new NoValue("a text with a lone surrogate");
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
    if (tag === "date" || (tag !== "datetime" && text.endsWith("T00:00:00.000Z"))) {
      return `{"$tag":["date","${text.slice(0, 10)}"]}`;
    }
    return `{"$tag":["datetime","${text.slice(0, 23).replace(/\.?0*$/, (zeros) => (zeros.startsWith(".") ? "" : zeros))}"]}`;
  }

  // ---- JSON to values --------------------------------------------------------------------------

  function revive(json) {
    if (json === null || typeof json !== "object") return json;
    if (isArray(json)) return json.map(revive);
    const names = keys(json);
    if (names.length !== 1 || !names[0].startsWith("$")) {
      // Not by assignment: that would lose a key named `__proto__`.
      return Object.fromEntries(names.map((name) => [name, revive(json[name])]));
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
      case "$map": {
        const pairs = content.map(([key, item]) => [revive(key), revive(item)]);
        return pairs.every(([key]) => typeof key === "string") ? Object.fromEntries(pairs) : new Map(pairs);
      }
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
    if (content.length > MAX_FRAME) content = `"invalid":"more than ${MAX_FRAME} bytes"`;
    const body = Buffer.from(`{"nonce":"${nonce}","seq":${seq},${content}}`, "utf8");
    const head = Buffer.alloc(4);
    head.writeUInt32LE(body.length, 0);
    const frame = Buffer.concat([head, body]);
    for (let at = 0; at < frame.length; ) at += writeSync(3, frame, at);
  }

  // ---- running ---------------------------------------------------------------------------------

  // Through UTF-8 and back, which replaces what is no character.
  const text = (value) => stringify(Buffer.from(`${value}`.slice(0, 10000), "utf8").toString("utf8"));

  function describe(error) {
    try {
      if (!(error instanceof Error)) return `[${text(typeof error)},${text(error)},[]]`;
      const bases = [];
      for (let kind = getPrototypeOf(error); kind !== null && kind !== Object.prototype; kind = getPrototypeOf(kind)) {
        const name = kind.constructor?.name;
        if (name && name !== error.name) bases.push(text(name));
      }
      return `[${text(error.name)},${text(error.message)},[${bases.join(",")}]]`;
    } catch {
      return '["Error","",[]]';
    }
  }

  /** The function of a name that a source defines or exports. */
  async function load(prelude, source, name) {
    const safe = /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? name : "undefined";
    const lineOffset = -prelude.split("\n").length;
    const names = ["require", "module", "exports"];
    const tail = `\n;return typeof ${safe} !== "undefined" ? ${safe} : undefined;`;
    let compiled;
    try {
      compiled = vm.compileFunction(`${prelude}\n${source}${tail}`, names, { filename: "program.js", lineOffset });
    } catch (error) {
      if (/\b(export|import|await)\b/.test(`${error.message} ${source}`) === false) throw error;
      return loadModule(prelude, source, safe, error);
    }
    const module = { exports: {} };
    const found = compiled(require, module, module.exports);
    return found ?? (typeof module.exports === "function" ? module.exports : module.exports[name]);
  }

  /** The same for a source with `import`, `export` or `await` at its outermost level. */
  async function loadModule(prelude, source, name, scriptError) {
    const url = (text) => `data:text/javascript;base64,${Buffer.from(text, "utf8").toString("base64")}`;
    const whole = `${prelude}\n${source}\n`;
    let found;
    try {
      found = await import(url(`${whole}export { ${name} as __synthase_entry };`));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      try {
        found = await import(url(whole));
      } catch (error) {
        throw error instanceof SyntaxError ? scriptError : error;
      }
    }
    return found.__synthase_entry ?? found[name] ?? found.default;
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
      entry = await load(message.prelude, message.source, message.entry);
    } catch (error) {
      // The prelude stands on the lines up to 0, which stacks leave out. An error at run time belongs to
      // the line of the outermost level; the broker looks itself whether the prelude is at fault.
      const found = `${error?.stack}`.matchAll(/program\.js(?::(-?\d+))?/g);
      const lines = [...found].map(([, line]) => Number(line ?? 0));
      const thrownByCompiler = error instanceof SyntaxError && /^[^\n]*program\.js:/.test(`${error.stack}`);
      if ((thrownByCompiler ? lines[0] : lines.at(-1)) < 1) send(nonce, message.seq, `"prelude":${text(error)}`);
      else if (thrownByCompiler) send(nonce, message.seq, `"syntax":${text(error.message)}`);
      else send(nonce, message.seq, `"load":${describe(error)}`);
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

  function makeProxy(state, types) {
    return (...args) => {
      let encoded;
      try {
        encoded = args.map((arg, i) => encode(arg, types.params[i] ?? "any")).join(",");
      } catch (error) {
        // Kept, because the test may catch what is thrown.
        state.unsupported ??= `an argument that is no plain data: ${error.message}`;
        throw new Error(state.unsupported);
      }
      send(state.nonce, state.seq, `"call":[${encoded}]`);
      const reply = receive();
      state.seq = reply.seq;
      (reply.after ?? []).forEach((json, i) => mirror(args[i], revive(json)));
      if (reply.raised) {
        const [kind, message, bases] = reply.raised;
        const known = [kind, ...bases].map((name) => globalThis[name]).find((found) => found?.prototype instanceof Error);
        const error = new (known ?? Error)(message);
        error.name = kind;
        throw error;
      }
      return revive(reply.value);
    };
  }

  /** Gives an argument the content that the call left it with. */
  function mirror(old, now) {
    if (!isArray(old) || !isArray(now)) return;
    const both = now.map((item, i) => {
      if (!isArray(item) || !isArray(old[i])) return item;
      mirror(old[i], item);
      return old[i];
    });
    old.splice(0, old.length, ...both);
  }

  /**
   * Runs test code whose entry point is the program in another process. What it leaves to be done
   * later, promises and tests of `node:test` among it, is waited for.
   */
  function runTests(message) {
    const state = { nonce: message.nonce, seq: message.seq };
    let content = null;
    let done = false;
    const failed = (error) => {
      if (content !== null) return;
      const line = /tests\.js:(\d+)/.exec(`${error?.stack}`)?.[1] ?? 0;
      // Errors of the program have no code.
      if (/^(ERR_)?MODULE_NOT_FOUND$/.test(error?.code)) content = `"broken":${text(error.message)}`;
      else content = `"failed":${describe(error)},"line":${line}`;
    };
    process.on("uncaughtException", failed);
    process.on("unhandledRejection", failed);
    process.once("beforeExit", () => {
      if (content === null && process.exitCode) content = '"failed":["AssertionError","a test failed",[]],"line":0';
      process.exitCode = 0;
      if (!done) content ??= '"broken":"it waits for something that never happens"';
      if (state.unsupported !== undefined) content = `"unsupported":${text(state.unsupported)}`;
      send(state.nonce, state.seq, content ?? '"passed":true');
    });
    const names = [message.entry, "assert", "require"];
    let compiled;
    try {
      // An asynchronous function, so that `await` may stand in it.
      const body = `return (async () => {${message.prelude}\n${message.source}\n})();`;
      compiled = vm.compileFunction(body, names, { filename: "tests.js", lineOffset: -message.prelude.split("\n").length });
    } catch (error) {
      content = `"broken":${text(error.message)}`;
      return;
    }
    const test = compiled(makeProxy(state, message.types), require("node:assert"), require);
    test.catch(failed).then(() => {
      done = true;
    });
  }

  /** Calls a program while an instrument watches, whose text comes with the message. */
  async function runInstrument(message) {
    const { nonce, seq } = message;
    const instrument = new Function("require", message.instrument)(require);
    instrument.start(message);
    let entry;
    try {
      entry = await load(message.prelude, message.source, message.entry);
    } catch {}
    // What is wrong with it is found out by calling it without an instrument.
    if (typeof entry !== "function") return send(nonce, seq, '"unloaded":true');
    const answer = await call(entry, message, message.types);
    send(nonce, seq, `"answer":{${answer}},${instrument.end()}`);
  }

  let message = receive();
  if (message.op === "hello") {
    send(message.nonce, message.seq, '"ready":true');
    message = receive();
  }
  if (message.op === "load") await answerCalls(message);
  else if (message.op === "test") runTests(message);
  else if (message.op === "instrument") await runInstrument(message);
})();
