# attack: raises SystemExit(0) in the middle of the call
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: early-exit raised
# verdict: fails
def double(x):
    raise SystemExit(0)
