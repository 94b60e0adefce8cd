# attack: sends itself the signal of a processor limit that it has not reached
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: signaled
# verdict: fails
import os
import signal


def double(x):
    os.kill(os.getpid(), signal.SIGXCPU)
    return 2 * x
