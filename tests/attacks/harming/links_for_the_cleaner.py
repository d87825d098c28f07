"""Leaves links in scratch that lead to the learner's folder, for whoever empties scratch to follow."""
# verdict: passed

import os

for name, target in (("attack-link", "@FOLDER@"), ("attack-file", "@CANARY@"), ("attack-up", "/")):
    try:
        os.symlink(target, name)
    except OSError:
        continue
try:
    os.makedirs("attack/deep/" + "d/" * 200)
    os.mkdir("attack/closed", 0)
except OSError:
    pass


def halve(x):
    return x / 2


def double(x):
    return x * 2
