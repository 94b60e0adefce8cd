# Instruments for Python programs: what is asked of a run beyond its answer.
#
# The files of this folder are one text. It comes with the message that asks for an instrument and is
# run by the driver before the program's text; a run that asks for nothing never sees it. It watches one
# call of the program, in the thread that makes it, with `sys.settrace`.
#
# This part shows values: bounded, the same on every run, and without calling any method that a class
# of the program defines.

import sys
import time
from _json import encode_basestring_ascii as escape

kind_of, name_of = type, type.__dict__["__name__"].__get__
order_of = type.__dict__["__mro__"].__get__
dict_items, dict_get = dict.items, dict.get
error_args = BaseException.__dict__["args"].__get__
FUNCTION, BUILTIN, MODULE = kind_of(lambda: 0), kind_of(len), kind_of(sys)
METHOD, GENERATOR = kind_of(type("", (), {"f": lambda self: 0})().f), kind_of(item for item in ())
FIELDS, SLOT = kind_of(kind_of("", (), {}).__dict__["__dict__"]), kind_of(FUNCTION.__dict__["__globals__"])
NONE = kind_of(None)
# What is the same as long as it is the same object.
ATOMS = frozenset([int, float, bool, str, bytes, complex, NONE])
TEXT_OF = {bool: bool.__repr__, float: float.__repr__, complex: complex.__repr__, range: range.__repr__}
TEXT_OF.update({NONE: repr, kind_of(...): repr, kind_of(NotImplemented): repr})
CONTAINERS = (list, tuple, dict, set, frozenset)
SIZED = (str, bytes, bytearray, *CONTAINERS)
# The order of a larger set is not looked for.
MOST_SORTED = 2000


class Shower:
    """Shows values within bounds: `text` characters of a text, `items` of a container, `depth` levels,
    `nodes` containers and objects in all."""

    def __init__(self, bounds):
        self.most_text, self.most_items = bounds["text"], bounds["items"]
        self.most_depth, self.most_nodes = bounds["depth"], bounds["nodes"]
        self.nodes, self.open = 0, set()

    def show(self, value):
        """A value as it is told: its kind, its text, and its length where it has one."""
        kind = kind_of(value)
        self.nodes = self.most_nodes
        self.open.clear()
        try:
            text = self.text(value, self.most_depth)
        except Exception as error:
            text = "<%s, cannot be shown: %s>" % (name_of(kind), name_of(kind_of(error)))
        if kind not in ATOMS or kind is str or kind is bytes:
            for base in SIZED:
                if base in order_of(kind):
                    return "%s,%s,%d" % (escape(name_of(kind)), escape(text), base.__len__(value))
        return "%s,%s" % (escape(name_of(kind)), escape(text))

    def text(self, value, depth):
        kind = kind_of(value)
        if kind is int:
            return self.int_text(value)
        if kind is str:
            return self.cut(value, repr)
        known = dict_get(TEXT_OF, kind)
        if known is not None:
            return known(value)
        if kind is bytes or kind is bytearray:
            return self.cut(bytes(value), repr)
        order = order_of(kind)
        if int in order or str in order or float in order:
            return self.special_case(value, kind, order)
        self.nodes -= 1
        if depth == 0 or self.nodes < 0:
            return "…"
        if id(value) in self.open:
            return "<cycle>"
        self.open.add(id(value))
        try:
            if any(base in order for base in CONTAINERS):
                return self.container(value, kind, order, depth - 1)
            return self.object(value, kind, order, depth - 1)
        finally:
            self.open.discard(id(value))

    def cut(self, text, quote):
        """A long text as its head and its tail."""
        if len(text) <= self.most_text:
            return quote(text)
        head = self.most_text * 2 // 3
        tail = self.most_text - head
        return "%s …%d more… %s" % (quote(text[:head]), len(text) - head - tail, quote(text[-tail:]))

    def int_text(self, value):
        bits = int.bit_length(value)
        if bits <= self.most_text * 3:
            return int.__repr__(value)
        # Writing it out takes time that grows with the square of its length.
        sign = "-" if int.__lt__(value, 0) else ""
        return "%s<%d bits, the lowest 0x%016x>" % (sign, bits, int.__abs__(value) & 0xFFFFFFFFFFFFFFFF)

    def special_case(self, value, kind, order):
        """A value of a class below a kind of number or text."""
        name = enum_name(fields_of(value, kind))
        if name is not None:
            return "<%s.%s>" % (name_of(kind), name)
        if str in order:
            text = self.cut(str.__str__(value), repr)
        else:
            text = self.int_text(int.__int__(value)) if int in order else float.__repr__(value)
        return "%s(%s)" % (name_of(kind), text)

    def joined(self, parts, left):
        """Parts with commas; what is left out stands before the last."""
        if left:
            parts = [*parts[:-1], "…%d more…" % left, parts[-1]]
        return ", ".join(parts)

    def choose(self, values):
        """The values that are shown, and how many are left out before the last of them."""
        if len(values) <= self.most_items:
            return values, 0
        return [*values[: self.most_items - 1], values[-1]], len(values) - self.most_items

    def sequence(self, value, base, depth):
        count = base.__len__(value)
        if count <= self.most_items:
            items, left = base.__iter__(value), 0
        else:
            items = [base.__getitem__(value, at) for at in [*range(self.most_items - 1), count - 1]]
            left = count - self.most_items
        return self.joined([self.text(item, depth) for item in items], left)

    def set_text(self, value, base, depth):
        count = base.__len__(value)
        if count > MOST_SORTED:
            return "…%d items…" % count
        items = list(base.__iter__(value))
        kinds = {kind_of(item) for item in items}
        if kinds <= {int, bool} or kinds == {str}:
            items, left = self.choose(sorted(items))
            return self.joined([self.text(item, depth) for item in items], left)
        # By their texts; each gets what is left of the bound, so that none depends on the order.
        parts, nodes = [], self.nodes
        for item in items:
            self.nodes = nodes
            parts.append(self.text(item, depth))
        self.nodes = nodes - count
        return self.joined(*self.choose(sorted(parts)))

    def dict_text(self, value, depth):
        count, most = dict.__len__(value), self.most_items
        shown = [
            pair for at, pair in enumerate(dict_items(value)) if count <= most or at < most - 1 or at == count - 1
        ]
        parts = ["%s: %s" % (self.text(key, depth), self.text(item, depth)) for key, item in shown]
        return self.joined(parts, count - len(parts))

    def container(self, value, kind, order, depth):
        if tuple in order:
            names = dict_get(dict(kind.__dict__), "_fields")
            if kind_of(names) is tuple and len(names) == tuple.__len__(value) <= self.most_items:
                parts = [self.text(item, depth) for item in tuple.__iter__(value)]
                return "%s(%s)" % (name_of(kind), ", ".join(["%s=%s" % pair for pair in zip(names, parts)]))
            comma = "," if tuple.__len__(value) == 1 else ""
            text, plain = "(%s%s)" % (self.sequence(value, tuple, depth), comma), tuple
        elif list in order:
            text, plain = "[%s]" % self.sequence(value, list, depth), list
        elif dict in order:
            text, plain = "{%s}" % self.dict_text(value, depth), dict
        else:
            inner = self.set_text(value, set if set in order else frozenset, depth)
            text, plain = "{%s}" % inner if inner else "set()", set
        return text if kind is plain else "%s(%s)" % (name_of(kind), text)

    def object(self, value, kind, order, depth):
        name = name_of(kind)
        if kind is FUNCTION or kind is BUILTIN or kind is METHOD:
            return "<function %s>" % value.__name__
        if kind_of in order:
            return "<class %s>" % name_of(value)
        if kind is MODULE:
            return "<module %s>" % dict_get(value.__dict__, "__name__")
        if kind is GENERATOR:
            return "<generator %s>" % value.__name__
        module = dict_get(dict(kind.__dict__), "__module__", "builtins" if kind.__flags__ & 0x100 else "")
        # Kinds that are written in C.
        if kind.__flags__ & 0x200 == 0 and name in ("date", "datetime", "time", "timedelta", "Decimal"):
            return "%s(%s)" % (name, kind.__str__(value))
        if BaseException in order:
            return "%s(%s)" % (name, self.sequence(error_args(value), tuple, depth))
        if kind.__flags__ & 0x200 == 0 and name == "deque":
            return "deque([%s])" % self.sequence(value, kind, depth)
        fields = fields_of(value, kind)
        member = enum_name(fields)
        if member is not None:
            return "<%s.%s>" % (name, member)
        shown, left = self.choose(fields)
        parts = ["%s=%s" % (field, self.text(item, depth)) for field, item in shown]
        return "<%s %s>" % (name, self.joined(parts, left)) if parts else "<%s>" % name


def enum_name(fields):
    found = dict(fields)
    return found["_name_"] if "_value_" in found and kind_of(dict_get(found, "_name_")) is str else None


def fields_of(value, kind):
    """The fields of an object, without running anything that its class defines."""
    fields = []
    for base in order_of(kind):
        # Kinds that the program did not make have members that are no fields of it.
        if not base.__flags__ & 0x200:
            continue
        for name, member in dict_items(dict(base.__dict__)):
            if kind_of(member) is FIELDS and name == "__dict__":
                found = member.__get__(value)
                if kind_of(found) is dict:
                    fields += [(field, item) for field, item in dict_items(found) if kind_of(field) is str]
            elif kind_of(member) is SLOT:
                try:
                    fields.append((name, member.__get__(value)))
                except AttributeError:
                    pass
    return fields
