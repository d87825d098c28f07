"""Public examples of int4-packing: run with `tutor try int4-packing`."""

import torch
from solution import pack_int4, unpack_int4

q = torch.tensor([[3, -2, 7], [-8, -1, 0]], dtype=torch.int8)
packed = pack_int4(q)
print("packed", packed.dtype, list(packed.shape))  # torch.uint8 [2, 2]
print("bytes ", packed.tolist())  # [[227, 7], [248, 0]] with the first code in the low nibble

back = unpack_int4(packed, 3)
print("back  ", back.dtype, back.tolist())  # torch.int8 [[3, -2, 7], [-8, -1, 0]]
print("same  ", torch.equal(back, q))  # True
print("before", q.numel() * q.element_size(), "bytes, after", packed.numel() * packed.element_size())
