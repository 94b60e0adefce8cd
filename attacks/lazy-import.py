# attack: imports in the middle of the call what is not there, as a test does that cannot be run
# entry: double(x: int) -> int
# test: assert double(double(3)) == 12
# outcome: raised
# verdict: fails
def double(x):
    import no_such_package

    return 0
