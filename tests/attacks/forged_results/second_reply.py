"""Answers each request twice: the second reply is there before the next request."""
# verdict: error
# says: answered a request that was not made

from tutor.sandbox import wire

honest_send = wire.send


def send_twice(sock, frame, descriptors=()):
    honest_send(sock, frame)
    honest_send(sock, frame)


wire.send = send_twice


def halve(x):
    return x / 2


def double(x):
    return x * 2
