"""Tensors as bytes of the arena: exact, bounded, and never a view on the other side's memory for the judge."""

from __future__ import annotations

import os

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tutor.sandbox.arena import Arena, create_descriptor
from tutor.sandbox.tensors import DTYPES, ArenaTensors
from tutor.sandbox.values import Malformed, Unsendable

HALF = 1 << 16


@pytest.fixture(scope="module")
def sides():
    """The judge's and the worker's view of one arena."""
    descriptor = create_descriptor(HALF)
    judge, worker = Arena(descriptor, judge=True), Arena(descriptor, judge=False)
    os.close(descriptor)
    return (judge, ArenaTensors(judge, copy=True)), (worker, ArenaTensors(worker, copy=False))


def shapes():
    return st.lists(st.integers(0, 5), max_size=4)


@given(st.data(), st.sampled_from(sorted(DTYPES)), shapes())
def test_a_tensor_crosses_both_ways_byte_for_byte(sides, data, name, shape):
    (judge_arena, judge), (worker_arena, worker) = sides
    size = torch.Size(shape).numel() * DTYPES[name].itemsize
    raw = data.draw(st.binary(min_size=size, max_size=size))
    if name == "bool":
        raw = bytes(byte & 1 for byte in raw)
    tensor = (
        torch.frombuffer(bytearray(raw or b"\0"), dtype=torch.uint8)[: len(raw)]
        .view(DTYPES[name])
        .view(shape)
    )
    judge_arena.rewind()
    worker_arena.rewind()
    judge.new_message()

    arrived = worker.decode(judge.encode(tensor))
    back = judge.decode(worker.encode(arrived))

    assert (back.dtype, tuple(back.shape)) == (tensor.dtype, tuple(shape))
    assert back.contiguous().flatten().view(torch.uint8).tolist() == list(raw)


def test_the_judge_holds_a_copy_that_the_worker_cannot_change(sides):
    (_, judge), (worker_arena, worker) = sides
    worker_arena.rewind()
    copy = judge.decode(worker.encode(torch.ones(8)))

    worker_arena.map[worker_arena.half : worker_arena.half + 32] = b"\xff" * 32

    assert torch.equal(copy, torch.ones(8))


def test_an_input_that_is_not_contiguous_arrives_with_its_strides(sides):
    (judge_arena, judge), (_, worker) = sides
    judge_arena.rewind()
    tensor = torch.arange(12.0).view(3, 4).t()

    arrived = worker.decode(judge.encode(tensor))

    assert arrived.stride() == tensor.stride()
    assert torch.equal(arrived, tensor)


def test_a_workers_tensors_are_made_on_its_device_as_they_lie_in_memory(sides):
    (judge_arena, judge), (worker_arena, _) = sides
    elsewhere = ArenaTensors(worker_arena, copy=False, device="meta")  # a device of its own on every machine
    judge_arena.rewind()
    wide = torch.randn(6, 10)
    for sent in (wide, wide.t(), wide[:, :4], wide[::2], torch.zeros(0, 3), torch.tensor(True)):
        arrived = elsewhere.decode(judge.encode(sent))
        assert (arrived.device.type, arrived.dtype, arrived.shape) == ("meta", sent.dtype, sent.shape)
        assert arrived.stride() == sent.stride()


def test_a_numpy_array_stays_on_the_cpu_whatever_the_device(sides):
    (judge_arena, judge), (worker_arena, worker) = sides
    elsewhere = ArenaTensors(worker_arena, copy=False, device="meta")
    judge_arena.rewind()
    worker_arena.rewind()
    back = judge.decode(worker.encode(numpy.arange(4.0)))
    assert elsewhere.decode(judge.encode(back)).tolist() == [0, 1, 2, 3]


def test_a_numpy_array_comes_back_to_the_worker_as_one(sides):
    (_, judge), (_, worker) = sides
    tensor = judge.decode(worker.encode(numpy.arange(3, dtype=numpy.int8)))

    assert isinstance(tensor, torch.Tensor)
    assert isinstance(worker.decode(judge.encode(tensor)), numpy.ndarray)


@pytest.mark.parametrize(
    ("tensor", "told"),
    [
        (torch.eye(3).to_sparse(), "sparse"),
        (torch.ones(3, device="meta"), "meta"),
        (torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8), "quantized"),
        (torch.ones(HALF), "may cross"),
        (torch.ones((1,) * 9), "dimensions"),
        (torch.ones(2, dtype=torch.complex128), "complex128"),
        (numpy.array(["a"]), "numpy array of dtype"),
    ],
)
def test_what_has_no_plain_bytes_is_refused_by_name(sides, tensor, told):
    _, (worker_arena, worker) = sides
    worker_arena.rewind()
    with pytest.raises(Unsendable, match=told):
        worker.encode(tensor)


class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        raise AssertionError("a subclass is never asked")


@pytest.mark.parametrize(
    "tensor",
    [
        torch.nn.Parameter(torch.ones(3)),
        torch.ones(3).as_subclass(Liar),
        torch.ones(1).expand(3),
        torch.ones(3, requires_grad=True) * 1,
        torch._neg_view(-torch.ones(3)),
    ],
)
def test_subclassed_expanded_and_lazy_tensors_become_plain_bytes(sides, tensor):
    (_, judge), (worker_arena, worker) = sides
    worker_arena.rewind()
    plain = judge.decode(worker.encode(tensor))

    assert type(plain) is torch.Tensor
    assert plain.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"dtype": "object"}, {"dtype": ["float32"]}, {"shape": [-1]}, {"shape": [1 << 60]}, {"shape": "3"},
        {"shape": [True]},
        {"at": 0}, {"at": HALF - 4}, {"at": 2 * HALF - 4}, {"at": -4}, {"at": HALF + 1}, {"at": 1.5}, {"at": None},
        {"strides": [1 << 39]}, {"strides": []}, {"shape": [1] * 9}, {"t": "other"},
    ],
)  # fmt: skip
def test_a_forged_header_is_malformed(sides, change):
    (_, judge), _ = sides
    honest = {"t": "tensor", "dtype": "float32", "shape": [3], "at": HALF}
    judge.decode(honest)

    with pytest.raises(Malformed):
        judge.decode(honest | change)


def header(**changes):
    return {"t": "tensor", "dtype": "uint8", "shape": [64], "at": HALF, **changes}


def test_the_judge_takes_no_strides_since_what_lies_between_would_cross_uncounted(sides):
    (_, judge), (_, worker) = sides
    judge.new_message()

    with pytest.raises(Malformed, match="strides"):
        judge.decode(header(strides=[4]))
    assert worker.decode(header(at=0, strides=[4])).stride() == (4,)


def test_tensors_of_one_message_have_room_in_one_half_together(sides):
    (_, judge), _ = sides
    judge.new_message()
    judge.decode(header(shape=[HALF]))

    with pytest.raises(Malformed, match="overlap"):
        judge.decode(header())
    judge.new_message()
    assert judge.decode(header()).shape == (64,)


@pytest.mark.parametrize("shape", [[0] + [2**40 - 1] * 7, [2**40 - 1, 0, 2**40 - 1]])
def test_an_empty_tensor_of_an_impossible_shape_is_malformed(sides, shape):
    (_, judge), _ = sides
    judge.new_message()

    with pytest.raises(Malformed):
        judge.decode(header(shape=shape))
    assert judge.decode(header(shape=[0, 7])).shape == (0, 7)


def test_a_forged_boolean_is_true_or_false(sides):
    (_, judge), (worker_arena, _) = sides
    judge.new_message()
    worker_arena.map[HALF : HALF + 3] = b"\x00\x02\xff"

    assert judge.decode(header(dtype="bool", shape=[3])).view(torch.uint8).tolist() == [0, 1, 1]


def test_the_arena_cannot_be_shrunk_or_grown():
    descriptor = create_descriptor(4096)
    for size in (0, 1 << 20):
        with pytest.raises(OSError):  # noqa: PT011
            os.ftruncate(descriptor, size)
    os.close(descriptor)
