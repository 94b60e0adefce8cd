# attack: writes without end
# limits: output=1MiB
# outcome: output-limit
line=yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy
while :; do
    echo "$line$line$line$line$line$line$line$line$line$line$line$line"
done
