# attack: answers with a generator, which would run the program's code inside whoever reads it
# entry: count(n: int) -> list[int]
# example: 3 -> [0, 1, 2]
# outcome: returned invalid-output
# verdict: fails
import os


def count(n):
    yield 0
    os._exit(0)
