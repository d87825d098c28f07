"""Frames on a socket: a length and JSON, nothing else, so that no object ever crosses.

A frame is four bytes, big-endian length, then UTF-8 JSON, an object at the top. Both sides bound
the length before they read and the nesting before they use it. File descriptors travel beside a
frame (``SCM_RIGHTS``) only from a trusted process to another; frames from a worker are read with
``receive``, which refuses them.
"""

from __future__ import annotations

import json
import select
import socket
import struct
from collections.abc import Sequence
from typing import Any

HEADER = struct.Struct(">I")
MAX_FRAME = 4 << 20
MAX_DEPTH = 32
MAX_DESCRIPTORS = 8

Frame = dict[str, Any]


class WireError(Exception):
    """The other side broke the protocol."""


class WireClosed(WireError):
    """The other side is gone."""


class TooLong(WireError):
    """A frame that may not be sent, since it is over the limit."""


def pack(frame: Frame) -> bytes:
    """The bytes of one frame. NaN and infinity are refused: numbers travel as text where they may be either."""
    body = json.dumps(frame, separators=(",", ":"), allow_nan=False).encode("utf-8", "surrogatepass")
    if len(body) > MAX_FRAME:
        raise TooLong(f"a frame of {len(body):,} bytes is over the limit of {MAX_FRAME:,}")
    return HEADER.pack(len(body)) + body


def unpack(body: bytes) -> Frame:
    """The object in one frame's body.

    Raises:
        WireError: not JSON, not an object, too deep, or a number no one needs.
    """
    if _depth(body) > MAX_DEPTH:
        raise WireError("a frame is nested too deeply")
    try:
        frame = json.loads(body.decode("utf-8", "replace"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as problem:
        raise WireError(f"a frame is not JSON: {problem}") from None
    if not isinstance(frame, dict):
        raise WireError("a frame is not an object")
    return frame


def send(sock: socket.socket, frame: Frame, descriptors: Sequence[int] = ()) -> None:
    """Sends one frame, with descriptors beside it if there are any.

    Raises:
        WireClosed: the other side is gone.
    """
    data = pack(frame)
    try:
        if descriptors:
            sent = socket.send_fds(sock, [data], list(descriptors))
            data = data[sent:]
        if data:
            sock.sendall(data)
    except OSError as problem:
        raise WireClosed(str(problem)) from None


def receive(sock: socket.socket) -> Frame:
    """Reads one frame. Descriptors that come with it are never picked up.

    Raises:
        WireClosed: the other side is gone.
        WireError: the frame is malformed.
    """
    (length,) = HEADER.unpack(_exactly(sock, HEADER.size))
    return unpack(_exactly(sock, _bounded(length)))


def readable(sock: socket.socket, seconds: float) -> bool:
    """Whether something comes within this time, the end included."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def receive_with_descriptors(sock: socket.socket) -> tuple[Frame, list[int]]:
    """Reads one frame from a *trusted* process, and the descriptors sent beside it."""
    try:
        header, descriptors, _flags, _address = socket.recv_fds(sock, HEADER.size, MAX_DESCRIPTORS)
    except OSError as problem:
        raise WireClosed(str(problem)) from None
    if not header:
        raise WireClosed("closed")
    if len(header) < HEADER.size:
        header += _exactly(sock, HEADER.size - len(header))
    (length,) = HEADER.unpack(header)
    return unpack(_exactly(sock, _bounded(length))), list(descriptors)


def _bounded(length: int) -> int:
    if length > MAX_FRAME:
        raise WireError(f"a frame of {length:,} bytes is over the limit of {MAX_FRAME:,}")
    return length


def _exactly(sock: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        try:
            chunk = sock.recv(min(count - len(data), 1 << 16))
        except TimeoutError:
            raise
        except OSError as problem:
            raise WireClosed(str(problem)) from None
        if not chunk:
            raise WireClosed("closed")
        data += chunk
    return bytes(data)


def _depth(body: bytes) -> int:
    """An upper bound of the nesting: brackets inside strings count too, which only errs on the safe side."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return 0
    deepest = depth = 0
    in_string = escaped = False
    for byte in body:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number here")
