# attack: answers with a text that has no form in UTF-8
# entry: echo(text: str) -> str
# example: "x" -> "x"
# outcome: returned invalid-output
# verdict: fails
def echo(text):
    return "\ud800"
