// attack: waits while its worker threads use up the processor
// entry: double(x: int) -> int
// example: 2 -> 4
// limits: cpu=1s wall=10s
// outcome: cpu-timeout
// verdict: fails
const { Worker } = require('worker_threads');

function double(x) {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  for (let n = 0; n < 2; n++) new Worker('for (;;) {}', { eval: true });
  Atomics.wait(gate, 0, 0);
  return x + 1;
}
