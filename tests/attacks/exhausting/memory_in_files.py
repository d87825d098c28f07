"""Fills scratch, /dev/shm and a memfd with 300 MB each, of which none is in its resident memory."""
# verdict: passed | resource_limit

import os

BLOCK = bytes(1 << 20)
for name in ("attack-file", "/dev/shm/attack-@PARENT@-file"):
    written = 0
    try:
        with open(name, "wb") as file:
            while written < 300:
                file.write(BLOCK)
                written += 1
    except OSError:
        pass
    if written >= 300:
        print("SUCCEEDED in writing", written, "MB to", name)
try:
    os.memfd_create("attack")
    print("SUCCEEDED in making a memfd")
except OSError:
    pass


def halve(x):
    return x / 2


def double(x):
    return x * 2
