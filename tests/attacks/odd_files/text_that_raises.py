"""Raises an exception that can't be shown: its text, its class's name and its traceback raise in turn."""
# verdict: error


class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit(0)


class Unspeakable(Exception, metaclass=Meta):
    def __str__(self):
        raise KeyboardInterrupt

    __repr__ = __str__


def halve(x):
    raise Unspeakable


def double(x):
    return x * 2
