# attack: starts a program that would sleep for a day, holding the process's descriptors open, and answers right
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
import os


def double(x):
    for path in ("/bin/sleep", "/usr/bin/sleep"):
        try:
            os.posix_spawn(path, ["sleep", "86399"], {}, setsid=True)
            break
        except (OSError, NotImplementedError):
            pass
    return 2 * x
