"""Watches system files by inotify, for the other process to signal bits by opening them."""
# verdict: passed
# held by: seccomp

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
watch = libc.inotify_init1(0o4000)
if watch >= 0 and libc.inotify_add_watch(watch, b"/usr/lib", 0x21) >= 0:
    print("SUCCEEDED in watching")


def halve(x):
    return x / 2


def double(x):
    return x * 2
