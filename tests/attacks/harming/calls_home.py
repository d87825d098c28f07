"""Connects to a listener on this machine by TCP, UDP, a socket in a file and an abstract one."""
# verdict: passed
# held by: namespaces seccomp

import socket

targets = (
    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", int("@PORT@"))),
    (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", int("@PORT@"))),
    (socket.AF_UNIX, socket.SOCK_STREAM, "@FOLDER@/socket"),
    (socket.AF_UNIX, socket.SOCK_STREAM, "\0attack-@PORT@"),
)
for family, kind, address in targets:
    try:
        with socket.socket(family, kind) as sock:
            sock.settimeout(1)
            sock.connect(address)
            sock.send(b"weights")
        print("SUCCEEDED in reaching", address)
    except OSError:
        continue


def halve(x):
    return x / 2


def double(x):
    return x * 2
