"""By numpy; a copy each way."""

import numpy


def halve(x):
    return x.numpy() / numpy.float32(2)


def double(x):
    assert isinstance(x, numpy.ndarray), "what halve returned comes back in the same form"
    return x * numpy.float32(2)
