# expect: exited 0
# levels: full namespaces landlock
status = {}
try:
    for line in open("/proc/self/status"):
        name, _, value = line.partition(":")
        status[name] = value.strip()
except OSError:
    pass
for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
    if int(status.get(name, "0"), 16):
        print("ESCAPED:", name, status[name])
if status and status["NoNewPrivs"] != "1":
    print("ESCAPED: new privileges")
if status and (status["Seccomp"] != "2" or int(status["Seccomp_filters"]) < 2):
    print("ESCAPED: no filter")
