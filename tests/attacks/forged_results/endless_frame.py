"""Announces a frame of 4 GiB."""
# verdict: error

from tutor.sandbox import wire

honest_send = wire.send
calls = []


def forged(sock, frame, descriptors=()):
    calls.append(frame)
    if len(calls) == 1:  # the file has been loaded
        return honest_send(sock, frame)
    return sock.sendall(b"\xff\xff\xff\xff" + b" " * 100_000)


wire.send = forged


def halve(x):
    return x / 2


def double(x):
    return x * 2
