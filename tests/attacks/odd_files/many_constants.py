"""Forty thousand constants and a power that would fill the memory, were it folded."""
# verdict: passed | error

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return (
        "xs = ["
        + ",".join(str(n) + ".5" for n in range(40_000))
        + "]\n\n\ndef unused():\n    return 2 ** 10**8 ** 2\n\n\n"
        + RIGHT
    ).encode()
