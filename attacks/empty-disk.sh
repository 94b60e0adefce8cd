# attack: opens the disks of the host for writing, and makes a device file where it may
# outcome: exited
# absent: /dev/synthase-attack-disk
# stdout-lacks: open for writing
for disk in /dev/sda /dev/vda /dev/nvme0n1 /dev/mmcblk0; do
    if [ -b "$disk" ] && { true >>"$disk"; } 2>/dev/null; then
        echo "$disk is open for writing"
    fi
done
{ : >/dev/synthase-attack-disk; } 2>/dev/null
exit 0
