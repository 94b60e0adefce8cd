# expect: exited 0
# levels: full namespaces landlock
import socket
def attempt(what, act):
    try:
        act()
    except OSError:
        return
    print("ESCAPED:", what)
def tcp(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(1)
        s.connect(address)
def udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"x", ("127.0.0.1", 53))
def abstract(kind):
    with socket.socket(socket.AF_UNIX, kind) as s:
        s.bind("\0synthase")
def abstract_datagram():
    one, two = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.sendto(b"x", "\0synthase")
attempt("tcp", lambda: tcp(socket.AF_INET, ("127.0.0.1", 80)))
attempt("tcp6", lambda: tcp(socket.AF_INET6, ("::1", 80)))
attempt("udp", udp)
attempt("abstract stream", lambda: abstract(socket.SOCK_STREAM))
attempt("abstract datagram", lambda: abstract(socket.SOCK_DGRAM))
attempt("datagram pair", abstract_datagram)
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))
attempt("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt("packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
attempt("vsock", lambda: socket.socket(40, socket.SOCK_STREAM))
attempt("listen", lambda: socket.create_server(("127.0.0.1", 0)))
one, two = socket.socketpair()
one.send(b"x")
assert two.recv(1) == b"x", "a pair within the program is fine"
