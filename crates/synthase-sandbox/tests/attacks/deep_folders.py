# limits: cpu=10s wall=60s disk=256MiB
# expect: exited 0
# expect at landlock: exited 1
import os
for _ in range(5000):
    os.mkdir("d")
    os.chdir("d")
os.chmod(".", 0)
