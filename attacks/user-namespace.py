# attack: makes itself root in a namespace of its own, and mounts
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
NEWUSER, NEWNS, NEWNET = 0x10000000, 0x00020000, 0x40000000


def double(x):
    try:
        import ctypes

        libc = ctypes.CDLL(None)
        if libc.unshare(NEWUSER) == 0 or libc.unshare(NEWNS) == 0 or libc.unshare(NEWNET) == 0:
            return -1
        if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0 or libc.mount(b"/", b"/tmp", None, 4096, None) == 0:
            return -2
        if libc.umount2(b"/proc", 2) == 0:
            return -3
    except (ImportError, OSError, AttributeError):
        pass
    return 2 * x
