# attack: installs a trace function in every frame above it that jumps over the lines to come
# entry: double(x: int) -> int
# example: 2 -> 4
# verdict: fails
import sys


def jump(frame, event, arg):
    try:
        frame.f_lineno = max(line for _, _, line in frame.f_code.co_lines() if line)
    except (TypeError, ValueError):
        pass
    return jump


def double(x):
    sys.settrace(jump)
    sys.setprofile(lambda frame, event, arg: None)
    frame = sys._getframe(1)
    while frame:
        frame.f_trace = jump
        frame = frame.f_back
    return x + 1
