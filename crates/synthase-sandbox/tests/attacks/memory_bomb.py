# limits: memory=64MiB cpu=5s
# expect: out-of-memory
# expect at namespaces: exited 1
# expect at landlock: exited 1
# expect at rlimits: exited 1
x = [b"a" * (1 << 20) for _ in range(10_000)]
