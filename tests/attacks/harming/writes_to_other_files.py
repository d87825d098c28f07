"""Writes to another file of the learner's, appends to it, truncates it."""
# verdict: passed
# held by: root landlock

import os

for mode in ("r+b", "ab", "wb"):
    try:
        with open("@CANARY@", mode) as file:
            file.write(b"")
        print("SUCCEEDED in opening for", mode)
        break
    except OSError:
        continue
try:
    os.truncate("@CANARY@", os.stat("@CANARY@").st_size)
    print("SUCCEEDED in truncating")
except OSError:
    pass


def halve(x):
    return x / 2


def double(x):
    return x * 2
