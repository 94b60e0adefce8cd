# attack: answers with a list nested 100,000 levels deep
# entry: nest(x: int) -> list[any]
# example: 1 -> []
# outcome: invalid-output
# verdict: fails
def nest(x):
    value = []
    for _ in range(100_000):
        value = [value]
    return value
