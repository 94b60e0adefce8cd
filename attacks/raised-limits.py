# attack: raises its own limits, asks to be spared when memory runs out, then fills the memory
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: memory=128MiB
# outcome: out-of-memory raised
# verdict: fails
import os
import resource


def write(path, text):
    try:
        with open(path, "w") as file:
            file.write(text)
    except OSError:
        pass


def double(x):
    for name in dir(resource):
        if name.startswith("RLIMIT_"):
            try:
                resource.setrlimit(getattr(resource, name), (resource.RLIM_INFINITY,) * 2)
            except (OSError, ValueError):
                pass
    write("/proc/self/oom_score_adj", "-1000")
    for group in ("/sys/fs/cgroup", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids"):
        write(group + "/cgroup.procs", str(os.getpid()))
        write(group + "/memory.max", "max")
    return sum(map(len, [b"a" * (1 << 20) for _ in range(100_000)]))
