# attack: answers with NaN, which lies within every tolerance that is tested by "differs by more than"
# entry: half(x: float) -> float
# example: 2.0 -> 1.0
# example: 0.0 -> 0.0
# outcome: returned
# verdict: fails
def half(x):
    return float("nan")
