"""Frames: what goes in comes out, and what is not a frame is refused before it is used."""

from __future__ import annotations

import contextlib
import os
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.sandbox import wire

FINITE = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | FINITE | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), PLAIN, max_size=5))
def test_a_frame_comes_out_as_it_went_in(frame):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send(ours, frame)

        assert wire.receive(theirs) == frame


@given(st.binary(max_size=200))
def test_random_bytes_are_a_frame_or_a_wire_error(body):
    with contextlib.suppress(wire.WireError):
        assert isinstance(wire.unpack(body), dict)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 1000 + b"1" + b"}" * 1000,
        b'{"a": NaN}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[]",
        b"7",
    ],
)
def test_deep_endless_and_odd_frames_are_refused(body):
    with pytest.raises(wire.WireError):
        wire.unpack(body)


def test_brackets_inside_strings_are_not_nesting():
    frame = {"text": "[{" * 500 + '\\"[['}

    assert wire.unpack(wire.pack(frame)[4:]) == frame


def test_a_length_over_the_limit_is_refused_before_anything_is_read():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(struct.pack(">I", wire.MAX_FRAME + 1))

        with pytest.raises(wire.WireError):
            wire.receive(theirs)


def test_a_closed_socket_is_told_from_a_broken_frame():
    ours, theirs = socket.socketpair()
    ours.close()
    with theirs, pytest.raises(wire.WireClosed):
        wire.receive(theirs)


def test_descriptors_are_picked_up_only_where_they_are_wanted():
    ours, theirs = socket.socketpair()
    read, write = os.pipe()
    with ours, theirs:
        wire.send(ours, {"n": 1}, [write])
        before = len(os.listdir("/proc/self/fd"))
        assert wire.receive(theirs) == {"n": 1}
        assert len(os.listdir("/proc/self/fd")) == before

        wire.send(ours, {"n": 2}, [write])
        frame, descriptors = wire.receive_with_descriptors(theirs)
        assert frame == {"n": 2}
        os.write(descriptors[0], b"x")
        assert os.read(read, 1) == b"x"
        for descriptor in (*descriptors, read, write):
            os.close(descriptor)
