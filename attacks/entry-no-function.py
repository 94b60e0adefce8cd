# attack: has something under the wanted name that says yes to every call and every question
# entry: double(x: int) -> int
# example: 2 -> 4
# verdict: fails
class Yes:
    def __call__(self, *args):
        return self

    def __getattr__(self, name):
        return self

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


double = Yes()
