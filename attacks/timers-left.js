// attack: leaves timers running that would keep the process alive for ever, and answers right
// entry: double(x: int) -> int
// example: 2 -> 4
// outcome: returned
// verdict: holds
function double(x) {
  setInterval(() => {}, 1000);
  setTimeout(() => {}, 86_399_000);
  return 2 * x;
}
