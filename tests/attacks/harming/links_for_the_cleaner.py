"""Leaves links to the learner's folder, closed folders and 1,500 nested ones for whoever empties scratch."""
# verdict: passed

import os

for name, target in (("attack-link", "@FOLDER@"), ("attack-file", "@CANARY@"), ("attack-up", "/")):
    try:
        os.symlink(target, name)
    except OSError:
        continue
try:
    os.mkdir("attack-closed", 0)
    here = os.open(".", os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d")
        os.chdir("d")
    os.mkdir("closed", 0)
    os.fchdir(here)
except OSError:
    pass


def halve(x):
    return x / 2


def double(x):
    return x * 2
