"""Writes the judge's own frames (checks passed, all done) to every descriptor it holds."""
# verdict: error

import json
import os

checks = [
    {"id": name, "title": name, "required": True, "cuda": False, "outcome": "passed", "measurements": []}
    for name in ("halves", "round-trip", "memory")
]
frames = [{"check": check} for check in checks]
frames.append({"done": {"payload_bytes": 1, "peak_host_bytes": 1, "touched": [0, 0]}})
data = b"".join(
    len(body).to_bytes(4, "big") + body for body in (json.dumps(frame).encode() for frame in frames)
)
for descriptor in range(256):
    try:
        os.write(descriptor, data)
    except OSError:
        continue


def halve(x):
    return x


def double(x):
    return x
