"""Prints each of the first 65,536 characters, surrogates included, and bytes that are no text."""
# verdict: passed

import os
import sys

text = "".join(map(chr, range(0x10000)))
sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass"))
os.write(2, bytes(range(256)) * 16)


def halve(x):
    return x / 2


def double(x):
    return x * 2
