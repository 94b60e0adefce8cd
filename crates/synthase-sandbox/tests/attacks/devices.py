# expect: exited 0
# expect at landlock: exited 1
# levels: full namespaces landlock
import os, stat
for kind in (stat.S_IFCHR, stat.S_IFBLK):
    try:
        os.mknod(os.path.join(os.getcwd(), "device"), kind | 0o666, os.makedev(1, 1))
    except OSError:
        continue
    print("ESCAPED: made a device")
with open("null", "w") as file:
    file.write("#!/bin/sh\nid -u\n")
os.chmod("null", 0o6777)
assert os.path.exists("/dev/null")
open("/dev/null", "w").write("gone")
for name in ("mem", "kmem", "vda", "sda", "kvm", "tty", "console", "fuse", "net/tun"):
    try:
        with open("/dev/" + name, "rb") as file:
            print("ESCAPED: opened", name)
    except OSError:
        pass
