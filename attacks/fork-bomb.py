# attack: forks without end
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: cpu=1s processes=32
# outcome: process-limit cpu-timeout
# verdict: fails
import os


def double(x):
    while True:
        try:
            os.fork()
        except OSError:
            pass
