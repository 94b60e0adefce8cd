# attack: writes without end
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: output=1MiB
# outcome: output-limit
# verdict: fails
import os


def double(x):
    while True:
        os.write(1, b"x" * 65536)
