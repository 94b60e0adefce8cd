# attack: is no program
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: syntax-error
# verdict: fails
def double(x)
    return 2 * x
