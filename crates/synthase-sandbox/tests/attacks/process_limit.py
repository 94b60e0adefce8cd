# limits: processes=8
# levels: full
# expect: process-limit
# One too many, and nobody handles it.
import os, time
for _ in range(100):
    if os.fork() == 0:
        time.sleep(60)
