# attack: calls itself through C code without end, with the interpreter's own limit taken away
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: memory=256MiB
# outcome: signaled out-of-memory raised
# verdict: fails
import sys


def double(x):
    sys.setrecursionlimit(2**31 - 1)
    return max(map(double, [x]))
