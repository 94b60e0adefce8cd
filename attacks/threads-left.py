# attack: leaves threads running that would keep the process alive for a day, and answers right
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
import threading
import time


def double(x):
    for _ in range(3):
        threading.Thread(target=time.sleep, args=(86_399,)).start()
    return 2 * x
