# expect: exited 0
# levels: full namespaces landlock rlimits
# Whoever reads the channel must not keep what comes with the bytes.
import array, os, socket
try:
    channel = socket.socket(fileno=3)
except OSError:
    raise SystemExit(0)
rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [1] * 200))]
try:
    for _ in range(100):
        channel.sendmsg([b"x"], rights, socket.MSG_DONTWAIT)
except OSError:
    pass
os._exit(0)
