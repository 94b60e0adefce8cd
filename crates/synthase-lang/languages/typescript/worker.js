// Compiles many TypeScript programs in one process. The library's declarations are read and parsed once;
// each program has a checker of its own, so that no program sees another.
//
//   node worker.js COMMAND HOST FLAG…
//
// COMMAND is the compiler's command line program, HOST the file with the declarations of the host, and the
// flags are those of the command. A compiler without a JavaScript interface is started for every program.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { spawnSync } = require("node:child_process");

const [, , command, host, ...flags] = process.argv;

// ---- frames ------------------------------------------------------------------------------------

function readExactly(count) {
  const buffer = Buffer.alloc(count);
  for (let at = 0; at < count; ) {
    const got = fs.readSync(3, buffer, at, count - at, null);
    if (got === 0) process.exit(0);
    at += got;
  }
  return buffer;
}

function receive() {
  return JSON.parse(readExactly(readExactly(4).readUInt32LE(0)).toString("utf8"));
}

function send(nonce, seq, content) {
  const body = Buffer.from(JSON.stringify({ nonce, seq, ...content }), "utf8");
  const head = Buffer.alloc(4);
  head.writeUInt32LE(body.length, 0);
  const frame = Buffer.concat([head, body]);
  for (let at = 0; at < frame.length; ) at += fs.writeSync(3, frame, at);
}

// ---- with the compiler's library -----------------------------------------------------------------

/** A function that compiles by the compiler's library, or null where the compiler has none. */
function byLibrary() {
  const folder = path.join(path.dirname(fs.realpathSync(command)), "..", "lib");
  let ts;
  try {
    ts = require(path.join(folder, "typescript.js"));
  } catch {
    return null;
  }
  if (typeof ts.createProgram !== "function") return null;
  const { options, errors } = ts.parseCommandLine(flags);
  if (errors.length > 0) throw new Error(`flags: ${errors[0].messageText}`);
  const kept = new Map();

  function fileOf(name, text) {
    return ts.createSourceFile(name, text, { languageVersion: options.target }, true);
  }

  /** The parsed text of a file of the compiler or the host; no other file of the disk is looked at. */
  function keptFile(name) {
    if (!kept.has(name)) kept.set(name, fs.existsSync(name) ? fileOf(name, fs.readFileSync(name, "utf8")) : undefined);
    return kept.get(name);
  }

  function isOurs(name) {
    return name === host || path.dirname(name) === folder;
  }

  return function compile(files, main, output) {
    let emitted = null;
    const own = new Map(Object.entries(files).map(([name, text]) => [`/program/${name}`, text]));
    const programHost = {
      getSourceFile: (name) => (own.has(name) ? fileOf(name, own.get(name)) : isOurs(name) ? keptFile(name) : undefined),
      getDefaultLibFileName: (wanted) => path.join(folder, ts.getDefaultLibFileName(wanted)),
      getDefaultLibLocation: () => folder,
      getCurrentDirectory: () => "/program",
      getCanonicalFileName: (name) => name,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => "\n",
      fileExists: (name) => own.has(name) || (isOurs(name) && fs.existsSync(name)),
      readFile: (name) => own.get(name) ?? (isOurs(name) ? fs.readFileSync(name, "utf8") : undefined),
      directoryExists: () => false,
      getDirectories: () => [],
      writeFile: (name, text) => {
        if (name === `/program/${output}`) emitted = text;
      },
    };
    const program = ts.createProgram([`/program/${main}`, host], options, programHost);
    const found = [...ts.getPreEmitDiagnostics(program)].filter((one) => one.category === ts.DiagnosticCategory.Error);
    if (found.length === 0) found.push(...program.emit().diagnostics);
    if (found.length === 0 && emitted !== null) return { output: Buffer.from(emitted, "utf8").toString("base64") };
    return { refused: ts.formatDiagnostics(found, programHost).slice(0, 10000) };
  };
}

// ---- with the command ----------------------------------------------------------------------------

/** Compiles by the compiler's command line, as a single program is compiled. */
function byCommand() {
  return function compile(files, main, output) {
    const folder = fs.mkdtempSync(path.join(process.cwd(), "unit-"));
    try {
      for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
      const ran = spawnSync(process.execPath, [command, ...flags, main, host], { cwd: folder, encoding: "utf8" });
      if (ran.error) throw ran.error;
      const made = path.join(folder, output);
      if (ran.status === 0 && fs.existsSync(made)) return { output: fs.readFileSync(made).toString("base64") };
      return { refused: `${ran.stdout}${ran.stderr}`.slice(0, 10000) };
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  };
}

const compile = byLibrary() ?? byCommand();
let question = receive();
const { nonce } = question;
for (;;) {
  const content = question.op === "hello" ? { ready: true } : compile(question.files, question.main, question.output);
  send(nonce, question.seq, content);
  question = receive();
}
