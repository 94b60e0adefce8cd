# attack: prints its own environment and that of every process it sees
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
# stdout-lacks: synthase-host-secret
import glob
import os


def double(x):
    print(dict(os.environ))
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            with open(path, errors="replace") as file:
                print(path, file.read())
        except OSError:
            pass
    return 2 * x
