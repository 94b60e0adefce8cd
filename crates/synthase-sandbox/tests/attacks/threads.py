# limits: processes=32 cpu=5s memory=256MiB
# levels: full namespaces
# expect: exited 0
import threading
stop = threading.Event()
started = []
try:
    for _ in range(1000):
        thread = threading.Thread(target=stop.wait, daemon=True)
        thread.start()
        started.append(thread)
except RuntimeError:
    pass
stop.set()
if len(started) > 40:
    print("ESCAPED: started", len(started))
