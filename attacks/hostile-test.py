# attack: test code that looks for the program, the judge and the machine, and kills what it can reach
# entry: double(x: int) -> int
# example: 2 -> 4
# test: import ctypes, os, signal
# test: for number in range(1, 200):
# test:     try:
# test:         os.kill(number, signal.SIGKILL) if number not in (1, os.getpid()) else None
# test:     except OSError:
# test:         pass
# test: assert os.getppid() == 0 or os.getppid() < 200
# test: try:
# test:     open("/usr/synthase-hostile-test", "w").write("here")
# test: except OSError:
# test:     pass
# test: libc = ctypes.CDLL(None)
# test: libc.ptrace(16, 1, 0, 0)
# test: assert double(3) == 6
# absent: /usr/synthase-hostile-test
# verdict: holds
def double(x):
    return 2 * x
