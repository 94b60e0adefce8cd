# attack: leaves a mark on disk, by which its next run would know that it is not the first
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
# runs: 2
import os
import tempfile


def double(x):
    mark = os.path.join(tempfile.gettempdir(), "mark")
    if os.path.exists(mark):
        return -1
    try:
        with open(mark, "w") as file:
            file.write("first\n")
    except OSError:
        pass
    return 2 * x
