"""The Python end of the conversation between the broker and a program.

Frames travel on file descriptor 3: four bytes of length (little-endian), then JSON. The broker asks,
this process answers each question with exactly one frame that repeats the run's nonce and the
question's number. Expected values are never sent here, so nothing that a program does to this
driver can tell it what to answer.

    {"op": "load", "seq", "nonce", "prelude", "source", "entry"}  ->  {"loaded": true}
    {"op": "call", "seq", "args", "after"}                        ->  {"value"} | {"raised"} | ...
    {"op": "main", "prelude", "source", "argv"}                   the process ends with the program
    {"op": "test", "seq", "nonce", "prelude", "source", "entry"}  ->  {"call"} ... {"passed"} | {"failed"}

Everything the driver uses is bound before a program's text is run: a program that replaces builtins
changes its own world, not this one.
"""


def _make():
    import _json
    import builtins
    import os
    import sys
    from math import isfinite, isnan

    read, write, end_process = os.read, os.write, os._exit
    run, to_code = exec, compile
    Module = type(sys)
    scan = _json.make_scanner
    escape = _json.encode_basestring_ascii
    text_of, int_text, float_text = str, int.__repr__, float.__repr__
    is_a, kind_of, name_of = isinstance, type, type.__dict__["__name__"].__get__
    list_of, tuple_of, dict_items, set_of = list, tuple, dict.items, frozenset
    join, starts, sort = "".join, str.startswith, sorted
    from_bytes, hexadecimal, from_hex = int.from_bytes, bytes.hex, bytes.fromhex
    Base, Exit, Unreadable = BaseException, SystemExit, UnicodeError
    modules, set_digits = sys.modules, getattr(sys, "set_int_max_str_digits", None)
    MAX_DEPTH, MAX_EXACT = 40, 1 << 53

    class Scanner:
        """What `_json.make_scanner` wants to know; the `json` package would drag `re` in."""

        strict = True
        object_hook = object_pairs_hook = None
        parse_float, parse_int, parse_constant = float, int, float
        memo = {}

    parse_json = scan(Scanner)

    class NoValue(Exception):
        pass

    # ---- values to JSON text -----------------------------------------------------------------

    def encode(value, depth=MAX_DEPTH):
        """The JSON text of a value. Looks at exact types first; subclasses are read through the
        methods of their base, so that what a class says of itself does not count."""
        if depth == 0:
            raise NoValue("nested deeper than %d levels" % MAX_DEPTH)
        depth -= 1
        if value is None:
            return "null"
        if value is True:
            return "true"
        if value is False:
            return "false"
        kind = kind_of(value)
        if kind is int or is_a(value, int):
            value = int.__int__(value) if kind is not int else value
            if -MAX_EXACT <= value <= MAX_EXACT:
                return int_text(value)
            return '{"$int":"%s"}' % int_text(value)
        if kind is str or is_a(value, str):
            value = str.__str__(value) if kind is not str else value
            return encode_text(value)
        if kind is float or is_a(value, float):
            value = float.__float__(value) if kind is not float else value
            if isfinite(value):
                return float_text(value)
            return '{"$float":"%s"}' % ("nan" if isnan(value) else "inf" if value > 0 else "-inf")
        if kind is list or is_a(value, list):
            return "[" + ",".join([encode(item, depth) for item in list.__iter__(value)]) + "]"
        if kind is tuple or is_a(value, tuple):
            return '{"$tuple":[' + ",".join([encode(item, depth) for item in tuple.__iter__(value)]) + "]}"
        if kind is dict or is_a(value, dict):
            return encode_dict(value, depth)
        if kind is set or is_a(value, set):
            return '{"$set":[' + ",".join([encode(item, depth) for item in set.__iter__(value)]) + "]}"
        if is_a(value, frozenset):
            return '{"$set":[' + ",".join([encode(item, depth) for item in frozenset.__iter__(value)]) + "]}"
        if kind is bytes or kind is bytearray:
            return '{"$bytes":"%s"}' % hexadecimal(bytes(value))
        return encode_tagged(value, kind)

    def encode_text(value):
        text = escape(value)
        # A lone surrogate is no character and so no part of a text.
        if "\\ud" in text or "\\uD" in text:
            try:
                value.encode("utf-8")
            except Unreadable:
                raise NoValue("a text with a lone surrogate")
        return text

    def encode_dict(value, depth):
        plain, pairs = True, []
        for key, item in dict_items(value):
            if kind_of(key) is not str or starts(key, "$"):
                plain = False
            pairs.append((encode(key, depth), encode(item, depth)))
        if plain:
            return "{" + ",".join([key + ":" + item for key, item in pairs]) + "}"
        return '{"$map":[' + ",".join(["[" + key + "," + item + "]" for key, item in pairs]) + "]}"

    def encode_tagged(value, kind):
        datetime, decimal = modules.get("datetime"), modules.get("decimal")
        if datetime is not None and kind is datetime.datetime:
            return '{"$tag":["datetime",%s]}' % escape(kind.isoformat(value))
        if datetime is not None and (kind is datetime.date or kind is datetime.time):
            return '{"$tag":["%s",%s]}' % (name_of(kind), escape(kind.isoformat(value)))
        if decimal is not None and kind is decimal.Decimal:
            return '{"$tag":["decimal",%s]}' % escape(kind.__str__(value))
        raise NoValue("an object of type %s" % name_of(kind))

    # ---- JSON to values ----------------------------------------------------------------------

    def decode(text):
        value, _ = parse_json(text, 0)
        return value

    def revive(value):
        """Turns the forms with a `$` key into the values that they stand for."""
        kind = kind_of(value)
        if kind is list:
            return [revive(item) for item in value]
        if kind is not dict:
            return value
        if len(value) == 1:
            ((key, content),) = value.items()
            if key == "$int":
                return int(content)
            if key == "$float":
                return float(content)
            if key == "$bytes":
                return from_hex(content)
            if key == "$tuple":
                return tuple_of([revive(item) for item in content])
            if key == "$set":
                return set([revive(item) for item in content])
            if key == "$some":
                return revive(content)
            if key == "$map":
                return {revive(k): revive(v) for k, v in content}
            if key == "$record":
                return {name: revive(item) for name, item in content[1]}
            if key == "$tag":
                return revive_tagged(*content)
        return {key: revive(item) for key, item in value.items()}

    def revive_tagged(tag, text):
        if tag in ("date", "datetime", "time"):
            import datetime

            return getattr(datetime, tag).fromisoformat(text)
        if tag == "decimal":
            import decimal

            return decimal.Decimal(text)
        raise NoValue("Python has no value for %s literals" % tag)

    # ---- frames ------------------------------------------------------------------------------

    def read_exactly(count):
        parts = []
        while count:
            part = read(3, count if count < 1 << 20 else 1 << 20)
            if not part:
                end_process(0)
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def receive():
        text = read_exactly(from_bytes(read_exactly(4), "little")).decode("utf-8", "surrogatepass")
        message = decode(text)
        return revive(message) if '"$' in text else message

    def send(nonce, seq, content):
        frame = ('{"nonce":"%s","seq":%d,%s}' % (nonce, seq, content)).encode("ascii")
        frame = len(frame).to_bytes(4, "little") + frame
        view = memoryview(frame)
        while view:
            view = view[write(3, view):]

    # ---- running -----------------------------------------------------------------------------

    def flush():
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Base:
                pass

    def describe(error):
        """The kind and message of an error; a class that lies about itself only harms itself."""
        try:
            message = text_of(error)
            if kind_of(message) is not str:
                message = ""
        except Base:
            message = ""
        return '"raised":[%s,%s]' % (escape(name_of(kind_of(error))), encode_lossy(message))

    def encode_lossy(text):
        return escape(text[:10000].encode("utf-8", "replace").decode("utf-8"))

    def exit_code(error):
        code = error.code
        return code if kind_of(code) is int else 0 if code is None else 1

    def load(prelude, source, name, file="<program>"):
        module = Module(name)
        modules[name] = module
        space = module.__dict__
        space["__builtins__"] = builtins
        if prelude:
            run(to_code(prelude, "<prelude>", "exec", dont_inherit=True), space)
        run(to_code(source, file, "exec", dont_inherit=True), space)
        return space

    def load_program(message):
        """The entry point, or the content of the answer that says why there is none."""
        try:
            space = load(message["prelude"], message["source"], "program")
        except SyntaxError as error:
            # Raised by the compiler for the text itself, or by the program's own `exec`.
            if error.filename in ("<program>", "<prelude>"):
                return None, '"syntax":%s' % encode_lossy("%s (line %s)" % (error.msg, error.lineno))
            return None, describe(error)
        except Exit as error:
            return None, '"exit":%d' % exit_code(error)
        except Base as error:
            return None, describe(error)
        finally:
            flush()
        entry = space.get(message["entry"])
        if not callable(entry):
            return None, '"missing":true'
        return entry, None

    def call(entry, args, after):
        try:
            try:
                result = entry(*args)
            finally:
                flush()
        except Exit as error:
            return '"exit":%d' % exit_code(error)
        except Base as error:
            content = describe(error)
        else:
            try:
                content = '"value":' + encode(result)
            except NoValue as error:
                content = '"invalid":' + encode_lossy(text_of(error))
            except Base as error:
                content = '"invalid":' + encode_lossy("its value cannot be read: " + name_of(kind_of(error)))
        if after:
            try:
                content += ',"after":[' + ",".join([encode(arg) for arg in args]) + "]"
            except Base:
                content += ',"after":null'
        return content

    def answer_calls(message):
        nonce = message["nonce"]
        entry, failure = load_program(message)
        if failure is not None:
            send(nonce, message["seq"], failure)
            return
        send(nonce, message["seq"], '"loaded":true')
        while True:
            message = receive()
            send(nonce, message["seq"], call(entry, message["args"], message["after"]))

    def run_main(message):
        """Runs a program as a script; its end is the end of the process."""
        os.close(3)
        sys.argv = ["main.py", *message["argv"]]
        try:
            load(message["prelude"], message["source"], "__main__", "main.py")
        except Exit:
            raise
        except Base as error:
            show_traceback(error, message["source"])
            flush()
            end_process(1)

    def show_traceback(error, source):
        """What Python shows of an uncaught error, without the frames of this driver."""
        import linecache
        import traceback

        linecache.cache["main.py"] = (len(source), None, source.splitlines(True), "main.py")
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == "<string>":
            trace = trace.tb_next
        traceback.print_exception(kind_of(error), error, trace)

    # ---- test code ---------------------------------------------------------------------------

    def mirror(old, new):
        """Gives an argument the content that the call left it with."""
        if kind_of(old) is list and kind_of(new) is list:
            old[:] = new
        elif kind_of(old) is dict and kind_of(new) is dict:
            old.clear()
            old.update(new)
        elif kind_of(old) is set and kind_of(new) is set:
            old.clear()
            old.update(new)

    class ProgramError(Exception):
        """The program under test raised an error of a kind that builtins do not have."""

    class Unsupported(Base):
        """The test wants something of the program that cannot be asked with plain data."""

    def make_proxy(state):
        def program(*args, **kwargs):
            if kwargs:
                raise Unsupported("arguments by name")
            try:
                encoded = ",".join([encode(arg) for arg in args])
            except NoValue as error:
                raise Unsupported("an argument that is no plain data: " + text_of(error))
            send(state["nonce"], state["seq"], '"call":[%s]' % encoded)
            reply = receive()
            state["seq"] = reply["seq"]
            if reply.get("stop"):
                end_process(0)
            for old, new in zip(args, reply.get("after") or ()):
                mirror(old, new)
            if "raised" in reply:
                kind, text = reply["raised"]
                error = getattr(builtins, kind, None)
                if is_a(error, kind_of) and issubclass(error, Exception):
                    try:
                        raise error(text)
                    except TypeError:
                        pass
                raise ProgramError("%s: %s" % (kind, text))
            return reply["value"]

        return program

    def failed_line(error, source_name):
        line, trace = 0, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == source_name:
                line = trace.tb_lineno
            trace = trace.tb_next
        return line

    def run_tests(message):
        """Runs test code whose entry point is the program in another process."""
        state = {"nonce": message["nonce"], "seq": message["seq"]}
        try:
            module = Module("tests")
            modules["tests"] = module
            space = module.__dict__
            space["__builtins__"] = builtins
            if message["prelude"]:
                run(to_code(message["prelude"], "<prelude>", "exec", dont_inherit=True), space)
            space[message["entry"]] = make_proxy(state)
            run(to_code(message["source"], "<tests>", "exec", dont_inherit=True), space)
            content = '"passed":true'
        except Unsupported as error:
            content = '"unsupported":' + encode_lossy(text_of(error))
        except SyntaxError as error:
            content = '"broken":%s' % encode_lossy("%s (line %s)" % (error.msg, error.lineno))
        except Exit as error:
            content = '"broken":"it ends its own process"'
        except Base as error:
            content = describe(error).replace('"raised"', '"failed"', 1)
            content += ',"line":%d' % failed_line(error, "<tests>")
        flush()
        send(state["nonce"], state["seq"], content)

    def serve():
        """Answers the conversation on file descriptor 3, in a process of its own."""
        if set_digits is not None:
            # Answers may be long integers; the broker bounds their length itself.
            set_digits(0)
        message = receive()
        op = message["op"]
        if op == "load":
            answer_calls(message)
        elif op == "main":
            run_main(message)
        elif op == "test":
            run_tests(message)

    # ---- the zygote --------------------------------------------------------------------------

    def zygote(preload):
        """Forks one process per run, each into a box of its own. The protocol is that of the
        sandbox; this process never runs a program's text."""
        import ctypes
        import gc
        import resource
        from _socket import CMSG_SPACE, socket

        for name in preload:
            __import__(name)

        libc = ctypes.CDLL(None, use_errno=True)
        number, text_at = ctypes.c_ulong, ctypes.c_char_p
        NEWNS, NEWIPC, NEWPID = 0x20000, 0x8000000, 0x20000000
        PR_CAPBSET_DROP, SYS_CAPSET, SYS_LANDLOCK_RESTRICT_SELF = 24, 126, 446
        if os.uname().machine == "aarch64":
            SYS_CAPSET = 91
        CAPABILITIES = (8, 18, 21)
        BOX, RULES, CHANNEL, NO_NAMESPACES = 1, 2, 4, 8
        control = socket(fileno=3)

        def must(result, what):
            if result != 0:
                code = ctypes.get_errno()
                raise OSError(code, what + ": " + os.strerror(code))

        def become(flags, limits, work, descriptors):
            """The child's part: enters the box, gives up every power, and takes its places."""
            os.setsid()
            try:
                with open("/proc/self/oom_score_adj", "wb", 0) as file:
                    file.write(b"1000")
            except OSError:
                pass
            rest = list(descriptors)
            if flags & BOX:
                must(libc.setns(rest.pop(0), NEWNS | NEWIPC), "setns")
            rules = rest.pop(0) if flags & RULES else None
            os.chdir(work)
            for which, soft, hard in limits:
                resource.setrlimit(which, (soft, hard))
            if not flags & NO_NAMESPACES:
                for capability in CAPABILITIES:
                    must(libc.prctl(PR_CAPBSET_DROP, number(capability), number(0), number(0), number(0)), "prctl")
            header = (0x20080522).to_bytes(4, sys.byteorder) + bytes(4)
            must(libc.syscall(number(SYS_CAPSET), text_at(header), text_at(bytes(24))), "capset")
            if rules is not None:
                must(libc.syscall(number(SYS_LANDLOCK_RESTRICT_SELF), number(rules), number(0)), "landlock")
            # First out of the way of each other, then to their places.
            places = [os.dup(descriptor) for descriptor in rest]
            for place, descriptor in enumerate(places):
                os.dup2(descriptor, place)
            os.closerange(len(places), 1 << 16)
            home, temporary = work, "/tmp"
            if flags & NO_NAMESPACES:
                temporary = os.path.join(os.path.dirname(work), "tmp")
            os.environ["HOME"], os.environ["TMPDIR"] = home, temporary

        def read_request(body):
            from_bytes = int.from_bytes
            flags, count = from_bytes(body[2:6], "little"), from_bytes(body[6:10], "little")
            at, limits = 10, []
            for _ in range(count):
                which, soft, hard = (
                    from_bytes(body[at : at + 4], "little"),
                    from_bytes(body[at + 4 : at + 12], "little"),
                    from_bytes(body[at + 12 : at + 20], "little"),
                )
                unlimited = (1 << 64) - 1
                limits.append((which, -1 if soft == unlimited else soft, -1 if hard == unlimited else hard))
                at += 20
            length = from_bytes(body[at : at + 4], "little")
            return flags, limits, body[at + 4 : at + 4 + length].decode()

        gc.collect()
        gc.freeze()
        control.send(b"\x01\x00" + (1).to_bytes(4, "little"))
        while True:
            body, ancillary, _, _ = control.recvmsg(1 << 16, CMSG_SPACE(16 * 4))
            if not body:
                return
            descriptors = []
            for _, _, data in ancillary:
                for at in range(0, len(data), 4):
                    descriptors.append(int.from_bytes(data[at : at + 4], sys.byteorder))
            try:
                flags, limits, work = read_request(body)
                if flags & BOX:
                    must(libc.setns(descriptors[0], NEWPID), "setns")
                child = os.fork()
                if child == 0:
                    try:
                        become(flags, limits, work, descriptors)
                    except Exception as error:
                        control.send(b"\x03\x00" + repr(error).encode())
                        end_process(1)
                    control.detach()
                    return serve()
            except OSError as error:
                for descriptor in descriptors:
                    os.close(descriptor)
                control.send(b"\x03\x00" + repr(error).encode())
                continue
            for descriptor in descriptors:
                os.close(descriptor)
            _, status, usage = os.wait4(child, 0)
            report = status.to_bytes(4, "little")
            for seconds in (usage.ru_utime, usage.ru_stime):
                report += round(seconds * 1e6).to_bytes(8, "little")
            control.send(b"\x02\x00" + report + usage.ru_maxrss.to_bytes(8, "little"))

    if sys.argv[1:2] == ["zygote"]:
        preload = sys.argv[2:]
        sys.argv = [""]
        zygote(preload)
    else:
        sys.argv = [""]
        serve()


_make()
