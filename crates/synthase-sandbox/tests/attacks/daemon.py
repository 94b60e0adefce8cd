# expect: exited 0
# Whoever outlives the run would write this file again and again.
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (0, 1, 2):
            os.close(number)
        while True:
            with open("alive", "w") as file:
                file.write("x")
            time.sleep(0.01)
    os._exit(0)
os.wait()
time.sleep(0.05)
