# attack: writes a file of the host through the root folders of other processes
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
# absent: /var/tmp/synthase-attack-proc-root
import os


def double(x):
    roots = ["/proc/self/root", "/proc/1/root", f"/proc/{os.getppid()}/root", "/proc/thread-self/root"]
    roots += ["/proc/1/cwd/../../../../..", "/proc/self/cwd/../../../../.."]
    for root in roots:
        try:
            with open(root + "/var/tmp/synthase-attack-proc-root", "w") as file:
                file.write("escaped\n")
        except OSError:
            pass
    return 2 * x
