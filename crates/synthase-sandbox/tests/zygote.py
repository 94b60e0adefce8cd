"""The reference zygote, for CPython: follows the page `protocol` of the crate and nothing else.

Started as `python -S -I zygote.py`. Each run gets one payload frame: the source of a program, which
is executed with `ask()` and `answer(bytes)` to receive and send frames on its channel.
"""
import ctypes
import gc
import os
import resource
import socket
import struct
import sys

CONTROL = 3
HELLO, ENDED, FAILED = 1, 2, 3
BOX, RULES, CHANNEL = 1, 2, 4
NEWPID, NEWNS_NEWIPC = 0x20000000, 0x00020000 | 0x08000000
CAPBSET_DROP = 24
LANDLOCK_RESTRICT_SELF, CAPSET = 446, {"x86_64": 126, "aarch64": 91}[os.uname().machine]

libc = ctypes.CDLL(None, use_errno=True)
setns, prctl, syscall = libc.setns, libc.prctl, libc.syscall
no_capabilities = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()


def check(result, what):
    if result < 0:
        raise OSError(ctypes.get_errno(), what)


def receive_exactly(count):
    parts = []
    while count:
        part = os.read(CONTROL, min(count, 1 << 20))
        if not part:
            os._exit(0)
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def ask():
    return receive_exactly(int.from_bytes(receive_exactly(4), "little"))


def answer(frame):
    frame = len(frame).to_bytes(4, "little") + frame
    while frame:
        frame = frame[os.write(CONTROL, frame):]


def confine(flags, limits, work, entrance, rules):
    os.setsid()
    try:
        adjust = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        os.write(adjust, b"1000")
        os.close(adjust)
    except OSError:
        pass
    if flags & BOX:
        check(setns(entrance, NEWNS_NEWIPC), "enter the box")
    os.chdir(work)
    for which, soft, hard in limits:
        resource.setrlimit(which, (soft, hard))
    if flags & BOX:
        for capability in (8, 18, 21):
            check(prctl(CAPBSET_DROP, capability, 0, 0, 0), "drop a capability")
        check(syscall(CAPSET, *no_capabilities), "drop capabilities")
    if flags & RULES:
        check(syscall(LANDLOCK_RESTRICT_SELF, rules, 0), "enter the Landlock domain")


def child(control, flags, limits, work, entrance, rules, standard, channel):
    try:
        confine(flags, limits, work, entrance, rules)
        for number, fd in enumerate(standard):
            os.dup2(fd, number)
        if flags & CHANNEL:
            os.dup2(channel, CONTROL, inheritable=False)
        else:
            os.close(CONTROL)
        os.closerange(CONTROL + 1, 1 << 20)
    except BaseException as error:
        control.send(bytes((FAILED, 0)) + repr(error).encode())
        os._exit(1)
    run()


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


def warm_up():
    """Whatever happens for the first time is slow, and would be slow in each child."""
    # The first compilation of a text makes the types of syntax trees: a millisecond.
    exec(compile(b"pass", "<run>", "exec"), {"__name__": "__main__"})
    prctl(3, 0, 0, 0, 0)
    syscall(CAPSET, None, None)
    resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE))
    sys.stdout.flush()
    # What lives now lives for ever: looking at it again would only copy its pages.
    gc.collect()
    gc.freeze()


def main():
    control = socket.socket(fileno=CONTROL)
    warm_up()
    control.send(struct.pack("<BBI", HELLO, 0, 1))
    space = socket.CMSG_LEN(10 * 4)
    while True:
        message, ancillary, _, _ = control.recvmsg(65536, space)
        if not message:
            os._exit(0)
        fds = struct.unpack(f"{len(ancillary[0][2]) // 4}i", ancillary[0][2])
        flags, count = struct.unpack_from("<II", message, 2)
        limits = [struct.unpack_from("<Iqq", message, 10 + 20 * i) for i in range(count)]
        (length,) = struct.unpack_from("<I", message, 10 + 20 * count)
        work = message[14 + 20 * count:14 + 20 * count + length]
        rest = iter(fds)
        entrance = next(rest) if flags & BOX else -1
        rules = next(rest) if flags & RULES else -1
        standard = next(rest), next(rest), next(rest)
        channel = next(rest) if flags & CHANNEL else -1
        report = struct.pack("<BBiQQQ", ENDED, 0, 0, 0, 0, 0)
        try:
            if flags & BOX:
                check(setns(entrance, NEWPID), "enter the box")
            pid = os.fork()
            if pid == 0:
                child(control, flags, limits, work, entrance, rules, standard, channel)
            for fd in fds:
                os.close(fd)
            fds = ()
            _, status, used = os.wait4(pid, 0)
            micros = int(used.ru_utime * 1e6), int(used.ru_stime * 1e6)
            report = struct.pack("<BBiQQQ", ENDED, 0, status, *micros, used.ru_maxrss)
        except OSError as error:
            for fd in fds:
                os.close(fd)
            control.send(bytes((FAILED, 0)) + repr(error).encode())
        control.send(report)


main()
