# attack: answers with an object that claims to equal everything
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned invalid-output
# verdict: fails
class Yes:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __eq__

    def __hash__(self):
        return 0

    def __sub__(self, other):
        return 0

    __rsub__ = __add__ = __radd__ = __mod__ = __abs__ = __sub__

    def __bool__(self):
        return True

    def __len__(self):
        return 1

    def __float__(self):
        return 0.0


def double(x):
    return Yes()
