# expect: exited 0
# levels: full namespaces landlock
import os
found = []
for number in range(4096):
    try:
        os.fstat(number)
    except OSError:
        continue
    found.append(number)
if found not in ([0, 1, 2], [0, 1, 2, 3]):
    print("ESCAPED: open are", found)
