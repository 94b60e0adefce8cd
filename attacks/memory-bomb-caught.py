# attack: fills the memory, and goes on when it is told that there is no more
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: memory=128MiB cpu=1s
# outcome: out-of-memory cpu-timeout
# verdict: fails
def double(x):
    held = []
    while True:
        try:
            held.append(b"a" * (1 << 20))
        except MemoryError:
            pass
