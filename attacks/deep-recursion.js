// attack: calls itself without end
// entry: double(x: int) -> int
// example: 2 -> 4
// outcome: raised
// verdict: fails
function double(x) {
  return 1 + double(x + 1);
}
