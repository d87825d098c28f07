"""No byte at all."""
# verdict: error
# says: defines no function


def submission() -> bytes:
    return b""
