# attack: takes standard output away from everyone in the process, and answers right
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
import sys

sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = None


def double(x):
    return 2 * x
