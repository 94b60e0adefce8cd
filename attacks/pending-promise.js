// attack: answers with a promise that is never kept
// entry: double(x: int) -> int
// example: 2 -> 4
// limits: cpu=1s wall=3s
// verdict: fails
function double(x) {
  return new Promise(() => {});
}
