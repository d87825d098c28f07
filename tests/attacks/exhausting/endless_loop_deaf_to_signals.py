"""Never ends, and blocks every signal it may block."""
# verdict: timeout
# says: CPU seconds

import signal

signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def halve(x):
    while True:
        pass


def double(x):
    return x * 2
