# limits: output=16MiB cpu=5s
# expect: exited 0
# stderr: 10485760 bytes
import sys
for _ in range(160):
    sys.stderr.write("x" * 65536)
sys.stderr.flush()
