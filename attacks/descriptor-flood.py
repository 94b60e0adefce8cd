# attack: uses up every file descriptor, and answers right
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: files=64
# outcome: returned
# verdict: holds
import os

held = []


def double(x):
    try:
        while True:
            held.extend(os.pipe())
    except OSError:
        return 2 * x
