# attack: spends its time in one operation of the interpreter that no signal handler interrupts
# entry: power(x: int) -> int
# example: 3 -> 9
# limits: cpu=0.5s
# outcome: cpu-timeout
# verdict: fails
def power(x):
    return x ** (x ** 22) % 10
