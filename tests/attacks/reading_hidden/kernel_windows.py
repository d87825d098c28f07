"""Looks for windows into the kernel and the machine: memory devices, logs, counters common to all."""
# verdict: passed
# held by: landlock

for path in ("/dev/mem", "/dev/kmsg", "/proc/kcore", "/proc/kallsyms", "/dev/tty", "/dev/shm/attack", "/dev/vda",
             "/proc/locks", "/proc/meminfo", "/proc/loadavg", "/proc/sys/fs/file-nr",
             "/sys/kernel/debug", "/run/systemd", "/etc/passwd", "/etc/shadow", "/etc/hostname"):  # fmt: skip
    try:
        content = open(path, "rb").read(200)
    except OSError:
        continue
    if path != "/etc/passwd" or b"root:" in content:
        print("SUCCEEDED in reading", path, content[:80])


def halve(x):
    return x / 2


def double(x):
    return x * 2
