"""Changes mode, owner, times and attributes of another file of the learner's."""
# verdict: passed
# held by: root seccomp

import os

status = os.stat("@FOLDER@") if os.path.exists("@FOLDER@") else None
attempts = (
    lambda: os.chmod("@FOLDER@/disposable", 0o666),
    lambda: os.chown("@FOLDER@/disposable", os.getuid(), os.getgid()),
    lambda: os.utime("@FOLDER@/disposable"),
    lambda: os.setxattr("@FOLDER@/disposable", "user.attack", b"1"),
)
for number, attempt in enumerate(attempts):
    try:
        attempt()
        print("SUCCEEDED in attempt", number)
    except OSError:
        continue


def halve(x):
    return x / 2


def double(x):
    return x * 2
