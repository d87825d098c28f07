"""Reserves 200 TB and touches a byte in each 2 MB: page tables that no account of memory shows."""
# verdict: passed
# held by: limits

import ctypes
import mmap

libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *([ctypes.c_int] * 3), ctypes.c_long]
NORESERVE_PRIVATE_ANONYMOUS = 0x4022
address = libc.mmap(None, 1 << 40, mmap.PROT_READ, NORESERVE_PRIVATE_ANONYMOUS, -1, 0)
if address not in (None, ctypes.c_void_p(-1).value):
    for step in range(100):
        ctypes.c_char.from_address(address + (step << 21)).value  # noqa: B018
    print("SUCCEEDED in reserving a terabyte")


def halve(x):
    return x / 2


def double(x):
    return x * 2
