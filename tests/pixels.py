"""The pixels of a PNG, by numpy and the standard library."""

from __future__ import annotations

import struct
import zlib
from collections import Counter

import numpy as np


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
    stored = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, 1 + width * channels)
    rows = np.zeros((height, width * channels), np.uint8)
    above = np.zeros(width * channels, np.uint8)
    for kind, line, row in zip(stored[:, 0], stored[:, 1:], rows, strict=True):
        row[:] = _unfiltered(kind, line, above, channels)
        above = row
    numbers = np.zeros((height * width, 4), np.uint8)  # a colour is one number
    numbers[:, :channels] = rows.reshape(-1, channels)
    found, counts = np.unique(numbers.view(np.uint32), return_counts=True)
    return Counter({one.tobytes()[:channels]: int(n) for one, n in zip(found, counts, strict=True)})


def _unfiltered(kind: int, line: np.ndarray, above: np.ndarray, channels: int) -> np.ndarray:
    """One row of pixels: each byte was stored as the difference from a guess by its neighbours."""
    if kind == 0:
        return line
    if kind == 1:
        return np.cumsum(line.reshape(-1, channels), axis=0, dtype=np.uint8).reshape(-1)
    if kind == 2:
        return line + above
    row, ups = [0] * channels + line.tolist(), [0] * channels + above.tolist()
    for x in range(channels, len(row)):
        left, up = row[x - channels], ups[x]
        guess = (left + up) // 2 if kind == 3 else _paeth(left, up, ups[x - channels])
        row[x] = (row[x] + guess) & 0xFF
    return np.array(row[channels:], np.uint8)


def _paeth(left: int, up: int, corner: int) -> int:
    """Whichever of the three is nearest to left + up − corner; the first of equals."""
    off_left, off_up, off_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    if off_left <= off_up and off_left <= off_corner:
        return left
    return up if off_up <= off_corner else corner
