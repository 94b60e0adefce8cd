# attack: leaves a process behind that belongs to no one and keeps writing a file of the host
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
# absent: /var/tmp/synthase-attack-orphan
import os
import time


def linger():
    os.setsid()
    if os.fork() == 0:
        for _ in range(20 * 3600):
            try:
                with open("/var/tmp/synthase-attack-orphan", "a") as file:
                    file.write("still here\n")
            except OSError:
                pass
            time.sleep(0.05)
    os._exit(0)


def double(x):
    try:
        if os.fork() == 0:
            linger()
        time.sleep(0.2)
    except OSError:
        pass
    return 2 * x
