# attack: prints more than is kept, so that what it prints could not be judged
# entry: double(x: int) -> any
# example: 2 -> prints "4"
# outcome: returned
# verdict: fails
def double(x):
    print("x" * 3_000_000)
    return 0
