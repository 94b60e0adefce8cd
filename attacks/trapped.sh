# attack: traps every signal, and loops
# limits: cpu=0.5s
# outcome: cpu-timeout
for ((n = 1; n < 65; n++)); do
    trap '' "$n" 2>/dev/null
done
while :; do :; done
