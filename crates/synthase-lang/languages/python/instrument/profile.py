# Profiles: what each line and each function costs, in time or in memory. What the profiler itself uses
# between an event and the program's next step is left out; what calling it takes cannot be, and is measured.

EMPTY_LOOP = "def f(n):\n    for i in range(n):\n        pass\n"
LOOPS = 2000


class Profiler(Tracer):
    """Adds up what was used between two events for the line that was being executed."""

    def __init__(self, message, tools):
        super().__init__(message, tools)
        # By function and line: count, and two sums or maxima.
        self.lines, self.functions = {}, {}
        self.total = 0

    def event(self, watched, frame, event, arg):
        amounts = self.read()
        # Whatever was used belongs to the frame that had the last event, before or after a return.
        stack = self.stack
        current = stack[-2] if self.is_returning and len(stack) > 1 else stack[-1] if stack else None
        if current is not None:
            self.add(current, amounts)
        self.follow(watched, event)
        self.count += 1
        if event == "line":
            watched.line = frame.f_lineno or 0
            self.row(watched)[0] += 1
        elif event == "call":
            watched.line = watched.line or watched.function.code.co_firstlineno
            self.enter(watched)
        elif event == "return":
            self.leave(watched)
        self.restart()

    def row(self, watched):
        key = (watched.function.number, watched.line)
        found = self.lines.get(key)
        if found is None:
            found = self.lines[key] = [0, 0, 0]
        return found

    def function_row(self, watched):
        number = watched.function.number
        found = self.functions.get(number)
        if found is None:
            # Calls, own, in all, and how many of its calls are open.
            found = self.functions[number] = [0, 0, 0, 0]
        return found

    def start(self):
        super().start()
        self.restart()

    def end(self):
        measured = self.measure()
        lines = [[*key, *row] for key, row in sorted(self.lines.items()) if key[1]]
        functions = [[key, *row[:3]] for key, row in sorted(self.functions.items())]
        return '"profile":{"functions":%s,"lines":%s,"calls":%s,"in_figures":%d,"in_all":%d},"end":{"events":%d,"lost":%s}' % (
            self.structure.told(0), lines, functions, *measured, self.count, "true" if self.lost else "false"
        )

    def measure(self):
        """Nanoseconds for each event: what the figures contain of the profiler, and what it takes in all."""
        space, now = {}, time.perf_counter_ns
        exec(compile(EMPTY_LOOP, "<program>", "exec", dont_inherit=True), space)
        begin = now()
        space["f"](LOOPS)
        plain = now() - begin
        other = self.fresh()
        begin = now()
        other.start()
        space["f"](LOOPS)
        other.stop()
        traced = now() - begin
        events = other.count or 1
        return max(0, other.total - plain) // events, max(0, traced - plain) // events

    def fresh(self):
        message = {"what": {"bounds": self.bounds}, "prelude": "", "source": EMPTY_LOOP, "nonce": "", "seq": 0}
        return kind_of(self)(message, {"send": None, "receive": None})


class LineTimes(Profiler):
    """Nanoseconds of processor time of the calling thread, and of elapsed time."""

    def read(self):
        return time.thread_time_ns() - self.cpu, time.perf_counter_ns() - self.wall

    def restart(self):
        self.cpu, self.wall = time.thread_time_ns(), time.perf_counter_ns()

    def add(self, current, amounts):
        row = self.row(current)
        row[1] += amounts[0]
        row[2] += amounts[1]
        self.total += amounts[1]
        self.spent += amounts[0]
        self.function_row(current)[1] += amounts[0]

    spent = 0

    def enter(self, watched):
        row = self.function_row(watched)
        row[0] += 1
        row[3] += 1
        if row[3] == 1:
            row[2] -= self.spent

    def leave(self, watched):
        row = self.function_row(watched)
        row[3] -= 1
        if row[3] == 0:
            row[2] += self.spent


class LineMemory(Profiler):
    """Bytes that Python's allocators gave: by how many more they are after a line, and the most above what
    there was before it. For functions: what is left after all calls, and the most above what there was before one."""

    def start(self):
        import tracemalloc

        self.memory = tracemalloc
        tracemalloc.start()
        # By open frame: bytes at its start, and the most since.
        self.open = []
        super().start()

    def stop(self):
        super().stop()
        self.memory.stop()

    def read(self):
        current, peak = self.memory.get_traced_memory()
        return current - self.base, peak - self.base

    def restart(self):
        self.memory.reset_peak()
        self.base = self.memory.get_traced_memory()[0]

    held = 0

    def add(self, current, amounts):
        row = self.row(current)
        row[1] += amounts[0]
        row[2] = max(row[2], amounts[1])
        if self.open:
            self.open[-1][1] = max(self.open[-1][1], self.held + amounts[1])
        self.held += amounts[0]
        self.function_row(current)[1] += amounts[0]

    def enter(self, watched):
        self.function_row(watched)[0] += 1
        self.open.append([self.held, self.held])

    def leave(self, watched):
        if self.open:
            start, most = self.open.pop()
            row = self.function_row(watched)
            row[2] = max(row[2], most - start)
            if self.open:
                self.open[-1][1] = max(self.open[-1][1], most)
