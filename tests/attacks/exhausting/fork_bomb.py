"""Forks two hundred short-lived children (and none where it is root)."""
# verdict: passed
# held by: seccomp

import os
import time

children = []
if os.getuid() != 0:
    try:
        while len(children) < 200:
            child = os.fork()
            if child == 0:
                time.sleep(0.2)
                os._exit(0)
            children.append(child)
    except OSError:
        pass
for child in children:
    os.waitpid(child, 0)
if children:
    print("SUCCEEDED in forking", len(children))


def halve(x):
    return x / 2


def double(x):
    return x * 2
