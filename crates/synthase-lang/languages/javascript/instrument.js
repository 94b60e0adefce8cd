// The instrument for JavaScript programs: which parts of the text ran, as V8 counts them itself. Lines
// cannot be stepped through from inside: V8's debugger stops the thread that would have to ask it.
"use strict";

const { Session } = require("node:inspector");
const { stringify } = JSON;
const session = new Session();
let whole, skipped;

return {
  /** Begins to count; what was compiled before is not counted. */
  start({ prelude, source }) {
    // The driver puts the two together like this, and something of its own behind them.
    whole = `${prelude}\n${source}`;
    skipped = prelude.split("\n").length;
    session.connect();
    session.post("Profiler.enable");
    session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  },

  /** What ran: for each function its parts with their counts, the inner ones after those around them. */
  end() {
    let told = [];
    session.post("Profiler.takePreciseCoverage", (error, { result }) => {
      const ours = result.filter(({ url }) => url.startsWith("data:text/javascript") || url.endsWith("program.js"));
      told = ours.flatMap(({ functions }) => functions);
    });
    session.disconnect();
    const starts = [0];
    for (let at = whole.indexOf("\n"); at !== -1; at = whole.indexOf("\n", at + 1)) starts.push(at + 1);
    const place = (offset) => {
      let [low, high] = [0, starts.length];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (starts[middle] <= offset) low = middle;
        else high = middle;
      }
      return [low + 1 - skipped, offset - starts[low] + 1];
    };
    const shown = [];
    for (const { functionName, ranges } of told) {
      const [{ startOffset: first, endOffset: last }] = ranges;
      // Neither what holds the program nor what belongs to the prelude.
      if (first === 0 || last > whole.length || place(first)[0] < 1) continue;
      const parts = ranges.map(({ startOffset, endOffset, count }) => [...place(startOffset), ...place(endOffset), count]);
      shown.push({ name: functionName, parts });
    }
    return `"coverage":${stringify(shown)}`;
  },
};
