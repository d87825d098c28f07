"""Answers with NaN, infinite, endless and doubled numbers where a header's integers belong."""
# verdict: error

from tutor.sandbox import wire

honest_send = wire.send
calls = []
ODDITIES = (
    b'{"t":"tensor","dtype":"float32","shape":[NaN],"at":8388608}',
    b'{"t":"tensor","dtype":"float32","shape":[1e999],"at":8388608}',
    b'{"t":"tensor","dtype":"float32","shape":[1],"at":' + b"9" * 5000 + b"}",
    b'{"t":"tensor","dtype":"float32","dtype":["float32"],"shape":[1],"at":8388608}',
)


def forged(sock, frame, descriptors=()):
    calls.append(frame)
    if len(calls) == 1:
        return honest_send(sock, frame)
    head = b'{"id":%d,"nonce":"%s","value":{"t":"list","v":[' % (frame["id"], frame["nonce"].encode())
    body = head + b",".join(ODDITIES) + b"]}}"
    return sock.sendall(len(body).to_bytes(4, "big") + body)


wire.send = forged


def halve(x):
    return x / 2


def double(x):
    return x * 2
