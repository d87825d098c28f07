"""Lines that end as on Windows, and one as on old Macs."""
# verdict: passed

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return RIGHT.replace("\n", "\r\n").encode() + b"# last\r"
