# attack: loops without end and swallows whatever is raised into it
# entry: double(x: int) -> int
# example: 2 -> 4
# limits: cpu=0.5s
# outcome: cpu-timeout
# verdict: fails
def double(x):
    while True:
        try:
            while True:
                x += 1
        except BaseException:
            pass
