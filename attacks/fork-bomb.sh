# attack: forks without end, each process twice
# limits: cpu=1s wall=3s processes=32
# outcome: process-limit cpu-timeout wall-timeout
bomb() {
    bomb | bomb &
}
bomb 2>/dev/null
while :; do :; done
