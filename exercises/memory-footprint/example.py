"""Public examples of memory-footprint: run with `tutor try memory-footprint`."""

from solution import bits_per_weight, matrix_bytes, model_bytes

# (rows, columns, bits, granularity, scale_bits, zero_point_bits)
SMALL = [
    (2, 5, 4, "tensor", 16, 0),  # 8 bytes: 3 a row, and one scale of 2
    (2, 5, 4, 4, 16, 4),  # 16 bytes: 6 of codes, 4 scales of 2, 4 zero points in 2
    (4096, 4096, 4, 128, 16, 0),  # 8,650,752 bytes, 4.125 bits a weight
]
for matrix in SMALL:
    print(f"{matrix!s:38} {matrix_bytes(*matrix):>12,} bytes {bits_per_weight(*matrix):8.4f} bits a weight")

# GPT-2 small: 124,439,808 parameters. A linear layer is (outputs, inputs); the head is tied.
BLOCK = [
    ("norm", 2, 768),
    ("linear", 2304, 768),
    ("bias", 1, 2304),
    ("linear", 768, 768),
    ("bias", 1, 768),
    ("norm", 2, 768),
    ("linear", 3072, 768),
    ("bias", 1, 3072),
    ("linear", 768, 3072),
    ("bias", 1, 768),
]
GPT2 = [
    ("embedding", 50257, 768),
    ("embedding", 1024, 768),
    *BLOCK * 12,
    ("norm", 2, 768),
    ("tied", 50257, 768),
]
SCHEMES = {
    "float32": (32, 32, None, 0, 0),  # 497,759,232
    "float16": (16, 16, None, 0, 0),  # 248,879,616
    "int8 rows, rest float32": (32, 8, "row", 32, 0),  # 243,287,040
    "int8 rows, rest float16": (16, 8, "row", 16, 0),  # 164,110,848
    "int4 groups of 128, rest float16": (16, 4, 128, 16, 0),  # 122,804,736
}
print("\nGPT-2 small")
for name, scheme in SCHEMES.items():
    print(f"{name:38} {model_bytes(GPT2, *scheme):>12,} bytes")
