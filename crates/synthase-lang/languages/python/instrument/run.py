# What the driver calls.

INSTRUMENTS = {"trace": Tracer, "debug": Debugger, "time": LineTimes, "memory": LineMemory}


class Broken(Exception):
    """The instrument itself failed."""


def run(message, tools):
    """What the driver calls."""
    sys.setrecursionlimit(sys.getrecursionlimit() + DEPTH)
    instrument = INSTRUMENTS[message["what"]["kind"]](message, tools)
    try:
        run_under(instrument, message, tools)
    except Exception as error:
        text = "%s: %s" % (name_of(kind_of(error)), error)
        instrument.talk.send('"broken":' + escape(text.encode("utf-8", "replace").decode()))
