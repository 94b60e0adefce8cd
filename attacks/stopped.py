# attack: stops itself
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: cpu=0.2s wall=0.6s
# outcome: wall-timeout
# verdict: fails
import os
import signal


def double(x):
    os.kill(os.getpid(), signal.SIGSTOP)
    return 2 * x
