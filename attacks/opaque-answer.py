# attack: answers with a function
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned invalid-output
# verdict: fails
def double(x):
    return lambda: 2 * x
