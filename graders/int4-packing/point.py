"""Where a solution of int4-packing lies on the error–memory map: absmax / 7 in groups, packed by the learner."""

import torch
from error_map import COLUMNS, GROUP, ROWS, frozen_weights, place


def test_point(solution, measure, payload_bytes):
    """Where it lies on the error–memory map"""
    W = frozen_weights()
    groups = W.reshape(ROWS, -1, GROUP)
    scale = (groups.abs().amax(2, keepdim=True) / 7).half()
    packed = solution.pack_int4((groups / scale.float()).round().to(torch.int8).reshape(ROWS, COLUMNS))
    codes = solution.unpack_int4(packed, COLUMNS).reshape(groups.shape)
    bits = 8 * payload_bytes((packed, scale)) / W.numel()
    place(measure, W, (codes * scale.float()).reshape(W.shape), bits)
