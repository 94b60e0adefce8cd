# attack: stops and kills its parent and every process it may signal, then answers wrong
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned signaled early-exit denied
# verdict: fails
import os
import signal


def double(x):
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for target in (os.getppid() or 1, 1, -1):
            try:
                os.kill(target, number)
            except OSError:
                pass
    return x + 1
