# limits: memory=96MiB cpu=5s wall=20s
# expect: out-of-memory
# levels: full namespaces landlock
# No process alone takes too much.
import mmap, os, time
for _ in range(8):
    if os.fork() == 0:
        block = mmap.mmap(-1, 30 << 20, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
        block.write(b"a" * (30 << 20))
        time.sleep(60)
for _ in range(8):
    os.wait()
raise SystemExit(9)
