# attack: answers with infinity, which lies within every tolerance that grows with the answer
# entry: big(x: int) -> float
# example: 300 -> 1e300
# outcome: returned
# verdict: fails
def big(x):
    return float("inf")
