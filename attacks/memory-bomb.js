// attack: fills the memory outside of the engine's own heap
// entry: double(x: int) -> int
// example: 2 -> 4
// limits: memory=256MiB
// outcome: out-of-memory
// verdict: fails
function double(x) {
  const held = [];
  for (;;) held.push(Buffer.alloc(1 << 20, 1));
}
