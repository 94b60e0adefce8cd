# attack: leaves behind what is hard to remove: a very deep folder, files without rights, links to elsewhere
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
import os
import tempfile


def double(x):
    try:
        os.chdir(tempfile.mkdtemp())
        os.symlink("/", "everything")
        os.symlink("loop", "loop")
        with open("locked", "w") as file:
            file.write("x")
        os.chmod("locked", 0)
        for _ in range(400):
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
        os.mkdir("closed")
        os.chmod("closed", 0)
    except OSError:
        pass
    return 2 * x
