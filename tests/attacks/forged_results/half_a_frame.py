"""Sends half a frame and closes the socket."""
# verdict: error

from tutor.sandbox import wire

honest_send = wire.send
calls = []


def forged(sock, frame, descriptors=()):
    calls.append(frame)
    if len(calls) == 1:  # the file has been loaded
        return honest_send(sock, frame)
    return sock.sendall(b'\x00\x00\x10\x00{"id":') or sock.close()


wire.send = forged


def halve(x):
    return x / 2


def double(x):
    return x * 2
