"""The Python end of the conversation between the broker and a program.

Frames travel on file descriptor 3: four bytes of length (little-endian), then JSON. The broker asks,
this process answers each question with exactly one frame that repeats the run's nonce and the
question's number. Expected values are never sent here, so nothing that a program does to this
driver can tell it what to answer.

    {"op": "hello", "seq", "nonce"}                               ->  {"ready": true}
    {"op": "load", "seq", "nonce", "prelude", "source", "entry"}  ->  {"loaded": true} | {"load": [...]} | ...
    {"op": "call", "seq", "calls", "after", "loose"}              ->  {"answers": [{"value"} | {"raised"} | ...]}
    {"op": "main", "prelude", "source", "argv"}                   the process ends with the program
    {"op": "test", "seq", "nonce", "prelude", "source", "entry"}  ->  {"call"} ... {"passed"} | {"failed"}
    {"op": "instrument", ..., "instrument", "what"}               what the text in "instrument" says
    {"op": "session"}                                             the rest is said in session.py

What matters is bound before a program's text is run. A program that changes this driver all the same
changes its own answers and nothing else.
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
    order_of = type.__dict__["__mro__"].__get__
    list_of, tuple_of, dict_items, set_of = list, tuple, dict.items, frozenset
    join, starts, sort = "".join, str.startswith, sorted
    from_bytes, hexadecimal, from_hex = int.from_bytes, bytes.hex, bytes.fromhex
    Base, Exit, Unreadable = BaseException, SystemExit, UnicodeError
    modules, set_digits = sys.modules, getattr(sys, "set_int_max_str_digits", None)
    MAX_DEPTH, MAX_EXACT, MAX_FRAME = 40, 1 << 53, 8 << 20

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
        if decimal is not None and kind is decimal.Decimal and kind.is_finite(value):
            return '{"$tag":["decimal",%s]}' % escape(kind.__str__(value))
        if kind is complex:
            return '{"$tag":["complex",%s]}' % escape(complex.__repr__(value))
        raise NoValue("an object of type %s" % name_of(kind))

    def settle(value):
        """A sequence that can be walked once, as the list that a test would make of it."""
        kind = kind_of(value)
        if kind in (range, map, filter, zip, enumerate, reversed, GENERATOR) or kind in DICT_VIEWS:
            return list(value)
        if kind.__module__ == "collections" and name_of(kind) == "deque":
            return list(value)
        return value

    GENERATOR = kind_of(item for item in ())
    DICT_VIEWS = (kind_of({}.keys()), kind_of({}.values()), kind_of({}.items()))

    # ---- JSON to values ----------------------------------------------------------------------

    def decode(text):
        value, _ = parse_json(text, 0)
        return value

    def revive(value, hashable=False):
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
                return tuple_of([revive(item, hashable) for item in content])
            if key == "$set":
                return (set_of if hashable else set)([revive(item, True) for item in content])
            if key == "$some":
                return revive(content)
            if key == "$map":
                return {revive(k, True): revive(v) for k, v in content}
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
        if tag == "complex":
            return complex(text)
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
        return decode(read_exactly(from_bytes(read_exactly(4), "little")).decode("utf-8", "surrogatepass"))

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
        """The kind, message and base kinds of an error; a class that lies about itself only harms
        itself."""
        try:
            message = text_of(error)
            if kind_of(message) is not str:
                message = ""
        except Base:
            message = ""
        bases = ",".join([encode_lossy(name_of(base)) for base in order_of(kind_of(error))[1:-2]])
        return "[%s,%s,[%s]]" % (encode_lossy(name_of(kind_of(error))), encode_lossy(message), bases)

    def encode_lossy(text):
        return escape(text[:10000].encode("utf-8", "replace").decode("utf-8"))

    def exit_code(error):
        """The code as the operating system would tell it."""
        code = error.code
        return int.__and__(code, 0xFF) if is_a(code, int) else 0 if code is None else 1

    class BadPrelude(Exception):
        """The task's own text cannot be run; nothing is known of the program."""

    def new_space(name, prelude):
        module = Module(name)
        modules[name] = module
        space = module.__dict__
        space["__builtins__"] = builtins
        if prelude:
            try:
                run(to_code(prelude, "<prelude>", "exec", dont_inherit=True), space)
            except Base as error:
                raise BadPrelude("%s: %s" % (name_of(kind_of(error)), error))
        return space

    def load_program(message):
        """The entry point, or the content of the answer that says why there is none."""
        try:
            space = new_space("program", message["prelude"])
        except BadPrelude as error:
            return None, '"prelude":' + encode_lossy(text_of(error))
        try:
            code = to_code(message["source"], "<program>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            text = "%s (line %s)" % (error.msg, error.lineno) if is_a(error, SyntaxError) else text_of(error)
            return None, '"syntax":' + encode_lossy(text)
        except Base as error:
            return None, '"syntax":' + encode_lossy(name_of(kind_of(error)))
        try:
            run(code, space)
        except Exit as error:
            return None, '"exit":%d' % exit_code(error)
        except Base as error:
            return None, '"load":' + describe(error)
        finally:
            flush()
        entry = space.get(message["entry"])
        if not callable(entry):
            return None, '"missing":true'
        return entry, None

    def call(entry, args, message):
        try:
            args = [revive(arg) for arg in args]
        except Base as error:
            return '"unfit":' + encode_lossy(text_of(error))
        try:
            try:
                result = entry(*args)
                if message.get("loose"):
                    result = settle(result)
            finally:
                flush()
        except Exit as error:
            return '"exit":%d' % exit_code(error)
        except Base as error:
            content = '"raised":' + describe(error)
        else:
            try:
                content = '"value":' + encode(result)
            except NoValue as error:
                content = '"invalid":' + encode_lossy(text_of(error))
            except Base as error:
                content = '"invalid":' + encode_lossy("its value cannot be read: " + name_of(kind_of(error)))
        if message.get("after"):
            try:
                content += ',"after":[' + ",".join([encode(arg) for arg in args]) + "]"
            except Base:
                content += ',"after":null'
        return content

    def call_once(entry, message):
        return call(entry, message["args"], message)

    def call_all(entry, message):
        """The answers to all calls of a message."""
        calls = message["calls"]
        answers = [call(entry, args, message) for args in calls]
        size = sum([len(answer) for answer in answers])
        if size <= MAX_FRAME:
            return '"answers":[{' + "},{".join(answers) + "}]"
        if len(calls) > 1:
            return '"split":true'
        return '"answers":[{"invalid":"more than %d bytes"}]' % MAX_FRAME

    def answer_calls(message):
        nonce = message["nonce"]
        entry, failure = load_program(message)
        if failure is not None:
            send(nonce, message["seq"], failure)
            return
        content = '"loaded":true'
        if message.get("calls"):
            content = call_all(entry, message)
            if starts(content, '"answers"'):
                content = '"loaded":true,' + content
        send(nonce, message["seq"], content)
        while True:
            message = receive()
            send(nonce, message["seq"], call_all(entry, message))

    def run_main(message):
        """Runs a program as a script; its end is the end of the process."""
        os.close(3)
        sys.argv = ["main.py", *message["argv"]]
        try:
            space = new_space("__main__", message["prelude"])
            run(to_code(message["source"], "main.py", "exec", dont_inherit=True), space)
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
        """Gives an argument the content that the call left it with. Parts that stayed containers stay
        the same objects, because the test may hold them by other names."""
        if kind_of(old) is list and kind_of(new) is list:
            old[:] = [mirrored(a, b) for a, b in zip(old, new)] + new[len(old):]
        elif kind_of(old) is dict and kind_of(new) is dict:
            content = {key: mirrored(old.get(key), value) for key, value in new.items()}
            old.clear()
            old.update(content)
        elif kind_of(old) is set and kind_of(new) is set:
            old.clear()
            old.update(new)

    def mirrored(old, new):
        if kind_of(old) is kind_of(new) and kind_of(old) in (list, dict, set):
            mirror(old, new)
            return old
        return new

    class Unsupported(Base):
        """The test wants something of the program that cannot be asked with plain data."""

    PROGRAMS = object()

    def as_error(kind, text, bases, state):
        """An error like the one that the program raised: of its kind where the test knows that kind,
        else of a kind with its name below the nearest one that the test knows."""
        known = None
        for name in [kind, *bases]:
            found = state["space"].get(name, getattr(builtins, name, None))
            if is_a(found, kind_of) and issubclass(found, Base):
                known = found
                break
        if known is None or issubclass(known, unnoticed(state["source"])):
            known = Exception
        fields = {"__str__": lambda self: text, "__init__": lambda self, *rest: None, "__whose__": PROGRAMS}
        copy = kind_of(kind, (known,), fields)
        error = copy.__new__(copy, text)
        error.args = (text,)
        return error

    def unnoticed(source):
        """Kinds of errors that end a loop, a test case or the test as if all were well. The program
        raises them in a test only if the test names them."""
        kinds = [Exit, GeneratorExit]
        kinds += [kind for kind in (StopIteration, StopAsyncIteration) if name_of(kind) not in source]
        unittest = modules.get("unittest")
        if unittest is not None:
            kinds.append(unittest.SkipTest)
        return tuple_of(kinds)

    def is_programs(error):
        """Whether the program raised this error. Any other kind of it is the test's own."""
        return getattr(kind_of(error), "__whose__", None) is PROGRAMS

    def unsupported(state, what):
        """Gives up. The word is kept as well, because the test may catch what is raised."""
        state["unsupported"] = state["unsupported"] or what
        raise Unsupported(what)

    def make_proxy(state):
        def program(*args, **kwargs):
            if kwargs:
                unsupported(state, "arguments by name")
            try:
                encoded = ",".join([encode(arg) for arg in args])
            except NoValue as error:
                unsupported(state, "an argument that is no plain data: " + text_of(error))
            if len(encoded) > MAX_FRAME:
                unsupported(state, "arguments of more than %d bytes" % MAX_FRAME)
            send(state["nonce"], state["seq"], '"call":[%s]' % encoded)
            reply = receive()
            state["seq"] = reply["seq"]
            for old, new in zip(args, reply.get("after") or ()):
                mirror(old, revive(new))
            if "raised" in reply:
                raise as_error(*reply["raised"], state)
            return revive(reply["value"])

        return program

    def compile_test(source):
        """The code of a test, in which each function begins by saying that it ran: only what the text
        itself has not run is run afterwards."""
        if "def test" not in source and "def check" not in source:
            return to_code(source, "<tests>", "exec", dont_inherit=True)
        import _ast

        tree = to_code(source, "<tests>", "exec", _ast.PyCF_ONLY_AST, dont_inherit=True)
        left = [tree]
        while left:
            node = left.pop()
            for name in ("body", "orelse", "finalbody", "handlers", "cases"):
                parts = getattr(node, name, None)
                if is_a(parts, list):
                    left.extend(parts)
            if is_a(node, (_ast.FunctionDef, _ast.AsyncFunctionDef)):
                # The line by which its code will be known.
                line = (node.decorator_list or [node])[0].lineno
                at = {"lineno": line, "end_lineno": line, "col_offset": 0, "end_col_offset": 0}
                called = _ast.Name("__synthase_ran__", _ast.Load(), **at)
                mark = _ast.Expr(_ast.Call(called, [_ast.Constant(line, **at)], [], **at), **at)
                first = node.body[0]
                has_text = is_a(first, _ast.Expr) and is_a(first.value, _ast.Constant) and is_a(first.value.value, str)
                node.body.insert(1 if has_text else 0, mark)
        return to_code(tree, "<tests>", "exec", dont_inherit=True)

    def code_of(value):
        """The code of a function that the test wrote, below its decorators; else None."""
        for _ in range(MAX_DEPTH):
            value = getattr(value, "__wrapped__", value)
        code = getattr(getattr(value, "__func__", value), "__code__", None)
        return code if getattr(code, "co_filename", None) == "<tests>" else None

    def is_runnable(value, count):
        """Whether a function runs when it is called with so many arguments: one that wants more, and
        one that would only give a generator or something to be waited for, does not."""
        code = code_of(value)
        least = code.co_argcount - len(getattr(value, "__defaults__", None) or ())
        named = code.co_kwonlyargcount - len(getattr(value, "__kwdefaults__", None) or ())
        most = MAX_EXACT if code.co_flags & 0x04 else code.co_argcount
        return least <= count <= most and named <= 0 and not code.co_flags & 0x2A0

    def run_definitions(program, state):
        """Runs what test runners would run, as far as the text itself has not run it: `check(program)`,
        functions named `test…` without parameters, and test cases."""
        space, ran = state["space"], state["ran"]
        before = set_of(ran)

        def is_left(value, ran):
            code = code_of(value)
            return code is not None and code.co_firstlineno not in ran

        def named_like(start):
            # Each once, whatever other names it has.
            found = {id(value): (name, value) for name, value in dict_items(space) if starts(name, start)}
            return [(name, value) for name, value in found.values() if value is not program]

        named = named_like("test")
        for name, value in named:
            if is_left(value, before) and is_runnable(value, 0):
                value()
        unittest = modules.get("unittest")
        if unittest is not None:
            run_cases(unittest, named_like(""), lambda value: is_left(value, before))
        check = space.get("check")
        if is_left(check, ran) and is_runnable(check, 1):
            check(program)
        # What is still left wants what only another test runner could give.
        for name, value in [*named, ("check", check)]:
            if is_left(value, ran):
                unsupported(state, "the function %s of the test, which takes arguments or is asynchronous" % name)
        for name, value in named_like("Test"):
            is_case = unittest is not None and is_a(value, kind_of) and issubclass(value, unittest.TestCase)
            if is_a(value, kind_of) and starts(name, "Test") and not is_case:
                for method, function in list(value.__dict__.items()):
                    if starts(method, "test") and is_left(function, ran):
                        unsupported(state, "the test class " + name)

    def run_cases(unittest, found, is_left):
        class Result(unittest.TestResult):
            broken = None

            def addError(self, case, info):
                if is_a(info[1], ImportError) and not is_programs(info[1]):
                    self.broken = info[1]
                else:
                    super().addError(case, info)

        def cases(suite):
            for part in suite:
                if is_a(part, unittest.TestCase):
                    yield part
                else:
                    yield from cases(part)

        result, load = Result(), unittest.defaultTestLoader.loadTestsFromTestCase
        for _, value in found:
            if is_a(value, kind_of) and issubclass(value, unittest.TestCase):
                left = [case for case in cases(load(value)) if is_left(getattr(case, case._testMethodName))]
                unittest.TestSuite(left).run(result)
        for case, trace in result.failures + result.errors:
            raise AssertionError("%s: %s" % (case, trace.strip().splitlines()[-1]))
        for case in result.unexpectedSuccesses:
            raise AssertionError("%s: it succeeds unexpectedly" % case)
        if result.broken is not None:
            raise result.broken

    def failed_line(error, source_name):
        line, trace = 0, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == source_name:
                line = trace.tb_lineno
            trace = trace.tb_next
        return line

    def run_tests(message):
        """Runs test code whose entry point is the program in another process."""
        source, ran = message["source"], set()
        state = {"nonce": message["nonce"], "seq": message["seq"], "unsupported": None, "source": source, "ran": ran}
        content = '"passed":true'
        try:
            code = compile_test(source)
            space = new_space("tests", message["prelude"])
            # `unittest.main()` looks here.
            modules["__main__"] = modules["tests"]
        except SyntaxError as error:
            content = '"broken":' + encode_lossy("%s (line %s)" % (error.msg, error.lineno))
        except BadPrelude as error:
            content = '"prelude":' + encode_lossy(text_of(error))
        except Base as error:
            content = '"broken":' + encode_lossy(text_of(error))
        else:
            program = make_proxy(state)
            state["space"], space["__synthase_ran__"] = space, ran.add
            space[message["entry"]] = program
            try:
                run(code, space)
                run_definitions(program, state)
            except Exit as error:
                # `unittest.main()` ends so.
                if error.code:
                    content = '"failed":["SystemExit",%s,[]],"line":0' % encode_lossy(text_of(error.code))
            except Base as error:
                if is_a(error, ImportError) and not is_programs(error):
                    content = '"broken":' + encode_lossy(text_of(error))
                else:
                    content = '"failed":%s,"line":%d' % (describe(error), failed_line(error, "<tests>"))
        if state["unsupported"] is not None:
            content = '"unsupported":' + encode_lossy(state["unsupported"])
        flush()
        send(state["nonce"], state["seq"], content)

    def run_instrument(message):
        """Runs a program under an instrument, whose text comes with the message."""
        space = {"__builtins__": builtins}
        run(to_code(message["instrument"], "<instrument>", "exec", dont_inherit=True), space)
        space["run"](message, {"send": send, "receive": receive, "load": load_program, "call": call_once})

    def serve():
        """Answers the conversation on file descriptor 3, in a process of its own."""
        if set_digits is not None:
            # Answers may be long integers; the broker bounds their length itself.
            set_digits(0)
        message = receive()
        if message["op"] == "hello":
            send(message["nonce"], message["seq"], '"ready":true')
            message = receive()
        op = message["op"]
        if op == "load":
            answer_calls(message)
        elif op == "main":
            run_main(message)
        elif op == "test":
            run_tests(message)
        elif op == "instrument":
            run_instrument(message)
        elif op == "session":
            # Defined by the text that stands before this one where sessions are kept.
            _session(encode, NoValue)

    # ---- the zygote --------------------------------------------------------------------------

    def zygote(preload):
        """Forks one process per run, each into a box of its own. The library that the sandbox brings
        does what its protocol asks for; this process never runs a program's text."""
        # The package `ctypes` would only add memory, which each fork pays for.
        import _ctypes
        import gc

        for name in preload:
            __import__(name)
        library = _ctypes.dlopen(os.environ.pop("SYNTHASE_ZYGOTE"), 2)
        names = ("hello", "next", "become", "outside", "report", "trim")
        hello, wait, become, outside, report, trim = [_ctypes.dlsym(library, "synthase_" + name) for name in names]
        do = _ctypes.call_function
        do(trim, ())
        warm_up()
        gc.collect()
        try:
            # What has been given back since the start glibc keeps, and each fork would pay for it.
            do(_ctypes.dlsym(_ctypes.dlopen(None, 2), "malloc_trim"), (0,))
        except OSError:
            pass
        # What lives now lives for ever: looking at it again would only copy its pages.
        gc.freeze()
        do(hello, ())
        while True:
            do(wait, ())
            try:
                child = os.fork()
            except OSError as error:
                child = -error.errno
            if child == 0:
                do(become, ())
                if do(outside, ()):
                    os.environ["HOME"] = work = os.getcwd()
                    os.environ["TMPDIR"] = os.path.join(os.path.dirname(work), "tmp")
                return serve()
            do(report, (child,))

    def warm_up():
        """Whatever happens for the first time is slow, and would be slow in each child: types are made,
        code is specialised, memory is touched."""
        source = "def f(x, *rest):\n    return [x, {'a': (1.5, None, True)}]\n"
        message = '{"prelude":"import sys","source":%s,"entry":"f","args":[[1],"a"],"after":true}' % escape(source)
        for _ in range(20):
            content = decode(message)
            entry, _ = load_program(content)
            call(entry, content["args"], content)
        del modules["program"]

    if sys.argv[1:2] == ["zygote"]:
        preload = sys.argv[2:]
        sys.argv = [""]
        zygote(preload)
    else:
        sys.argv = [""]
        serve()


_make()
