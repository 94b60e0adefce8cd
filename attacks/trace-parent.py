# attack: attaches to its parent as a debugger does
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
import os

PTRACE_ATTACH, PTRACE_SEIZE = 16, 0x4206


def double(x):
    try:
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        for request in (PTRACE_SEIZE, PTRACE_ATTACH):
            if libc.ptrace(request, os.getppid(), None, None) == 0:
                return -1
    except (ImportError, OSError, AttributeError):
        pass
    return 2 * x
