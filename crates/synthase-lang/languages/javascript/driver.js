// The JavaScript end of the conversation between the broker and a program. The messages are those
// of every driver; values are converted by the types of the signature, because a JavaScript number does
// not say whether it is an integer or a float. By "any", a number without a fraction is an integer,
// `undefined` is null, and an object is a map. What matters is bound before a program's text is run.
"use strict";

(async () => {
  const fs = require("node:fs");
  const vm = require("node:vm");
  const { readSync, writeSync } = fs;
  const { stringify, parse } = JSON;
  const { isInteger, isSafeInteger, isFinite } = Number;
  const { isArray } = Array;
  const { is, keys, fromEntries, getPrototypeOf } = Object;
  const uncurried = Function.prototype.bind.bind(Function.prototype.call);
  const map = uncurried(Array.prototype.map);
  const join = uncurried(Array.prototype.join);
  const endProcess = process.exit.bind(process);
  const MAX_DEPTH = 40;
  const MAX_EXACT = 2n ** 53n;
  const MAX_FRAME = 8 << 20;
  const byteLength = Buffer.byteLength.bind(Buffer);
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
        return value >= -MAX_EXACT && value <= MAX_EXACT ? `${value}` : `{"$int":"${value}"}`;
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
      return tuple ? `{"$tuple":[${join(parts, ",")}]}` : `[${join(parts, ",")}]`;
    }
    if (value instanceof Set) {
      const parts = [];
      for (const item of value) parts.push(encode(item, of.set ?? "any", depth));
      return `{"$set":[${join(parts, ",")}]}`;
    }
    const [keyType, itemType] = of.map ?? ["any", "any"];
    if (value instanceof Map) {
      const parts = [];
      for (const [key, item] of value) parts.push(`[${encode(key, keyType, depth)},${encode(item, itemType, depth)}]`);
      return `{"$map":[${join(parts, ",")}]}`;
    }
    if (value instanceof Uint8Array) return `{"$bytes":"${Buffer.from(value).toString("hex")}"}`;
    if (value instanceof Date) return encodeDate(value, of.tag);
    const prototype = getPrototypeOf(value);
    if (prototype !== null && getPrototypeOf(prototype) !== null) {
      throw new NoValue(`an object of class ${prototype.constructor?.name}`);
    }
    if ("record" in of) {
      const parts = map(of.record, ([name, ty]) => `[${stringify(name)},${encode(value[name], ty, depth)}]`);
      return `{"$record":[null,[${join(parts, ",")}]]}`;
    }
    const parts = map(keys(value), (key) => `[${encode(key, "str", depth)},${encode(value[key], itemType, depth)}]`);
    return `{"$map":[${join(parts, ",")}]}`;
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
    if (isArray(json)) return map(json, revive);
    const names = keys(json);
    if (names.length !== 1 || !names[0].startsWith("$")) {
      // Not by assignment: that would lose a key named `__proto__`.
      return fromEntries(map(names, (name) => [name, revive(json[name])]));
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
        return map(content, revive);
      case "$set":
        return new Set(map(content, revive));
      case "$some":
        return revive(content);
      case "$map": {
        const pairs = map(content, ([key, item]) => [revive(key), revive(item)]);
        return pairs.every(([key]) => typeof key === "string") ? fromEntries(pairs) : new Map(pairs);
      }
      case "$record":
        return fromEntries(map(content[1], ([name, item]) => [name, revive(item)]));
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
      return `[${text(error.name)},${text(error.message)},[${join(bases, ",")}]]`;
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

  /** What a result that can be walked once gives, as the list that a test would make of it. */
  function settle(value) {
    const once = typeof value === "object" && typeof value?.next === "function";
    return once && typeof value[Symbol.iterator] === "function" ? [...value] : value;
  }

  async function call(entry, given, message, types) {
    let content;
    let args;
    try {
      args = map(given, revive);
    } catch (error) {
      return `"unfit":${text(error.message)}`;
    }
    try {
      let result = entry(...args);
      if (result instanceof Promise) result = await result;
      if (message.loose) result = settle(result);
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
        content += `,"after":[${join(map(args, (arg, i) => encode(arg, types.params[i] ?? "any")), ",")}]`;
      } catch {
        content += ',"after":null';
      }
    }
    return content;
  }

  /** The answers to the calls of a question, or the wish to be asked one by one. */
  async function answer(entry, question, types) {
    const answers = [];
    let size = 0;
    for (const given of question.calls) {
      let content = await call(entry, given, question, types);
      size += byteLength(content) + 16;
      if (size > MAX_FRAME) {
        if (question.calls.length > 1) return '"split":true';
        content = `"invalid":"more than ${MAX_FRAME} bytes"`;
      }
      answers.push(`{${content}}`);
    }
    return `"answers":[${join(answers, ",")}]`;
  }

  /** The content of the answer that says why a program cannot be loaded. */
  function loadFailure(error) {
    // The prelude stands on the lines up to 0, which stacks leave out. An error at run time belongs to
    // the line of the outermost level; the broker looks itself whether the prelude is at fault.
    const found = `${error?.stack}`.matchAll(/program\.js(?::(-?\d+))?/g);
    const lines = [...found].map(([, line]) => Number(line ?? 0));
    const thrownByCompiler = error instanceof SyntaxError && /^[^\n]*program\.js:/.test(`${error.stack}`);
    if ((thrownByCompiler ? lines[0] : lines.at(-1)) < 1) return `"prelude":${text(error)}`;
    return thrownByCompiler ? `"syntax":${text(error.message)}` : `"load":${describe(error)}`;
  }

  async function answerCalls(nonce, message) {
    const { types } = message;
    let entry;
    try {
      entry = await load(message.prelude ?? "", message.source, message.entry);
    } catch (error) {
      send(nonce, message.seq, loadFailure(error));
      return;
    }
    if (typeof entry !== "function") {
      send(nonce, message.seq, '"missing":true');
      return;
    }
    const first = message.calls === undefined ? "" : `,${await answer(entry, message, types)}`;
    send(nonce, message.seq, `"loaded":true${first}`);
    for (;;) {
      const question = receive();
      send(nonce, question.seq, await answer(entry, question, types));
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
  function runTests(nonce, message) {
    const state = { nonce, seq: message.seq };
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
    const answer = await call(entry, message.args, message, message.types);
    send(nonce, seq, `"answer":{${answer}},${instrument.end()}`);
  }

  let message = receive();
  const { nonce } = message;
  if (message.op === "hello") {
    send(nonce, message.seq, '"ready":true');
    message = receive();
  }
  if (message.op === "load") await answerCalls(nonce, message);
  else if (message.op === "test") runTests(nonce, message);
  else if (message.op === "instrument") await runInstrument(message);
})();
