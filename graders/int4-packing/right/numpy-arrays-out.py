"""numpy arrays are returned as they are: short, and they leave the GPU for good."""

import numpy as np


def pack_int4(q):
    codes = np.asarray(q.cpu()).astype(np.int16) + 8
    odd = np.zeros_like(codes[:, ::2])
    odd[:, : codes.shape[1] // 2] = codes[:, 1::2]
    return (codes[:, ::2] | odd << 4).astype(np.uint8)


def unpack_int4(packed, columns):
    packed = np.asarray(packed)
    both = np.dstack([packed & 15, packed >> 4]).reshape(len(packed), -1)
    return both[:, :columns].astype(np.int8) - np.int8(8)
