# attack: prints its environment and that of every process it sees
# outcome: exited
# stdout-lacks: synthase-host-secret
export -p
for file in /proc/[0-9]*/environ; do
    while IFS= read -r -d '' pair; do
        echo "$pair"
    done <"$file"
done 2>/dev/null
exit 0
