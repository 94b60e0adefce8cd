# attack: writes 10 MB to standard error, and answers right
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: output=16MiB
# outcome: returned
# verdict: holds
import sys


def double(x):
    for _ in range(100):
        sys.stderr.write("e" * 99_999 + "\n")
    sys.stderr.flush()
    return 2 * x
