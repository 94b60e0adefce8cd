# attack: ignores every signal it can, stops every timer, and loops
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: cpu=0.5s
# outcome: cpu-timeout
# verdict: fails
import signal


def double(x):
    for number in signal.valid_signals():
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
        signal.setitimer(timer, 0)
    while True:
        pass
