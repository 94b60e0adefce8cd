"""The Python end of a session: cells that run one after the other in one process and keep its state.

The first process of the run is the *trunk*. It runs no cell: it starts session processes and reports
how its children ended. A session process answers on descriptor 3, which came to it with descriptors 1
and 2 attached to the frame that asked for it.

Frames are four bytes of length (little-endian), one byte that says what it is, four bytes with the
number of the question, and content. Parts of the content are preceded by their length in four bytes.

    to the trunk:      b                   start a session process
    to a session:      c number, text      run a cell     ->  o, e, d ... then r
                       f name              fork, with a folder of that name ->  r (and h from the branch)
                       k text              is it complete ->  k
    from the trunk:    eight bytes         a child's number and wait status
    from a session:    h                   it is there
                       o, e text           what was written to sys.stdout, sys.stderr
                       d mime, data, ...   something to be shown
                       r                   how it went

Nothing that is said here is believed beyond "this is what the session answers".
"""


def _session(encode, NoValue):
    import _signal
    import _socket
    import _thread
    import builtins
    import io
    import linecache
    import os
    import sys
    import time
    import traceback

    OWN = "<session>"
    AST_ONLY, AWAIT, COROUTINE = 0x400, 0x2000, 0x80
    CHUNK, MOST_TEXT, MOST_DATA, MOST_ITEMS = 8192, 1 << 16, 4 << 20, 100000
    EAGER_LINES, MOST_SOURCES, MOST_ROWS = 64, 2000, 50
    SPACE = _socket.CMSG_SPACE(3 * 4)
    compile_text, run, value_of = compile, exec, eval
    end_process, clock, kind_of, from_bytes = os._exit, time.monotonic, type, int.from_bytes
    fork, process, thread = os.fork, os.getpid, _thread.get_ident
    line_cache, modules = linecache.cache, sys.modules
    channel = _socket.socket(fileno=3)
    home = os.getcwd()
    temporary = os.path.join(os.path.dirname(home), "tmp")
    receive_from, send_all = channel.recvmsg, channel.sendall

    # ---- the trunk ---------------------------------------------------------------------------

    def trunk():
        try:
            import ctypes

            # Orphans fall to this process, which reports how they ended.
            adopts = ctypes.CDLL(None).prctl(*[ctypes.c_ulong(word) for word in (36, 1, 0, 0, 0)]) == 0
        except ImportError:
            adopts = False

        def reap(*_):
            while True:
                try:
                    child, status = os.waitpid(-1, os.WNOHANG)
                except ChildProcessError:
                    return
                if child == 0:
                    return
                send_all(b"\x08\0\0\0" + child.to_bytes(4, "little") + status.to_bytes(4, "little"))

        _signal.signal(_signal.SIGCHLD, reap)
        while True:
            _, body, descriptors = receive()
            child = fork()
            if child == 0:
                _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
                settle(descriptors, "")
                session(adopts)
            for descriptor in descriptors:
                os.close(descriptor)

    def receive():
        """The kind of the next frame, all of it from there on, and the descriptors attached to it."""
        try:
            data, ancillary, _, _ = receive_from(1 << 16, SPACE)
        except ConnectionResetError:
            data = b""
        if not data:
            end_process(0)
        descriptors = []
        for _, _, numbers in ancillary:
            for at in range(0, len(numbers) - 3, 4):
                descriptors.append(from_bytes(numbers[at : at + 4], sys.byteorder))
        length = from_bytes(data[:4], "little") + 4
        if len(data) < length:
            parts, got = [data], len(data)
            while got < length:
                part = channel.recv(min(length - got, 1 << 20))
                if not part:
                    end_process(0)
                parts.append(part)
                got += len(part)
            data = b"".join(parts)
        return data[4], data[4:], descriptors

    def settle(descriptors, name):
        """The places of a new session process: its descriptors, and a folder of its own if one is named."""
        nonlocal home
        # They came in ascending order, so none is overwritten before it has found its place.
        for place, descriptor in zip((3, 1, 2), descriptors):
            os.dup2(descriptor, place, inheritable=place != 3)
        os.set_inheritable(1, True)
        os.set_inheritable(2, True)
        for descriptor in descriptors:
            if descriptor > 3:
                os.close(descriptor)
        os.setpgid(0, 0)
        if name:
            folder = os.path.join(temporary, name)
            try:
                inside = os.path.relpath(os.getcwd(), home)
            except OSError:
                inside = "."
            copy_folder(home, folder)
            os.environ["HOME"] = home = folder
            os.chdir(folder if inside.startswith("..") else os.path.join(folder, inside))

    def copy_folder(old, new):
        os.mkdir(new)
        with os.scandir(old) as entries:
            for entry in entries:
                there = os.path.join(new, entry.name)
                if entry.is_symlink():
                    os.symlink(os.readlink(entry.path), there)
                elif entry.is_dir():
                    copy_folder(entry.path, there)
                elif entry.is_file():
                    copy_file(entry, there)

    def copy_file(entry, there):
        status = entry.stat()
        source = os.open(entry.path, os.O_RDONLY | os.O_CLOEXEC)
        target = os.open(there, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, status.st_mode & 0o777)
        try:
            while os.sendfile(target, source, None, 1 << 30):
                pass
            try:
                os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
            except PermissionError:
                # Where Landlock is the only wall, the times of files are nobody's to set.
                pass
        finally:
            os.close(source)
            os.close(target)

    # ---- a session process -------------------------------------------------------------------

    def session(adopts):
        running = busy = asked = answered = detached = forking = False
        number = b"\0\0\0\0"
        parts, size, kind_now, eager, last = [], 0, b"o", 0, 0.0
        main, lock = thread(), _thread.RLock()
        loop, sources = None, []
        space = kind_of(sys)("__main__")
        modules["__main__"] = space
        space = space.__dict__
        space["__builtins__"] = builtins

        # ---- frames ----

        def send(kind, content):
            send_all((5 + len(content)).to_bytes(4, "little") + kind + number + content)

        def part(text):
            data = text if kind_of(text) is bytes else text.encode("utf-8", "replace")
            return len(data).to_bytes(4, "little") + data

        def flush():
            nonlocal parts, size, last
            taken, parts, size = parts, [], 0
            text = "".join(taken)
            last = clock()
            for at in range(0, len(text), 1 << 14):
                data = text[at : at + (1 << 14)].encode("utf-8", "replace")
                if detached:
                    os.write(1 if kind_now == b"o" else 2, data)
                else:
                    send(kind_now, data)

        def guarded(what, *args):
            """Does something during which an interrupt must not strike, because half a frame is none."""
            nonlocal busy
            mine = thread() == main
            if mine and busy:
                # A handler of the cell's own writes while the session does.
                if what is write:
                    parts.append(args[1])
                return
            if mine:
                busy = True
            lock.acquire()
            try:
                what(*args)
            except OSError:
                # Nobody can be told anything any more.
                end_process(70)
            finally:
                lock.release()
                if mine:
                    busy = False
            if mine and asked and running:
                raise_interrupt()

        def raise_interrupt():
            nonlocal asked
            asked = False
            raise KeyboardInterrupt

        def write(kind, text):
            nonlocal size, kind_now, eager
            if kind is not kind_now:
                if parts:
                    flush()
                kind_now = kind
            parts.append(text)
            size += len(text)
            if not running and not detached:
                # A thread of an earlier cell; what it writes is shown with the next one.
                while size > MOST_TEXT and len(parts) > 1:
                    size -= len(parts.pop(0))
            elif size >= CHUNK or detached:
                flush()
            elif "\n" in text and (eager > 0 or clock() - last > 0.01):
                eager -= 1
                flush()

        class Written(io.TextIOBase):
            """What `sys.stdout` and `sys.stderr` are."""

            encoding, errors, mode = "utf-8", "replace", "w"

            def __init__(self, kind, descriptor):
                self._kind, self._descriptor, self.name = kind, descriptor, "<output>"
                self.buffer = WrittenBytes(self)

            def write(self, text):
                if not isinstance(text, str):
                    raise TypeError("write() argument must be str, not " + kind_of(text).__name__)
                guarded(write, self._kind, str(text))
                return len(text)

            def flush(self):
                if parts:
                    guarded(flush)

            def writable(self):
                return True

            def fileno(self):
                return self._descriptor

        class WrittenBytes(io.RawIOBase):
            def __init__(self, stream):
                self._stream = stream

            def write(self, data):
                self._stream.write(bytes(data).decode("utf-8", "replace"))
                return len(data)

            def writable(self):
                return True

        class NoInput(io.TextIOBase):
            """What `sys.stdin` is."""

            encoding = "utf-8"

            def readline(self, *_):
                raise EOFError("a session has no standard input: put the data into the cell or into a file")

            read = readline

            def readable(self):
                return True

            def fileno(self):
                return 0

        # ---- things to be shown ----

        def cut(text):
            if len(text) <= MOST_TEXT:
                return text
            half = MOST_TEXT // 2
            return "%s\n[%d characters are left out here]\n%s" % (text[:half], len(text) - 2 * half, text[-half:])

        def plain(value):
            try:
                return cut(repr(value))
            except Exception as error:
                return "<%s: its repr raised %s>" % (kind_of(value).__name__, kind_of(error).__name__)

        def cell_of_table(value):
            item = getattr(value, "item", None)
            try:
                return encode(item() if item is not None and kind_of(value).__module__ == "numpy" else value)
            except Exception:
                return encode(plain(value))

        def table(columns, rows, total):
            rows = ["[" + ",".join([cell_of_table(item) for item in row]) + "]" for row in rows]
            columns = ",".join([encode(str(name).encode("utf-8", "replace").decode()) for name in columns])
            return '{"columns":[%s],"rows":[%s],"total":%d}' % (columns, ",".join(rows), total)

        def as_table(value):
            """The table that a value is, as JSON text; else None."""
            kind = kind_of(value)
            if kind is list and value and kind_of(value[0]) is dict:
                first = value[:MOST_ROWS]
                names = {}
                for row in first:
                    if kind_of(row) is not dict:
                        return None
                    names.update(dict.fromkeys(row))
                if not names or not all(kind_of(name) is str for name in names):
                    return None
                return table(names, [[row.get(name) for name in names] for row in first], len(value))
            if kind.__name__ == "DataFrame" and kind.__module__.startswith("pandas."):
                head = value.head(MOST_ROWS)
                names, rows = list(value.columns), [list(row) for row in head.itertuples(index=False, name=None)]
                if kind_of(value.index).__name__ != "RangeIndex":
                    names = [value.index.name or "index", *names]
                    rows = [[label, *row] for label, row in zip(head.index, rows)]
                return table(names, rows, len(value))
            return None

        def picture(figure):
            data = io.BytesIO()
            figure.savefig(data, format="png", bbox_inches="tight")
            return data.getvalue()

        RICH = (("_repr_html_", "text/html"), ("_repr_svg_", "image/svg+xml"), ("_repr_markdown_", "text/markdown"))

        def forms(value):
            """The forms of a value beside its text: pairs of a kind and data."""
            kind, found = kind_of(value), []
            if kind in (int, str, float, bool, dict, tuple):
                return found
            try:
                as_rows = as_table(value)
                if as_rows is not None:
                    found += ["table", as_rows]
            except Exception:
                pass
            if kind is list or isinstance(value, kind_of):
                return found
            for name, mime in RICH:
                if getattr(kind, name, None) is not None:
                    try:
                        text = getattr(value, name)()
                    except Exception:
                        continue
                    if isinstance(text, str):
                        found += [mime, text]
            try:
                if getattr(kind, "_repr_png_", None) is not None:
                    data = value._repr_png_()
                    if isinstance(data, str):
                        import binascii

                        data = binascii.a2b_base64(data)
                    if isinstance(data, bytes):
                        found += ["image/png", data]
                elif kind.__name__ == "Figure" and kind.__module__.startswith("matplotlib."):
                    found += ["image/png", picture(value)]
            except Exception:
                pass
            return found

        def show(found):
            content = []
            for at in range(0, len(found), 2):
                data = found[at + 1]
                data = data if kind_of(data) is bytes else data.encode("utf-8", "replace")
                if len(data) > MOST_DATA:
                    found[at], data = "text/plain", b"[%s of %d bytes is too large]" % (found[at].encode(), len(data))
                content += [part(found[at]), part(data)]
            if parts:
                guarded(flush)
            guarded(send, b"d", b"".join(content))

        def display(*values):
            """Shows values in the richest forms that they have."""
            for value in values:
                show(["text/plain", plain(value), *forms(value)])

        def show_figures():
            plots = modules.get("matplotlib.pyplot")
            if plots is None:
                return
            for label in plots.get_fignums():
                figure = plots.figure(label)
                show(["text/plain", plain(figure), "image/png", picture(figure)])
                plots.close(figure)

        # ---- cells ----

        def value_answer(value):
            space["_"] = value
            found = forms(value)
            if found:
                show(["text/plain", plain(value), *found])
            try:
                sized = kind_of(value) in (list, tuple, dict, set, frozenset, str, bytes)
                text = "" if sized and len(value) > MOST_ITEMS else encode(value)
                if len(text) > MOST_DATA:
                    text = ""
            except Exception:
                text = ""
            return b"v" + part(text) + part(plain(value))

        def execute(text, name):
            """Runs the statements of a cell; the answer's content."""
            tree = compile_text(text, name, "exec", AST_ONLY | AWAIT, True)
            body = tree.body
            final = body[-1] if body else None
            if kind_of(final).__name__ == "Expr":
                del body[-1]
                if body:
                    step(compile_text(tree, name, "exec", AWAIT, True))
                import _ast

                value = step(compile_text(_ast.Expression(final.value), name, "eval", AWAIT, True))
                if value is not None:
                    return value_answer(value)
            else:
                step(compile_text(tree, name, "exec", AWAIT, True))
            return b"f"

        def step(code):
            if code.co_flags & COROUTINE:
                return wait_for(value_of(code, space))
            return value_of(code, space)

        def wait_for(coroutine):
            nonlocal loop
            import asyncio

            if loop is None or loop.is_closed():
                loop = asyncio.new_event_loop()
                asyncio.set_event_loop(loop)
            task = loop.create_task(coroutine)
            try:
                return loop.run_until_complete(task)
            except BaseException:
                if not task.done():
                    task.cancel()
                    try:
                        loop.run_until_complete(task)
                    except BaseException:
                        pass
                raise

        def told(error, name):
            """The traceback of an error, without the frames of this text."""
            trace = error.__traceback__
            while trace is not None and trace.tb_frame.f_code.co_filename == OWN:
                trace = trace.tb_next
            try:
                whole = traceback.TracebackException(kind_of(error), error, trace, compact=True)
                seen = [whole]
                for one in seen:
                    one.stack[:] = [frame for frame in one.stack if frame.filename != OWN]
                    seen += [more for more in (one.__cause__, one.__context__) if more is not None]
                return cut("".join(whole.format()))
            except Exception as fault:
                return "%s (its traceback cannot be shown: %s)\n" % (kind_of(error).__name__, kind_of(fault).__name__)

        def message_of(error):
            try:
                return cut(str(error))
            except Exception:
                return ""

        def failed(error, name):
            """The answer's content for a cell that did not come to its end."""
            if isinstance(error, KeyboardInterrupt) and struck:
                return b"i" + part(told(error, name))
            if isinstance(error, SystemExit):
                code = error.code
                code = code if isinstance(code, int) else 0 if code is None else 1
                if error.code is not None and not isinstance(error.code, int):
                    write(b"e", message_of(error) + "\n")
                return b"x" + part(str(code & 0xFF))
            return b"e" + part(kind_of(error).__name__) + part(message_of(error)) + part(told(error, name))

        struck = False

        def on_interrupt(*_):
            nonlocal asked, struck
            if running:
                struck = True
                if busy:
                    asked = True
                else:
                    raise KeyboardInterrupt

        def run_cell(name, text):
            nonlocal running, asked, struck, eager, answered
            if len(sources) >= MOST_SOURCES:
                line_cache.pop(sources.pop(0), None)
            sources.append(name)
            line_cache[name] = (len(text), None, text.splitlines(True), name)
            eager, asked, struck = EAGER_LINES, False, False
            if parts:
                flush()
            try:
                running = True
                content = execute(text, name)
                if "matplotlib.pyplot" in modules:
                    show_figures()
                running = False
            except BaseException as error:
                running = False
                content = failed(error, name)
                error = None
            if detached:
                # The cell forked, and this is the child.
                if parts:
                    flush()
                if content[:1] == b"e":
                    os.write(2, content[-MOST_TEXT:])
                end_process(0 if content[:1] in b"fv" else 1)
            finish(content)

        def finish(content):
            nonlocal answered
            with lock:
                if parts:
                    flush()
                send(b"r", content)
            answered = True

        def is_complete(text):
            import codeop

            check = codeop.CommandCompiler()
            check.compiler.flags |= AWAIT
            try:
                return b"c" if check(text, "<cell>", "single") is not None else b"i"
            except (SyntaxError, ValueError, OverflowError):
                return b"b"

        # ---- branches ----

        def make_branch(folder, descriptors):
            """Forks twice, so that the branch is no child of this process: its cells may wait for
            their own children, and the trunk learns how the branch ends."""
            nonlocal forking, number, loop
            if not adopts:
                return b"its interpreter cannot hand over orphans (it has no ctypes)"
            if _thread._count() > 0:
                return b"threads are running, which would not be there in the branch"
            # Otherwise every branch would draw other random numbers than the session.
            random = modules.get("random")
            drawn = random.getstate() if random is not None else None
            forking = True
            try:
                between = fork()
                if between == 0:
                    if fork():
                        end_process(0)
                    settle(descriptors, folder)
                    if drawn is not None:
                        random.setstate(drawn)
                    forking, loop = False, None
                    return None
                _, status = os.waitpid(between, 0)
                return b"" if status == 0 else b"no more processes can be started"
            finally:
                forking = False

        def in_child():
            """The cell itself forked: its child speaks to nobody, and writes like any program."""
            nonlocal detached
            if not forking:
                detached = True
                os.close(3)

        def branch(folder, descriptors):
            nonlocal number
            try:
                refused = make_branch(folder, descriptors)
            except OSError as error:
                if process() != me:
                    end_process(1)
                refused = part(str(error))[4:]
            if refused is None:
                greet()
                return
            for descriptor in descriptors:
                os.close(descriptor)
            finish(b"f" if not refused else b"n" + part(refused))

        def greet():
            nonlocal me, main
            me, main = process(), thread()
            send(b"h", b"")

        me = 0
        sys.stdout = sys.__stdout__ = Written(b"o", 1)
        sys.stderr = sys.__stderr__ = Written(b"e", 2)
        sys.stdin = sys.__stdin__ = NoInput()
        sys.argv = [""]
        builtins.exit = builtins.quit = sys.exit
        space["display"] = display
        os.register_at_fork(after_in_child=in_child)
        _signal.signal(_signal.SIGINT, on_interrupt)
        greet()
        while True:
            try:
                kind, body, descriptors = receive()
                number, answered = body[1:5], False
                if kind == 99:
                    at = body.index(0, 5)
                    run_cell(body[5:at].decode(), body[at + 1 :].decode("utf-8", "replace"))
                elif kind == 102:
                    branch(body[5:].decode(), descriptors)
                elif kind == 107:
                    send(b"k", is_complete(body[5:].decode("utf-8", "replace")))
            except KeyboardInterrupt:
                # An interrupt that struck between the end of the cell and its answer.
                running = False
                if not answered:
                    finish(b"i" + part(""))
            except OSError:
                end_process(70)

    trunk()
