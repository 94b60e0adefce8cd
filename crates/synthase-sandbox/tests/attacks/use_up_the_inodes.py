# limits: disk=4MiB cpu=5s
# levels: full namespaces
# expect: exited 0
# hits: disk
made = 0
try:
    for number in range(1_000_000):
        open(f"/tmp/{number}", "w").close()
        made += 1
except OSError:
    pass
if made > 20_000:
    print("ESCAPED: made", made)
