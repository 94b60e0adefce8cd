# levels: landlock
# expect: exited 7
# What is noted of files, the machine's own among them: modes, owners, times, attributes; and watching them.
import ctypes, os, sys
done = 0
for change in (
    lambda: os.chmod("/tmp", os.stat("/tmp").st_mode & 0o7777),
    lambda: os.chown("/tmp", os.stat("/tmp").st_uid, -1),
    lambda: os.utime("/tmp"),
    lambda: os.setxattr("/tmp", "user.x", b"1"),
):
    try:
        change()
        done += 1
    except OSError:
        pass
libc = ctypes.CDLL(None, use_errno=True)
done += libc.inotify_add_watch(libc.inotify_init(), b"/tmp", 2) >= 0
sys.exit(3 if done else 7)
