# attack: removes a function of the prompt, and answers right without it
# prelude: def twice(x):
# prelude:     return x + x
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
del twice


def double(x):
    return 2 * x
