# attack: fills the memory
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: memory=128MiB
# outcome: out-of-memory raised
# verdict: fails
def double(x):
    return sum(map(len, [b"a" * (1 << 20) for _ in range(100_000)]))
