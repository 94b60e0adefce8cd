"""The Python end of the conversation between the broker and a program.

Frames travel on file descriptor 3: four bytes of length (big-endian), then JSON. The broker asks,
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
        text = read_exactly(from_bytes(read_exactly(4), "big")).decode("utf-8", "surrogatepass")
        message = decode(text)
        return revive(message) if '"$' in text else message

    def send(nonce, seq, content):
        frame = ('{"nonce":"%s","seq":%d,%s}' % (nonce, seq, content)).encode("ascii")
        frame = len(frame).to_bytes(4, "big") + frame
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

    def load(prelude, source, name):
        module = Module(name)
        modules[name] = module
        space = module.__dict__
        space["__builtins__"] = builtins
        if prelude:
            run(to_code(prelude, "<prelude>", "exec", dont_inherit=True), space)
        run(to_code(source, "<program>", "exec", dont_inherit=True), space)
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
        load(message["prelude"], message["source"], "__main__")

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

    return serve


_serve = _make()
