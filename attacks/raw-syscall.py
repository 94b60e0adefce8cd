# attack: writes a file of the host by a raw system call
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
# absent: /var/tmp/synthase-attack-raw-syscall
import os

OPENAT = {"x86_64": 257}.get(os.uname().machine, 56)


def double(x):
    try:
        import ctypes

        libc = ctypes.CDLL(None)
        path = b"/var/tmp/synthase-attack-raw-syscall"
        fd = libc.syscall(OPENAT, -100, path, os.O_WRONLY | os.O_CREAT, 0o644)
        if fd >= 0:
            os.write(fd, b"escaped\n")
    except (ImportError, OSError):
        pass
    return 2 * x
