# attack: fills the disk with one file
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: disk=8MiB
# outcome: disk-limit raised denied
# verdict: fails
import os
import tempfile


def double(x):
    with open(os.path.join(tempfile.gettempdir(), "fill"), "wb", 0) as file:
        for _ in range(100_000):
            file.write(b"a" * (1 << 20))
    return 2 * x + 1
