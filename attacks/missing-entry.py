# attack: has no entry point of the wanted name
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: missing-entry-point
# verdict: fails
def doubled(x):
    return 2 * x
