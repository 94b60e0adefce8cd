# attack: fills the disk with empty files
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: disk=8MiB cpu=2s
# outcome: disk-limit raised denied cpu-timeout out-of-memory
# verdict: fails
import os
import tempfile


def double(x):
    folder = tempfile.gettempdir()
    n = 0
    while True:
        n += 1
        os.close(os.open(f"{folder}/empty-{n}", os.O_CREAT | os.O_WRONLY))
