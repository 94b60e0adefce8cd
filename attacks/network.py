# attack: reaches for the network by TCP, UDP, names, and the sockets of the host that have no file
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
import socket


def tcp(address):
    with socket.create_connection(address, timeout=0.3):
        return True


def udp(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"hello", address)
        return True


def abstract(name):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(name)
        return True


ATTEMPTS = [
    (tcp, ("127.0.0.1", 22)),
    (tcp, ("192.0.2.1", 80)),
    (tcp, ("::1", 22)),
    (udp, ("192.0.2.1", 53)),
    (abstract, "\0/tmp/.X11-unix/X0"),
    (abstract, "/run/dbus/system_bus_socket"),
    (abstract, "/var/run/docker.sock"),
    (lambda name: socket.getaddrinfo(name, 80), "example.org"),
]


def double(x):
    for attempt, target in ATTEMPTS:
        try:
            if attempt(target):
                return -1
        except OSError:
            pass
    return 2 * x
