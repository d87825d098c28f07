"""Reads the environment, command line, memory and files of every process it can name."""
# verdict: passed
# held by: namespaces landlock

import os

for process in (*range(2, 40), int("@PID@"), os.getppid(), int("@PARENT@")):
    for name in ("environ", "cmdline", "maps", "root/etc/hostname", "mem"):
        try:
            with open(f"/proc/{process}/{name}", "rb") as file:
                content = file.read(4000) if name != "mem" else b"opened"
        except OSError:
            continue
        if process == os.getpid() or not content:
            continue
        print("SUCCEEDED in reading", process, name, content[:2000])


def halve(x):
    return x / 2


def double(x):
    return x * 2
