"""Makes three thousand files and folders in scratch, some of which nobody may list."""
# verdict: passed | resource_limit

import os

made = 0
try:
    os.mkdir("attack-closed", 0)
    for number in range(3000):
        os.close(os.open(f"attack-{number}", os.O_CREAT | os.O_WRONLY))
        made += 1
except OSError:
    pass
print(made, "files")


def halve(x):
    return x / 2


def double(x):
    return x * 2
