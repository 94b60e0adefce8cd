# limits: files=64
# expect: exited 0
# levels: full namespaces landlock
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
