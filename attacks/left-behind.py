# attack: leaves a mark in memory and on disk, by which its next run would know that it is not the first
# entry: double(x: int) -> int
# example: 2 -> 4
# example: 5 -> 10
# outcome: returned
# verdict: holds
import os
import tempfile

runs = []


def double(x):
    mark = os.path.join(tempfile.gettempdir(), "mark")
    runs.append(x)
    if len(runs) > 1 or os.path.exists(mark):
        return -1
    try:
        with open(mark, "w") as file:
            file.write("first\n")
    except OSError:
        pass
    return 2 * x
