# The tracer: the events of the program's own code, with the variables that changed.

NOTHING = object()
HIDDEN = frozenset([FUNCTION, BUILTIN, MODULE, kind_of])
# The tracer's own frames stand on the program's; without these levels it would run out of them first.
DEPTH = 60
# A page is sent when it has so many bytes, or is so many seconds old.
PAGE, AGE = 1 << 18, 0.2
RETURNED, UNWOUND = 0, 2


class Talk:
    """The frames of an instrument."""

    def __init__(self, message, tools):
        import os

        self.send_frame, self.receive = tools["send"], tools["receive"]
        self.nonce, self.seq = message["nonce"], message["seq"]
        self.own, self.process = os.getpid(), os.getpid

    def is_ours(self):
        """Whether this is the process that was asked, and not one that the program made."""
        return self.process() == self.own

    def send(self, content):
        self.send_frame(self.nonce, self.seq, content)

    def ask(self, content):
        """Sends a frame and waits for the question that follows."""
        self.send(content)
        message = self.receive()
        self.seq = message["seq"]
        return message


class Watched:
    """A frame of the program from its first event to its last. The frame keeps it alive, by its trace
    function; it keeps nothing of the program's alive but numbers and texts."""

    __slots__ = ("number", "function", "tracer", "line", "statement", "seen", "is_open")

    def __init__(self, number, function, tracer):
        self.number, self.function, self.tracer = number, function, tracer
        # The line that is being executed; 0 before the first.
        self.line = self.statement = 0
        self.seen = {}
        # Whether a debugger looks into it: it was entered while there was something to stop at.
        self.is_open = False

    def trace(self, frame, event, arg):
        self.tracer.guarded(self, frame, event, arg)
        return self.trace

    def variables(self, frame):
        """Names and values of the variables, and of the program's data that the code names."""
        inner = self.function.code.co_flags & NEW_LOCALS
        names = [(name, value, 0) for name, value in list(frame.f_locals.items()) if name[:1] != "." and name[:2] != "__"]
        if inner:
            space = frame.f_globals
            for name in self.function.globals:
                value = dict_get(space, name, NOTHING)
                if value is not NOTHING and kind_of(value) not in HIDDEN:
                    names.append((name, value, 1))
        return names

    def changes(self, frame):
        """What is not as it was at the frame's last event, to be put into its next one."""
        seen, out, show = self.seen, [], self.tracer.shower.show
        found = self.variables(frame)
        for name, value, scope in found:
            known = dict_get(seen, (name, scope))
            if known is not None and known[0] is value:
                continue
            shown = show(value)
            if known is None or known[1] != shown:
                out.append("[%s,%d,%s]" % (escape(name), scope, shown))
            seen[name, scope] = (value if kind_of(value) in ATOMS else NOTHING, shown)
        if len(found) < len(seen):
            left = {(name, scope) for name, _, scope in found}
            for key in [key for key in seen if key not in left]:
                del seen[key]
                out.append("[%s,%d]" % (escape(key[0]), key[1]))
        return ",".join(out)


class Tracer:
    """Records the events of the program's code and tells them page by page."""

    def __init__(self, message, tools):
        what = message["what"]
        self.talk = Talk(message, tools)
        self.bounds = what["bounds"]
        self.shower = Shower(self.bounds)
        self.structure = Structure(message)
        self.by_line = what.get("level") != "calls"
        self.most_events, self.most_bytes = what.get("events", 0), what.get("bytes", 0)
        self.frames = self.count = self.bytes = 0
        self.is_full = self.is_forked = self.is_returning = self.lost = False
        self.failed = None
        self.stack, self.page, self.page_bytes, self.told = [], [], 0, 0
        self.sent_at = time.perf_counter()
        # How often each statement began, and each way was taken, by function.
        self.hits, self.taken = {}, {}

    def global_trace(self, frame, event, arg):
        code = frame.f_code
        if code.co_filename not in FILES:
            return None
        # A generator's frame that goes on has its trace function already.
        watched = getattr(frame.f_trace, "__self__", None)
        if kind_of(watched) is not Watched or watched.tracer is not self:
            self.frames += 1
            watched = Watched(self.frames, self.structure.of(code), self)
            if not self.by_line:
                frame.f_trace_lines = False
        self.guarded(watched, frame, event, arg)
        return watched.trace

    def guarded(self, watched, frame, event, arg):
        """An error here would become one of the program."""
        try:
            self.event(watched, frame, event, arg)
        except (RecursionError, MemoryError):
            # The program has used up what the tracer needs.
            sys.settrace(None)
        except Exception as error:
            self.failed = "%s: %s" % (name_of(kind_of(error)), error)
            sys.settrace(None)

    def follow(self, watched, event):
        """Keeps the stack of the program's frames. The one of a return stays until the next event."""
        stack = self.stack
        if self.is_returning:
            stack.pop()
        if event == "call":
            if watched.number != self.frames and watched in stack:
                del stack[stack.index(watched) :]
            stack.append(watched)
        elif not stack or stack[-1] is not watched:
            # Somebody took the tracer away for a while.
            if watched in stack:
                del stack[stack.index(watched) + 1 :]
            else:
                stack.append(watched)
        self.is_returning = event == "return"

    def caller(self, frame):
        """The frame of the program that called directly, or None: then something else stands between."""
        back = frame.f_back
        watched = getattr(back.f_trace, "__self__", None) if back is not None else None
        return watched if kind_of(watched) is Watched else None

    def tell(self, watched, frame, event, arg, line):
        """The event without its changes, and its last bracket."""
        number = watched.number
        if event == "line":
            return '["l",%d,%d' % (number, line)
        if event == "call":
            parent = self.stack[-2].number if len(self.stack) > 1 else 0
            direct = self.caller(frame) is not None
            return '["c",%d,%d,%d,%d,%d' % (number, line, watched.function.number, parent, direct)
        if event == "return":
            how = watched.function.how_returned(frame.f_lasti)
            return '["r",%d,%d,%d,[%s]' % (number, line, how, self.shower.show(arg) if how != UNWOUND else "")
        kind, error, trace = arg
        return '["x",%d,%d,[%s],%d' % (number, line, self.shower.show(error), trace is None)

    def event(self, watched, frame, event, arg):
        line = frame.f_lineno or 0
        self.follow(watched, event)
        self.count += 1
        if self.by_line:
            self.cover(watched, frame, line, event)
        if not self.is_full:
            self.record(self.tell(watched, frame, event, arg, line), watched, frame)

    def cover(self, watched, frame, line, event):
        function = watched.function
        statement = function.firsts.get(line, line)
        if event == "line":
            if statement != watched.statement or line == watched.line:
                key = (function.number, watched.statement, statement)
                self.taken[key] = self.taken.get(key, 0) + 1
                self.hits[function.number, statement] = self.hits.get((function.number, statement), 0) + 1
            watched.line, watched.statement = line, statement
        elif event == "return" and function.how_returned(frame.f_lasti) == RETURNED:
            key = (function.number, watched.statement, 0)
            self.taken[key] = self.taken.get(key, 0) + 1

    def record(self, told, watched, frame):
        changes = watched.changes(frame)
        text = "%s,[%s]]" % (told, changes) if changes else told + "]"
        self.page.append(text)
        self.page_bytes += len(text) + 1
        self.bytes += len(text) + 1
        self.is_full = self.count >= self.most_events or self.bytes >= self.most_bytes
        if self.page_bytes >= PAGE or self.is_full or (
            self.count & 63 == 0 and time.perf_counter() - self.sent_at > AGE
        ):
            self.turn_page()

    def turn_page(self):
        if not self.talk.is_ours():
            # A process that the program made has no place on the channel.
            self.is_full = self.is_forked = True
            return
        self.talk.ask('"page":' + self.take_page())
        self.sent_at = time.perf_counter()

    def take_page(self):
        functions = self.structure.told(self.told)
        self.told = len(self.structure.functions)
        text = '{"functions":%s,"events":[%s]}' % (functions, ",".join(self.page))
        self.page, self.page_bytes = [], 0
        return text

    def start(self):
        sys.settrace(self.global_trace)

    def stop(self):
        if getattr(sys.gettrace(), "__self__", None) is not self:
            self.lost = True
        sys.settrace(None)

    def end(self):
        hits = ",".join(["[%d,%d,%d]" % (*key, count) for key, count in sorted(self.hits.items())])
        taken = ",".join(["[%d,%d,%d,%d]" % (*key, count) for key, count in sorted(self.taken.items())])
        return '"page":%s,"end":{"events":%d,"lost":%s,"hits":[%s],"arcs":[%s]}' % (
            self.take_page(), self.count, "true" if self.lost else "false", hits, taken
        )


def run_under(instrument, message, tools):
    """Loads the program and calls it under an instrument, which is on during the call, or from the
    first line of the text on where that is asked for."""
    whole = message["what"]["load"]
    if whole:
        instrument.start()
    try:
        entry, answer = tools["load"](message)
    finally:
        if whole:
            instrument.stop()
    if answer is None:

        def watched(*args):
            instrument.start()
            try:
                return entry(*args)
            finally:
                instrument.stop()

        answer = tools["call"](watched, message)
    if instrument.failed is not None:
        raise Broken(instrument.failed)
    instrument.talk.send('"answer":{%s},%s' % (answer, instrument.end()))
