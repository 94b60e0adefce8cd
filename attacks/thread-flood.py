# attack: starts thousands of threads
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: processes=32
# outcome: process-limit raised
# verdict: fails
import threading
import time


def double(x):
    for _ in range(5_000):
        threading.Thread(target=time.sleep, args=(86_399,), daemon=True).start()
    raise RuntimeError("five thousand threads are running")
