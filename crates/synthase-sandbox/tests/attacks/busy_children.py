# limits: cpu=1s wall=8s
# expect: cpu-timeout
# No process alone uses up the time, and none is waited for.
import os, time
def burn(seconds):
    while time.process_time() < seconds:
        pass
for _ in range(10):
    if os.fork() == 0:
        if os.fork() == 0:
            burn(0.4)
        os._exit(0)
time.sleep(60)
