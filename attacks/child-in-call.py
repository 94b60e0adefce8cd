# attack: returns twice, once in itself and once in a child, with different answers
# entry: double(x: int) -> int
# example: 2 -> 4
# verdict: fails
import os


def double(x):
    try:
        return x + 1 if os.fork() else x + 3
    except OSError:
        return x + 1
