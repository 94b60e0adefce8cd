# attack: sleeps, so that no limit on processor time is ever reached
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: cpu=0.2s wall=0.6s
# outcome: wall-timeout
# verdict: fails
import time


def double(x):
    while True:
        time.sleep(86_399)
