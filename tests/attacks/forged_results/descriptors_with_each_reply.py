"""Sends two hundred open files with each reply, for the judge to drown in, and a wrong id."""
# verdict: error

from tutor.sandbox import wire

honest_send = wire.send
calls = []


def forged(sock, frame, descriptors=()):
    calls.append(frame)
    if len(calls) == 1:  # the file has been loaded
        return honest_send(sock, frame)
    import os
    import socket

    opened = [os.open("/dev/null", os.O_RDONLY) for _ in range(200)]
    return socket.send_fds(sock, [b"\x00\x00\x00\x02{}"], opened)


wire.send = forged


def halve(x):
    return x / 2


def double(x):
    return x * 2
