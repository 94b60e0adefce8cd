# attack: writes a file of the host through symbolic links and hard links out of its folder
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
# absent: /var/tmp/synthase-attack-symlink
import os
import tempfile


def attempt(action, *args):
    try:
        return action(*args)
    except OSError:
        return None


def double(x):
    folder = attempt(tempfile.mkdtemp) or "."
    for target in ("/", "/proc/1/root", "../" * 20):
        link = f"{folder}/link"
        attempt(os.unlink, link)
        attempt(os.symlink, target, link)
        attempt(os.mknod, f"{link}/var/tmp/synthase-attack-symlink")
    attempt(os.link, "/etc/passwd", "/var/tmp/synthase-attack-symlink")
    return 2 * x
