// attack: loops without end
// entry: double(x: int) -> int
// example: 2 -> 4
// limits: cpu=1s
// outcome: cpu-timeout
// verdict: fails
for (const signal of ['SIGTERM', 'SIGINT', 'SIGXCPU', 'SIGHUP']) {
  process.on(signal, () => {});
}

function double(x) {
  for (;;) {
    try {
      for (;;) x++;
    } catch {}
  }
}
