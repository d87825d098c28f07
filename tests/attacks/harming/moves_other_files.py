"""Deletes, renames, links, and adds files in a folder of the learner's that everybody may write to."""
# verdict: passed
# held by: root landlock
# trace: @FOLDER@/attack-new

import os

attempts = (
    lambda: os.unlink("@FOLDER@/disposable"),
    lambda: os.rename("@FOLDER@/disposable", "@FOLDER@/attack-new"),
    lambda: os.link("@FOLDER@/disposable", "@FOLDER@/attack-new"),
    lambda: os.symlink("@CANARY@", "@FOLDER@/attack-new"),
    lambda: os.mkdir("@FOLDER@/attack-new"),
    lambda: os.mkfifo("@FOLDER@/attack-new"),
    lambda: os.mknod("@FOLDER@/attack-new"),
)
for number, attempt in enumerate(attempts):
    try:
        attempt()
    except OSError:
        continue
    print("SUCCEEDED in attempt", number)
    for path in ("@FOLDER@/attack-new",):
        try:
            os.unlink(path)
        except OSError:
            continue
    with open("@FOLDER@/disposable", "w") as file:
        file.write("anything")
    break


def halve(x):
    return x / 2


def double(x):
    return x * 2
