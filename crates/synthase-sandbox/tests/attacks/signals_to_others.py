# expect: exited 0
# levels: full namespaces landlock
# Everybody else must survive, as the next run shows; so must whoever tries.
import os, signal
os.kill(1, 0) if False else None
for pid in (1, -1, os.getppid(), 2, 3, 4):
    if pid in (0, os.getpid()):
        continue
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):
        try:
            os.kill(pid, number)
        except OSError:
            pass
print("still here")
