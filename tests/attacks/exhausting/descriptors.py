"""Opens five thousand files and pipes and keeps them."""
# verdict: passed

import os

kept = []
try:
    for _ in range(2500):
        kept += [os.open("/dev/null", os.O_RDONLY), *os.pipe()]
except OSError:
    pass
if len(kept) > 4000:
    print("SUCCEEDED in keeping", len(kept))
for descriptor in kept:
    os.close(descriptor)


def halve(x):
    return x / 2


def double(x):
    return x * 2
