# attack: has eight children fill the memory, each with less than the limit
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: memory=128MiB
# outcome: out-of-memory
# verdict: fails
import os
import time


def double(x):
    for _ in range(8):
        if os.fork() == 0:
            held = b"a" * (40 << 20)
            time.sleep(86_399)
            os._exit(len(held) & 1)
    while True:
        time.sleep(86_399)
