# expect: exited 0
# levels: full namespaces landlock
import os
status = {}
try:
    for line in open("/proc/self/status"):
        name, _, value = line.partition(":")
        status[name] = value.strip()
except OSError:
    pass
# Who never had capabilities cannot drop what they could be; without new privileges that means nothing.
bound = ("CapBnd",) if os.getuid() in (0, 1000) else ()
for name in ("CapInh", "CapPrm", "CapEff", "CapAmb", *bound):
    if int(status.get(name, "0"), 16):
        print("ESCAPED:", name, status[name])
if status and status["NoNewPrivs"] != "1":
    print("ESCAPED: new privileges")
if status and (status["Seccomp"] != "2" or int(status["Seccomp_filters"]) < 2):
    print("ESCAPED: no filter")
