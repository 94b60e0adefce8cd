# expect: exited 0
# levels: full namespaces landlock
# limits: cpu=10s wall=60s files=256
# Looks for files that the test has placed in the user's home, in the machine's /tmp and in the repository:
# by their names and by their content, wherever a walk leads.
import os, stat, sys, time
NAME, WORDS = "synthase" + "-marker", ("the answer" + " is hidden here").encode()
end = time.process_time() + 3
seen, looked = set(), 0
def look(path, small):
    try:
        with open(path, "rb") as file:
            if WORDS in file.read(4096 if small else 65536):
                print("ESCAPED: read", path)
    except OSError:
        pass
def walk(root):
    global looked
    left = [root]
    while left and time.process_time() < end:
        folder = left.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        for entry in entries:
            try:
                about = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            looked += 1
            if NAME in entry.name:
                print("ESCAPED: saw", entry.path)
            if stat.S_ISDIR(about.st_mode):
                if (about.st_dev, about.st_ino) not in seen:
                    seen.add((about.st_dev, about.st_ino))
                    left.append(entry.path)
            elif stat.S_ISREG(about.st_mode) and about.st_size < 4096:
                look(entry.path, True)
# Places first of which somebody might know the name, then all that is mounted, then everything.
for number in ["self", "1", *map(str, range(2, 50))]:
    for name in ("root", "cwd", "fd"):
        walk(f"/proc/{number}/{name}")
for place in MARKERS:
    look(place, False)
    walk(os.path.dirname(place))
for place in ("/root", "/home", "/tmp", "/var", "/mnt", "/srv", "/opt", "/run", "/dev/shm", "/media", "/etc", sys.base_prefix, "/usr"):
    walk(place)
try:
    for line in open("/proc/self/mountinfo"):
        walk(line.split()[4])
except OSError:
    pass
walk("/")
assert looked > 0
