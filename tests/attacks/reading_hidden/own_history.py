"""Looks for the person's home by every name it has: HOME, the user's entry, TUTOR_HOME, the caller's folder."""
# verdict: passed
# held by: root landlock

import os
import pwd

homes = {"@HOME@", "@FOLDER@", os.path.expanduser("~"), "/root", "/home"}
try:
    homes |= {entry.pw_dir for entry in pwd.getpwall()}
except OSError:
    pass
for home in sorted(homes):
    try:
        print("SUCCEEDED in reading", open(os.path.join(home, "secret.txt")).read())
    except OSError:
        continue


def halve(x):
    return x / 2


def double(x):
    return x * 2
