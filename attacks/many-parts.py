# attack: answers with millions of lists, which take a hundred times the memory of their text
# entry: double(x: int) -> any
# example: 2 -> 4
# outcome: invalid-output
# verdict: fails
def double(x):
    return [[[[1]]]] * 900_000
