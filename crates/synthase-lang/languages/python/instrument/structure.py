# The structure of a program: its functions with their statements, the ways between these, branches and
# blocks. A statement is named by its first line; 0 is what lies outside of the function.

FILES = {"<program>": "program", "<prelude>": "prelude"}
RETURNS = ("RETURN_VALUE", "RETURN_CONST")
ENDS = (*RETURNS, "RAISE_VARARGS", "RERAISE")
JUMPS = ("JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT", "JUMP_ABSOLUTE")
GENERATORS = 0x2A0
# Set for the code of functions, not for that of modules and classes.
NEW_LOCALS = 0x2


def statements_of(source):
    """The first line of the statement that goes on in a line, for lines that begin none."""
    import ast

    firsts = {}
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.stmt) or getattr(node, "decorator_list", None):
            continue
        last = node.end_lineno
        inner = getattr(node, "body", None) or getattr(node, "cases", None)
        if isinstance(inner, list):
            # Of a compound statement, the lines before those inside it.
            begin = inner[0].pattern if hasattr(inner[0], "pattern") else inner[0]
            decorators = [decorator.lineno for decorator in getattr(begin, "decorator_list", ())]
            last = min([last, begin.lineno - 1, *[line - 1 for line in decorators]])
        for line in range(node.lineno + 1, last + 1):
            firsts[line] = node.lineno
    return firsts


def lines_of(code, instructions):
    """The line of each instruction; None where it belongs to no line of the text."""
    at = {}
    if hasattr(code, "co_lines"):
        for start, end, line in code.co_lines():
            at.update(dict.fromkeys(range(start, end, 2), line))
        return [at.get(instruction.offset) for instruction in instructions]
    import dis

    starts, line, found = dict(dis.findlinestarts(code)), None, []
    for instruction in instructions:
        line = starts.get(instruction.offset, line)
        found.append(line)
    return found


class Ways:
    """Where control can go in a code object, apart from errors."""

    def __init__(self, code, firsts):
        import dis

        self.code = instructions = list(dis.get_instructions(code))
        jumping = {*dis.hasjrel, *dis.hasjabs}
        names = [instruction.opname for instruction in instructions]
        # What stands before the first statement makes the frame.
        self.begin = names.index("RESUME") + 1 if "RESUME" in names else 0
        lines = lines_of(code, instructions)
        self.lines = [firsts.get(line, line) or None for line in lines]
        self.lines[: self.begin] = [None] * self.begin
        index = {instruction.offset: at for at, instruction in enumerate(instructions)}
        self.next, in_with = [], False
        for at, instruction in enumerate(instructions):
            targets, name = [], instruction.opname
            # What `with` does about an error is no branch of the program.
            in_with = in_with or name == "WITH_EXCEPT_START"
            if name in RETURNS:
                targets.append(-1)
            elif in_with and name.startswith("POP_JUMP"):
                in_with = False
            elif name not in ENDS:
                if name not in JUMPS:
                    targets.append(at + 1)
                if instruction.opcode in jumping:
                    targets.append(index.get(instruction.argval, len(instructions)))
            self.next.append([target for target in targets if target < len(instructions)])

    def land(self, at):
        """The statements that an instruction leads to, itself among them."""
        left, seen, found = [at], set(), set()
        while left:
            at = left.pop()
            if at == -1:
                found.add(0)
            elif self.lines[at] is not None:
                found.add(self.lines[at])
            elif at not in seen:
                seen.add(at)
                left.extend(self.next[at])
        return found

    def arcs(self):
        """The ways between statements, and the statements that decide something."""
        arcs, forks = {(0, line) for line in self.land(self.begin)} if self.begin < len(self.code) else set(), set()
        for at, line in enumerate(self.lines):
            if line is None:
                continue
            name = self.code[at].opname
            for target in self.next[at]:
                again = name in ("JUMP_BACKWARD", "JUMP_ABSOLUTE") or name.startswith("POP_JUMP_BACKWARD")
                again = again and -1 < target <= at
                arcs.update([(line, to) for to in self.land(target) if to != line or again])
            if len(self.next[at]) > 1 and name != "SEND":
                forks.add(line)
        return arcs, forks


def outline(code, firsts):
    """The statements of a code object, the ways between them, those that branch, and its blocks: runs
    of statements that are entered at the first and left after the last."""
    ways = Ways(code, firsts)
    arcs, forks = ways.arcs()
    lines = sorted({line for line in ways.lines if line is not None})
    after = {line: {b for a, b in arcs if a == line} for line in lines}
    before = {line: {a for a, b in arcs if b == line} for line in lines}

    def follower(line):
        """The statement that always comes next and is never reached otherwise."""
        if len(after[line]) != 1:
            return 0
        (found,) = after[line]
        return found if found not in (0, line) and before[found] == {line} else 0

    followed = {follower(line) for line in lines}
    blocks = []
    for line in lines:
        if line not in followed:
            block = [line]
            while follower(block[-1]):
                block.append(follower(block[-1]))
            blocks.append(block)
    return lines, sorted(arcs), sorted(line for line in forks if len(after[line]) > 1), blocks


class Function:
    """A code object of the program."""

    __slots__ = ("number", "code", "file", "firsts", "globals", "generator", "opcodes")

    def __init__(self, number, code, file, firsts):
        import dis

        self.number, self.code, self.file, self.firsts = number, code, file, firsts
        self.generator = bool(code.co_flags & GENERATORS)
        self.opcodes = None
        used = {one.argval for one in dis.get_instructions(code) if one.opname.endswith("_GLOBAL")}
        self.globals = sorted(used)

    def told(self):
        code = self.code
        lines, arcs, branches, blocks = outline(code, self.firsts)
        flags = ["false", "true"]
        return (
            '{"name":%s,"file":"%s","first":%d,"generator":%s,"body":%s,"lines":%s,"arcs":%s,"branches":%s,"blocks":%s}'
        ) % (
            escape(getattr(code, "co_qualname", code.co_name)),
            self.file,
            code.co_firstlineno,
            flags[self.generator],
            flags[bool(code.co_flags & NEW_LOCALS)],
            lines,
            [list(arc) for arc in arcs],
            branches,
            blocks,
        )

    def how_returned(self, at):
        """What a return event at an instruction means. 0: it returned, 1: it gave way and may go on,
        2: an error went through it."""
        if self.opcodes is None:
            import dis

            code = self.code.co_code
            self.opcodes = [dis.opname[code[at]] for at in range(0, len(code), 2)]
        name = self.opcodes[at // 2] if 0 <= at // 2 < len(self.opcodes) else ""
        if name in RETURNS:
            return 0
        # Versions differ in where a frame stands that waits in `yield from` or `await`.
        return 1 if self.generator and name in ("YIELD_VALUE", "YIELD_FROM", "SEND", "RESUME") else 2


class Structure:
    """The functions of a program, found by their code objects."""

    def __init__(self, message):
        self.functions, self.by_id, self.by_code = [], {}, {}
        self.firsts = {"program": {}, "prelude": {}}
        for file, source in (("prelude", message["prelude"]), ("program", message["source"])):
            if not source:
                continue
            try:
                self.firsts[file] = statements_of(source)
                self.add(compile(source, "<%s>" % file, "exec", dont_inherit=True))
            except Exception:
                # A text that cannot be read is told by the driver, which loads it.
                return

    def add(self, code):
        """Gets to know a code object and those inside it."""
        file = FILES[code.co_filename]
        function = Function(len(self.functions), code, file, self.firsts[file])
        self.functions.append(function)
        self.by_code.setdefault(code, function)
        for constant in code.co_consts:
            if kind_of(constant) is kind_of(code):
                self.add(constant)

    def of(self, code):
        found = self.by_id.get(id(code))
        if found is not None:
            return found[0]
        function = self.by_code.get(code)
        if function is None:
            # Code that the program made itself under this name.
            function = Function(len(self.functions), code, FILES[code.co_filename], {})
            self.functions.append(function)
            self.by_code[code] = function
        # The code object is kept, so that no other gets its address.
        self.by_id[id(code)] = (function, code)
        return function

    def told(self, start):
        return "[%s]" % ",".join([function.told() for function in self.functions[start:]])
