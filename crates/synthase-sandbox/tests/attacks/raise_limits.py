# limits: files=64
# expect: exited 0
# levels: full namespaces landlock
import os
import resource
for which in (resource.RLIMIT_NOFILE, resource.RLIMIT_CPU, resource.RLIMIT_CORE, resource.RLIMIT_MEMLOCK):
    hard = resource.getrlimit(which)[1]
    if hard == resource.RLIM_INFINITY:
        print("ESCAPED: no limit", which)
        continue
    try:
        resource.setrlimit(which, (hard + 1, hard + 1))
    except (OSError, ValueError):
        continue
    print("ESCAPED: raised", which)
files = []
try:
    while True:
        files.append(open("/dev/null"))
except OSError:
    pass
if len(files) > 64:
    print("ESCAPED: opened", len(files))
for call in (lambda: resource.prlimit(1, resource.RLIMIT_CPU, (1, 1)), lambda: os.sched_setaffinity(1, {0}),
             lambda: os.setpriority(os.PRIO_PROCESS, 1, 19), lambda: os.setpriority(os.PRIO_USER, 0, 19)):
    try:
        call()
    except OSError:
        continue
    print("ESCAPED: changed others")
os.setpriority(os.PRIO_PROCESS, 0, 5)
os.sched_setaffinity(0, os.sched_getaffinity(0))
