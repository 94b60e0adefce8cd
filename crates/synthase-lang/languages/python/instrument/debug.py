# The debugger: stops at events, tells where it stands, and waits for a command. It stops where the
# standard library's `bdb` stops that is told to skip everything but the program.

STEP, NEVER = None, 0


class Debugger(Tracer):
    """`stop_frame` is the number of the frame at whose events it stops: `STEP` for all, `NEVER` for none."""

    def __init__(self, message, tools):
        super().__init__(message, tools)
        self.breaks = frozenset(message["what"]["breaks"])
        self.stop_frame, self.return_frame, self.stop_generator, self.is_silent = STEP, NEVER, False, False

    def event(self, watched, frame, event, arg):
        line = frame.f_lineno or 0
        self.follow(watched, event)
        self.count += 1
        if event == "line":
            watched.line = line
        # Where the entry point is called there is nothing to be seen yet.
        if self.stops(watched, event, arg, line) and self.count > 1:
            self.wait(watched, frame, event, arg, line)

    def stops_here(self, watched):
        if watched.number == self.stop_frame:
            return not self.is_silent
        return self.stop_frame is STEP

    def stops(self, watched, event, arg, line):
        here = self.stops_here(watched)
        if event == "call" and (here or self.breaks):
            watched.is_open = True
        if not watched.is_open:
            return False
        if event == "line":
            return here or (line in self.breaks and watched.function.file == "program")
        generator = watched.function.generator
        if event == "call":
            # A generator that goes on is no call for somebody who steps over lines.
            return self.stop_frame is STEP
        if event == "return":
            return (here or watched.number == self.return_frame) and (self.stop_frame is STEP or not generator)
        kind, _, trace = arg
        if here:
            # The end of an inner generator comes without a trace.
            return not (generator and kind is StopIteration and trace is None)
        return self.stop_generator and watched.number != self.stop_frame and kind in (StopIteration, GeneratorExit)

    def wait(self, watched, frame, event, arg, line):
        functions = self.structure.told(self.told)
        self.told = len(self.structure.functions)
        stack = [[one.function.number, one.line] for one in self.stack[:-1]] + [[watched.function.number, line]]
        variables = ["[%s,%d,%s]" % (escape(name), scope, self.shower.show(value))
                     for name, value, scope in watched.variables(frame)]
        told = self.tell(watched, frame, event, arg, line)
        content = '"stop":{"functions":%s,"event":%s,[%s]],"at":%d,"stack":%s}' % (
            functions, told, ",".join(variables), self.count - 1, stack
        )
        if not self.talk.is_ours():
            sys.settrace(None)
            return
        reply = self.talk.ask(content)
        self.breaks = frozenset(reply["breaks"])
        self.obey(reply["command"], watched, frame)
        if event == "return" and self.stop_frame == watched.number and not self.is_silent:
            self.stop_frame = STEP

    def obey(self, command, watched, frame):
        self.return_frame, self.is_silent, self.stop_generator = NEVER, False, False
        if command == "step":
            self.stop_frame = STEP
        elif command == "next":
            self.stop_frame, self.stop_generator = watched.number, watched.function.generator
        elif command == "out" and watched.function.generator:
            self.stop_frame, self.is_silent, self.stop_generator = watched.number, True, True
        elif command == "out":
            caller = self.caller(frame)
            self.stop_frame, self.return_frame = caller.number if caller is not None else NEVER, watched.number
            self.stop_generator = caller is not None and caller.function.generator
        else:
            self.stop_frame = NEVER

    def end(self):
        return '"end":{"events":%d,"lost":%s}' % (self.count, "true" if self.lost else "false")
