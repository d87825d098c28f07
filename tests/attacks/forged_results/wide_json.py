"""Answers with two million empty lists, which are small on the wire and large in memory."""
# verdict: error

from tutor.sandbox import wire

honest_send = wire.send
calls = []


def forged(sock, frame, descriptors=()):
    calls.append(frame)
    if len(calls) == 1:  # the file has been loaded
        return honest_send(sock, frame)
    head = b'{"id":%d,"nonce":"%s","value":{"t":"list","v":[' % (frame["id"], frame["nonce"].encode())
    body = head + b"[]," * 1_390_000 + b"[]]}}"
    return sock.sendall(len(body).to_bytes(4, "big") + body)


wire.send = forged


def halve(x):
    return x / 2


def double(x):
    return x * 2
