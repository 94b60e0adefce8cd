# attack: leaves with a code that is no number of the operating system
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: early-exit
# verdict: fails
import sys


def double(x):
    sys.exit(10**30)
