# attack: answers with a text of 100 million characters
# entry: echo(text: str) -> str
# example: "x" -> "x"
# verdict: fails
def echo(text):
    return text * 100_000_000
