# attack: closes standard input, output and error, and answers right
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
import os


def double(x):
    for fd in (0, 1, 2):
        try:
            os.close(fd)
        except OSError:
            pass
    return 2 * x
