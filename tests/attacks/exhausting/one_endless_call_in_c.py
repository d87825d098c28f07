"""Never returns from one call into C, which holds the interpreter's lock."""
# verdict: timeout


def halve(x):
    return len(str(10 ** (10**7 * 5)))


def double(x):
    return x * 2
