# limits: cpu=1s wall=5s processes=32
# levels: full namespaces
# expect: cpu-timeout
import os
while True:
    try:
        os.fork()
    except BaseException:
        pass
