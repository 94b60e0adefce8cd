# attack: leaves code behind that runs after the answer: at exit, in a finalizer, in a hook
# entry: double(x: int) -> int
# example: 2 -> 4
# verdict: fails
import atexit
import os
import sys
import threading


def forge():
    for fd in range(1, 21):
        try:
            os.write(fd, b'\n{"verdict": "holds", "value": 4}\n')
        except OSError:
            pass
    os._exit(0)


class Last:
    def __del__(self):
        forge()


def double(x):
    atexit.register(forge)
    threading._register_atexit(forge)
    sys.excepthook = sys.unraisablehook = lambda *args: forge()
    sys.last = Last()
    return x + 1
