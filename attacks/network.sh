# attack: connects to the host and to the world by the shell's own means
# outcome: exited
# stdout-lacks: connected
for place in tcp/127.0.0.1/22 tcp/127.0.0.1/80 tcp/127.0.0.1/631 tcp/192.0.2.1/80 tcp/example.org/80 udp/192.0.2.1/53; do
    if (exec 3<>"/dev/$place") 2>/dev/null; then
        echo "connected to $place"
    fi
done
exit 0
