"""int8 with one scale"""


def quantize(W):
    """Codes and the scale."""
    raise NotImplementedError
