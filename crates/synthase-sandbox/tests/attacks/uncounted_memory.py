# levels: namespaces landlock
# expect: exited 7
# Memory that no process has mapped is counted by nobody where there is no control group.
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
made = 0
try:
    made += os.memfd_create("held") >= 0
except OSError:
    pass
made += libc.shmget(0, 1 << 20, 0o1600) >= 0
sys.exit(3 if made else 7)
