"""Answers with bytes that are no text, let alone JSON."""
# verdict: error

from tutor.sandbox import wire

honest_send = wire.send
calls = []


def forged(sock, frame, descriptors=()):
    calls.append(frame)
    if len(calls) == 1:  # the file has been loaded
        return honest_send(sock, frame)
    body = bytes(range(256)) * 100
    return sock.sendall(len(body).to_bytes(4, "big") + body)


wire.send = forged


def halve(x):
    return x / 2


def double(x):
    return x * 2
