# expect: exited 0
# levels: full
# What one run leaves in shared memory of the old kind must not be there for the next: each counts.
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
identifier = libc.shmget(4711, 4096, 0o1600)
if identifier < 0:
    raise SystemExit(f"no shared memory: {ctypes.get_errno()}")
if libc.shmget(4711, 4096, 0o3600) >= 0:
    print("ESCAPED: made twice")
libc.shmat.restype = ctypes.c_void_p
where = libc.shmat(identifier, None, 0)
if ctypes.string_at(where, 1) != b"\0":
    print("ESCAPED: somebody was here")
ctypes.memset(where, 1, 1)
