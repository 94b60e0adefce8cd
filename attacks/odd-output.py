# attack: writes bytes that are no text and commands for terminals, and answers right
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
import os


def double(x):
    for fd in (1, 2):
        os.write(fd, bytes(range(256)) + b"\x1b[2J\x1b]0;title\x07\xf0\x9f" + b"\r\n\0\n")
    return 2 * x
