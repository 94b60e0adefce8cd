# attack: aborts
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: signaled
# verdict: fails
import os


def double(x):
    os.abort()
