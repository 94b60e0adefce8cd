# limits: memory=128MiB cpu=10s wall=60s
# expect: out-of-memory
# expect at namespaces: exited 1 | signaled 11
# expect at landlock: exited 1 | signaled 11
# expect at rlimits: exited 1 | signaled 11
import sys
sys.setrecursionlimit(10**9)
def f(n):
    return f(n + 1) + 1
f(0)
