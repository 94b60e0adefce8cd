# attack: calls itself without end
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: raised
# verdict: fails
def double(x):
    return double(x + 1)
