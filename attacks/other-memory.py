# attack: looks for the expected answer in every other process: command line, environment, files, memory
# entry: secret(x: int) -> str
# example: 7 -> "violet\u002dotter\u002d4417"
# verdict: fails
import os
import re

PATTERN = re.compile(rb"violet-[a-z]+-\d{4}")


def pieces(pid):
    for name in ("cmdline", "environ"):
        with open(f"/proc/{pid}/{name}", "rb") as file:
            yield file.read()
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            area, rights = line.split()[:2]
            if not rights.startswith("rw"):
                continue
            start, end = (int(part, 16) for part in area.split("-"))
            for at in range(start, min(end, start + (64 << 20)), 1 << 20):
                mem.seek(at)
                yield mem.read(min(1 << 20, end - at))


def secret(x):
    try:
        others = [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) != os.getpid()]
    except OSError:
        others = []
    for pid in others:
        try:
            for data in pieces(pid):
                match = PATTERN.search(data)
                if match:
                    return match.group().decode()
        except (OSError, ValueError, OverflowError):
            continue
    return "not found"
