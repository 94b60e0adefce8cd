# attack: answers with a list that contains itself
# entry: nest(x: int) -> list[any]
# example: 1 -> []
# outcome: invalid-output
# verdict: fails
def nest(x):
    value = []
    value.append(value)
    return value
