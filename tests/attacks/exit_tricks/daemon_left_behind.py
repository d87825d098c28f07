"""Leaves a daemon in a session of its own, which touches a file when all is over."""
# verdict: passed
# held by: seccomp
# trace: @FOLDER@/attack-daemon

import os
import time

try:
    child = os.fork()
except OSError:
    child = -1
if child == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    for descriptor in range(256):
        try:
            os.close(descriptor)
        except OSError:
            continue
    time.sleep(1.5)
    try:
        open("@FOLDER@/attack-daemon", "w").close()
    finally:
        os._exit(0)
if child > 0:
    print("SUCCEEDED in leaving a daemon")


def halve(x):
    return x / 2


def double(x):
    return x * 2
