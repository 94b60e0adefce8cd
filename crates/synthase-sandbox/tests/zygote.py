"""The reference zygote, for CPython: follows the page `protocol` of the crate and nothing else.

Started as `python -S -I -c ...` with LD_BIND_NOW=1. Each run gets one payload frame: the source of a
program, which is executed with `ask()` and `answer(bytes)` to receive and send frames.

What costs time in a forked child is not what it does but how many pages it touches for the first
time: 2 to 3 us each. So the child enters its box by one function, the C library's `syscall`, called
again and again with arguments that the parent has prepared.
"""
import ctypes
import gc
import os
import sys

CONTROL = 3
HELLO, ENDED, FAILED = 1, 2, 3
BOX, RULES, CHANNEL, NETWORK = 1, 2, 4, 64
NEWPID, NEWNS_NEWIPC, NEWNET = 0x20000000, 0x00020000 | 0x08000000, 0x40000000
CAPBSET_DROP, HERE, WRONLY = 24, -100, 1
(SETSID, OPENAT, WRITE, CLOSE, SETNS, CHDIR, PRLIMIT, PRCTL, CAPSET, DUP3, WAIT4, RECVMSG) = {
    "x86_64": (112, 257, 1, 3, 308, 80, 302, 157, 126, 292, 61, 47),
    "aarch64": (157, 56, 64, 57, 268, 49, 261, 167, 91, 24, 260, 212),
}[os.uname().machine]
CLOSE_RANGE, RESTRICT_SELF = 436, 446

syscall = ctypes.CDLL(None, use_errno=True).syscall
syscall.restype, syscall.argtypes = ctypes.c_long, [ctypes.c_long] * 7


def memory(content):
    """Bytes that stay where they are, and their address."""
    content = ctypes.create_string_buffer(content, len(content))
    return content, ctypes.addressof(content)


def numbers(*values):
    return b"".join(value.to_bytes(8, "little") for value in values)


oom, OOM = memory(b"/proc/self/oom_score_adj\0")
thousand, THOUSAND = memory(b"1000")
nothing, NOTHING = memory(bytes(24))
version, VERSION = memory(numbers(0x20080522))
# A message, its descriptors, and the structure by which the kernel is asked for both.
message, MESSAGE = memory(bytes(1 << 16))
rights, RIGHTS = memory(bytes(16 + 4 * 10))
parts, PARTS = memory(numbers(MESSAGE, len(message)))
header, HEADER = memory(bytes(56))
fresh, FRESH = memory(numbers(0, 0, PARTS, 1, RIGHTS, len(rights), 0))
# `ended`, with room for all that the kernel says of a child.
ended, ENDED_AT = memory(bytes((ENDED, 0)) + bytes(4 + 144))


def read(count):
    parts = []
    while count:
        part = os.read(CONTROL, min(count, 1 << 20))
        if not part:
            os._exit(0)
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def ask():
    return read(int.from_bytes(read(4), "little"))


def answer(frame):
    frame = len(frame).to_bytes(4, "little") + frame
    while frame:
        frame = frame[os.write(CONTROL, frame):]


def run():
    source = ask()
    code = 0
    try:
        exec(compile(source, "<run>", "exec"), {"__name__": "__main__", "ask": ask, "answer": answer})
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        code = 1
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def confinement(flags, fds):
    """The calls of a child, as the protocol lists them, but the one for `oom_score_adj`."""
    count = int.from_bytes(message[6:10], "little")
    work = 14 + 20 * count
    rest = iter(fds)
    entrance = next(rest) if flags & BOX else -1
    rules = next(rest) if flags & RULES else -1
    calls = []
    if flags & BOX:
        calls.append((SETNS, entrance, NEWNS_NEWIPC | (NEWNET if flags & NETWORK else 0)))
    calls.append((CHDIR, MESSAGE + work))
    for at in range(10, 10 + 20 * count, 20):
        calls.append((PRLIMIT, 0, message[at][0], MESSAGE + at + 4))
    if flags & BOX:
        calls.extend((PRCTL, CAPBSET_DROP, capability) for capability in (8, 18, 21))
        calls.append((CAPSET, VERSION, NOTHING))
    if flags & RULES:
        calls.append((RESTRICT_SELF, rules))
    calls.extend((DUP3, fd, number) for number, fd in enumerate(rest))
    calls.append((CLOSE_RANGE, CONTROL + bool(flags & CHANNEL), 0xFFFFFFFF))
    return [call + (0,) * (7 - len(call)) for call in calls]


def child(calls):
    syscall(SETSID, 0, 0, 0, 0, 0, 0)
    adjust = syscall(OPENAT, HERE, OOM, WRONLY, 0, 0, 0)
    if adjust >= 0:
        syscall(WRITE, adjust, THOUSAND, 4, 0, 0, 0)
        syscall(CLOSE, adjust, 0, 0, 0, 0, 0)
    for call in calls:
        if syscall(*call) < 0:
            failed(f"call {call[0]}")
            os._exit(1)
    run()


def failed(what):
    os.write(CONTROL, bytes((FAILED, 0)) + f"{what}: {os.strerror(ctypes.get_errno())}".encode())


def warm_up():
    """Whatever happens for the first time is slow, and would be slow in each child."""
    # The first compilation of a text makes the types of syntax trees: a millisecond.
    exec(compile(b"pass", "<run>", "exec"), {"__name__": "__main__"})
    for call in [(CLOSE, -1, 0, 0, 0, 0, 0)] * 20:
        syscall(*call)
    sys.stdout.flush()
    # What lives now lives for ever: looking at it again would only copy its pages.
    gc.collect()
    gc.freeze()


def main():
    warm_up()
    os.write(CONTROL, bytes((HELLO, 0, 1, 0, 0, 0)))
    asked, calls, entrance = None, None, -1
    while True:
        ctypes.memmove(HEADER, FRESH, 56)
        length = syscall(RECVMSG, CONTROL, HEADER, 0, 0, 0, 0)
        if length <= 0:
            os._exit(0)
        # Usually the same as before, down to the numbers of the descriptors.
        asking = message[:length] + rights.raw
        if asking != asked:
            message[length] = 0
            count = (int.from_bytes(rights[:8], "little") - 16) // 4
            fds = [int.from_bytes(rights[16 + 4 * i:20 + 4 * i], "little") for i in range(count)]
            flags = message[2][0]
            asked, calls, entrance = asking, confinement(flags, fds), fds[0] if flags & BOX else -1
        pid = -1
        if entrance >= 0 and syscall(SETNS, entrance, NEWPID, 0, 0, 0, 0) < 0:
            failed("cannot enter the box")
        else:
            try:
                pid = os.fork()
            except OSError as error:
                ctypes.set_errno(error.errno)
                failed("cannot fork")
        if pid == 0:
            child(calls)
        syscall(CLOSE_RANGE, CONTROL + 1, 0xFFFFFFFF, 0, 0, 0, 0)
        if pid > 0:
            syscall(WAIT4, pid, ENDED_AT + 2, 0, ENDED_AT + 6, 0, 0)
        syscall(WRITE, CONTROL, ENDED_AT, 2 + 4 + 40, 0, 0, 0)


main()
