# attack: prints what only the user of the host should see
# outcome: exited
# stdout-lacks: root:
for file in /etc/shadow /root/.ssh/* /root/.bash_history /home/*/.ssh/* /proc/1/root/etc/shadow; do
    echo "$(<"$file")"
done 2>/dev/null
exit 0
