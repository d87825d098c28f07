"""Reads the hidden checks by their path and prints them."""
# verdict: passed
# held by: root landlock

for path in ("@CHECKS@", "@REFERENCE@", "@GRADERS@/secret.txt"):
    try:
        print("SUCCEEDED in reading", open(path).read())
    except OSError as refused:
        print(type(refused).__name__)


def halve(x):
    return x / 2


def double(x):
    return x * 2
