"""Answers with JSON nested 200,000 deep, behind the right id and nonce."""
# verdict: error

from tutor.sandbox import wire

honest_send = wire.send
calls = []


def forged(sock, frame, descriptors=()):
    calls.append(frame)
    if len(calls) == 1:  # the file has been loaded
        return honest_send(sock, frame)
    head = b'{"id":%d,"nonce":"%s","value":' % (frame["id"], frame["nonce"].encode())
    body = head + b"[" * 200_000 + b"]" * 200_000 + b"}"
    return sock.sendall(len(body).to_bytes(4, "big") + body)


wire.send = forged


def halve(x):
    return x / 2


def double(x):
    return x * 2
