"""Keeps eight threads busy in C, so that CPU time runs faster than the clock."""
# verdict: timeout

import threading

import torch


def burn():
    a = torch.randn(300, 300)
    for _ in range(20_000):
        a = (a @ a).clamp(-1, 1)


def halve(x):
    threads = [threading.Thread(target=burn) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return x / 2


def double(x):
    return x * 2
