# attack: ends itself by the signal with which supervisors end programs
# outcome: signaled
kill -TERM $$
echo "still here"
