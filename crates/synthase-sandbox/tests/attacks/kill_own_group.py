# expect: signaled 9
# levels: full namespaces landlock rlimits
# Whoever started this must not be in its group.
import os, signal
os.kill(0, signal.SIGKILL)
