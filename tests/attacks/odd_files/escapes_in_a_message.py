"""Raises an exception whose text holds escape sequences, controls, direction marks and lone surrogates."""
# verdict: error
# says: ValueError


def halve(x):
    raise ValueError(
        "\x1b[31mred\x1b]52;c;aGk=\x07 \x9b1m \u202e\u2066 \ud800\udfff \x00\x08\x7f end" + "\n" * 50 + "last"
    )


def double(x):
    return x * 2
