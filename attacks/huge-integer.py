# attack: answers with an integer that Python itself refuses to write as a text
# entry: power(x: int) -> int
# example: 2 -> 100
# outcome: returned invalid-output
# verdict: fails
def power(x):
    return 10 ** 100_000
