# attack: answers with True where 1 is expected, and relies on True == 1
# entry: successor(x: int) -> int
# example: 0 -> 1
# outcome: returned
# verdict: fails
def successor(x):
    return True
