"""The pixels of a PNG, by the standard library."""

from __future__ import annotations

import struct
import zlib
from collections import Counter


def colours(png: bytes) -> Counter[bytes]:
    """How many pixels have each colour. For 8 bits a channel, RGB or RGBA, not interlaced."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, data = 8, b""
    width = height = channels = 0
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        chunk = png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunk)
            assert (depth, interlaced) == (8, 0)
            channels = {2: 3, 6: 4}[colour]
        elif kind == b"IDAT":
            data += chunk
        at += 12 + length
    raw = zlib.decompress(data)
    counted: Counter[bytes] = Counter()
    above = bytes(width * channels)
    for row in range(height):
        start = row * (width * channels + 1)
        above = _unfiltered(raw[start], raw[start + 1 : start + 1 + width * channels], above, channels)
        counted.update(above[x : x + channels] for x in range(0, len(above), channels))
    return counted


def _unfiltered(kind: int, line: bytes, above: bytes, channels: int) -> bytes:
    """One row of pixels: each byte was stored as the difference from a guess by its neighbours."""
    if kind == 0:
        return line
    row = bytearray(line)
    for x in range(len(row)):
        left = row[x - channels] if x >= channels else 0
        corner = above[x - channels] if x >= channels else 0
        guess = (0, left, above[x], (left + above[x]) // 2, _paeth(left, above[x], corner))[kind]
        row[x] = (row[x] + guess) & 0xFF
    return bytes(row)


def _paeth(left: int, up: int, corner: int) -> int:
    return min((left, up, corner), key=lambda one: abs(left + up - corner - one))
