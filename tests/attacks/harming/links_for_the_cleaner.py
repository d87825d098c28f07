"""Leaves links to the learner's folder, closed folders and 1,100 nested ones for whoever empties scratch."""
# verdict: passed | resource_limit

import os

for name, target in (("attack-link", "@FOLDER@"), ("attack-file", "@CANARY@"), ("attack-up", "/")):
    try:
        os.symlink(target, name)
    except OSError:
        continue


def nest():
    here = os.open(".", os.O_RDONLY)
    try:
        os.mkdir("attack-closed", 0)
        for _ in range(1100):
            os.mkdir("d")
            os.chdir("d")
        os.mkdir("closed", 0)
    except OSError:
        pass
    os.fchdir(here)


def halve(x):
    return x / 2


def double(x):
    nest()
    return x * 2
