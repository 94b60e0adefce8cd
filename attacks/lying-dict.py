# attack: answers with a subclass of dict that has other items each time it is asked
# entry: count(word: str) -> map[str, int]
# example: "aab" -> {"a": 2, "b": 1}
# outcome: returned invalid-output raised
# verdict: fails
class Liar(dict):
    asked = 0

    def items(self):
        Liar.asked += 1
        return [("verdict", "holds")] * Liar.asked

    def __iter__(self):
        return iter(["verdict"])

    def __len__(self):
        return 2

    def __getitem__(self, key):
        return "holds"

    def __eq__(self, other):
        return True


def count(word):
    return Liar()
