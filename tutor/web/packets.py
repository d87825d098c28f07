"""What passes between a window and its app: JSON lists from the window, Textual's packets from and to the app.

A packet (`textual.drivers.web_driver`) is a letter, a length of 4 bytes, and that many bytes. ``D`` is what a terminal
would carry, ``M`` is JSON about it. Textual could also offer files for download; the tutor offers none, and such
packets are dropped.
"""

from __future__ import annotations

import json
from typing import Any

MOST_CELLS = 1000
"""Columns or rows of the largest window."""


def packet(kind: bytes, payload: bytes) -> bytes:
    """One byte of kind, the length in four (big endian), the payload: what Textual's driver reads and writes."""
    return kind + len(payload).to_bytes(4, "big") + payload


def about(**facts: object) -> bytes:
    """A packet of JSON."""
    return packet(b"M", json.dumps(facts).encode())


def from_window(text: str) -> bytes:
    """The packet for what a window says: keys, its size, whether it has the focus. Empty: nothing for the app.

    Raises:
        ValueError: no page of ours says this.
    """
    match json.loads(text):
        case ["stdin", str(keys)]:
            return packet(b"D", keys.encode(errors="replace"))
        case ["resize", {"width": width, "height": height}]:
            return about(type="resize", width=cells(width), height=cells(height))
        case ["focus" | "blur" as kind]:
            return about(type=kind)
        case ["ping", _]:
            return b""
    raise ValueError("an unknown message")


def cells(number: Any) -> int:
    """A number of columns or rows, from anywhere. Raises ValueError."""
    if isinstance(number, bool) or not isinstance(number, int | str):
        raise ValueError("not a number of cells")
    return max(1, min(int(number), MOST_CELLS))


def link_in(payload: bytes) -> str | None:
    """The address that an app asks the window to open, if that is what its JSON says and it is a page of the web."""
    facts = json.loads(payload)
    url = facts.get("url", "") if facts.get("type") == "open_url" else ""
    return url if url.startswith(("https://", "http://")) else None
