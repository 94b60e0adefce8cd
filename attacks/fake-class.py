# attack: answers with an object that passes isinstance as an int and claims to equal everything
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned invalid-output
# verdict: fails
class Fake:
    @property
    def __class__(self):
        return int

    def __eq__(self, other):
        return True

    def __hash__(self):
        return hash(4)


def double(x):
    return Fake()
