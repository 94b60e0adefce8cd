# attack: waits while its children use up the processor
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: cpu=0.5s wall=6s
# outcome: cpu-timeout
# verdict: fails
import os
import time


def double(x):
    for _ in range(2):
        if os.fork() == 0:
            while True:
                pass
    time.sleep(86_399)
