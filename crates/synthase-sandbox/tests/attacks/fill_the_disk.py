# limits: disk=8MiB cpu=5s
# levels: full namespaces
# expect: exited 0
# hits: disk
import errno, os
written = 0
for place in (".", "/tmp"):
    with open(os.path.join(place, "big"), "wb", buffering=0) as file:
        try:
            for _ in range(1000):
                written += file.write(b"x" * (1 << 20))
        except OSError as error:
            assert error.errno == errno.ENOSPC
if written > 8 << 20:
    print("ESCAPED: wrote", written)
