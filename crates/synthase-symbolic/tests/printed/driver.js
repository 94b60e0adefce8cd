"use strict";
const INPUTS = {};

function show(v) {
  if (v instanceof Date) {
    const text = v.toISOString();
    return text.endsWith("T00:00:00.000Z") ? { d: text.slice(0, 10) } : { "?": text };
  }
  if (Array.isArray(v)) return v.map(show);
  if (typeof v === "number" && !Number.isFinite(v)) return { "?": String(v) };
  return v === undefined ? { "?": "undefined" } : v;
}

const write = (line) => process.stdout.write(JSON.stringify(line) + "\n");

function run(p, name, source, inputs, rows) {
  let f;
  try {
    f = new Function(`"use strict";\n${source}\nreturn ${name};`)();
  } catch (error) {
    write({ p, e: String(error) });
    return;
  }
  for (const r of rows) {
    const args = INPUTS[inputs]()[r];
    const before = JSON.stringify(args);
    try {
      const v = show(f(...args));
      write(JSON.stringify(args) === before ? { p, r, v } : { p, r, e: "changed its arguments" });
    } catch (error) {
      write({ p, r, e: String(error) });
    }
  }
}

