"""Has a signature whose defaults are pages of text with escapes, and which does not fit the call."""
# verdict: error


class Loud:
    def __repr__(self):
        return "\x1b[31m" + "loud " * 10_000


def halve(*, x=Loud(), y=Loud()):
    return x


def double(x):
    return x * 2
