"""Starts six hundred threads that wait."""
# verdict: passed

import threading
import time

ready = threading.Event()
threads = []
try:
    for _ in range(600):
        thread = threading.Thread(target=ready.wait, daemon=True)
        thread.start()
        threads.append(thread)
except RuntimeError:
    pass
ready.set()
for thread in threads:
    thread.join()
print(len(threads), "threads")


def halve(x):
    return x / 2


def double(x):
    return x * 2
