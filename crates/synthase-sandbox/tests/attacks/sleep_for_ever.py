# limits: cpu=1s wall=500ms
# expect: wall-timeout
import time
time.sleep(1000)
