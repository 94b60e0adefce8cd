# attack: fills the memory through a file that lies on no disk
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: memory=128MiB disk=8MiB
# outcome: out-of-memory raised denied disk-limit
# verdict: fails
import os


def double(x):
    fd = os.memfd_create("held")
    while True:
        os.write(fd, b"a" * (1 << 20))
