# expect: exited 0
# levels: full namespaces
import os
def look(path):
    try:
        with open(path, "rb") as file:
            return file.read(100)
    except OSError:
        return None
def walk(path):
    try:
        return os.listdir(path)
    except OSError:
        return None
for pid in {1, os.getppid() or 1}:
    for name in ("environ", "mem", "maps", "auxv", "stack", "syscall", "io"):
        if look(f"/proc/{pid}/{name}"):
            print("ESCAPED: read", pid, name)
    for name in ("root", "cwd", "fd", "ns", "map_files", "task/1/root"):
        if walk(f"/proc/{pid}/{name}"):
            print("ESCAPED: walked", pid, name)
others = [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and int(pid) != os.getpid()]
if others:
    print("ESCAPED: sees", others)
for path in ("/proc/kcore", "/proc/kmsg", "/proc/kpagecount", "/proc/sysrq-trigger", "/proc/1/mem"):
    if look(path):
        print("ESCAPED: read", path)
for path in ("/proc/sys/kernel/hostname", "/proc/sys/vm/overcommit_memory", "/proc/self/comm", "/proc/self/oom_score_adj",
             "/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern"):
    try:
        with open(path, "w") as file:
            file.write("0")
    except OSError:
        continue
    print("ESCAPED: wrote", path)
