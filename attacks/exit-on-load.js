// attack: leaves with code 0 before its entry point exists
// entry: double(x: int) -> int
// example: 2 -> 4
// outcome: early-exit
// verdict: fails
process.exit(0);

function double(x) {
  return 2 * x;
}
