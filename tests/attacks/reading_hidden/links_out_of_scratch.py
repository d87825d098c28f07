"""Makes links in its scratch folder to hidden files and reads through them."""
# verdict: passed
# held by: root landlock

import os

for number, path in enumerate(("@CHECKS@", "@CANARY@", "/etc/shadow", "/proc/1/environ")):
    for make in (os.symlink, os.link):
        name = f"attack-link-{number}-{make.__name__}"
        try:
            make(path, name)
            content = open(name).read(2000)
        except OSError:
            continue
        if content:
            print("SUCCEEDED in reading", path, content)


def halve(x):
    return x / 2


def double(x):
    return x * 2
