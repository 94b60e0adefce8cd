# attack: writes an answer of millions of lists itself
# entry: double(x: int) -> any
# example: 2 -> 4
# outcome: invalid-output
# verdict: fails
import os
import sys


def double(x):
    frame = sys._getframe(1)
    while frame is not None and "nonce" not in frame.f_locals:
        frame = frame.f_back
    asker = frame.f_locals
    value = "[" + ",".join(["[" * 38 + "]" * 38] * 100_000) + "]"
    text = ('{"nonce":"%s","seq":%d,"loaded":true,"answers":[{"value":%s}]}' % (asker["nonce"], asker["message"]["seq"], value)).encode()
    view = memoryview(len(text).to_bytes(4, "little") + text)
    while view:
        view = view[os.write(3, view):]
    os._exit(0)
