# attack: spends its time in C code of the interpreter: a regular expression that tries everything
# entry: match(text: str) -> bool
# example: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab" -> false
# limits: cpu=0.5s
# outcome: cpu-timeout
# verdict: fails
import re


def match(text):
    return re.fullmatch(r"(?:a|a|aa)+c", text) is not None
