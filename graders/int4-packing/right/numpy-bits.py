"""numpy packs and unpacks single bits: no arithmetic to get wrong, eight bytes a code on the way."""

import numpy as np
import torch


def pack_int4(q):
    codes = (q.cpu().numpy() & 15).astype(np.uint8)
    codes = np.pad(codes, ((0, 0), (0, codes.shape[1] % 2)))
    bits = np.unpackbits(codes[..., None], axis=2)[..., 4:]
    return torch.from_numpy(np.packbits(bits.reshape(len(codes), -1), axis=1))


def unpack_int4(packed, columns):
    bits = np.unpackbits(packed.cpu().numpy(), axis=1)[:, : 4 * columns]
    weights = np.array([-8, 4, 2, 1], dtype=np.int8)
    return torch.from_numpy(bits.reshape(len(bits), columns, 4).astype(np.int8) @ weights)
