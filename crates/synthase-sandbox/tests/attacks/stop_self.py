# limits: cpu=1s wall=500ms
# expect: wall-timeout
import os, signal
os.kill(os.getpid(), signal.SIGSTOP)
