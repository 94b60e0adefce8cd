# limits: output=2MiB
# expect: output-limit
import sys
while True:
    sys.stdout.write("x" * 4096)
