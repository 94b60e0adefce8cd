// attack: prints its environment and everything that node knows of its start
// entry: double(x: int) -> int
// example: 2 -> 4
// outcome: returned
// verdict: holds
// stdout-lacks: synthase-host-secret
function double(x) {
  console.log(process.env, process.argv, process.execArgv);
  return 2 * x;
}
