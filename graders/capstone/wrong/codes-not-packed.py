"""Four bits a code, and a byte for each."""

import torch

GROUP = 64


# --- which layer gets how many bits -----------------------------------------------------------------


def pick_bits(layers: list[dict], budget_bytes: int) -> list[int]:
    # The head's errors go straight into the probabilities: 8 bits. All others begin with 4.
    bits = [8 if layer["head"] else 4 for layer in layers]
    spent = sum(bytes_of(layer, chosen) for layer, chosen in zip(layers, bits, strict=True))

    # What is left over goes to the smallest layers (keys and values): they cost least.
    smallest_first = sorted(range(len(layers)), key=lambda n: layers[n]["outputs"] * layers[n]["inputs"])
    for n in smallest_first:
        more = bytes_of(layers[n], 8) - bytes_of(layers[n], 4)
        if bits[n] == 4 and spent + more <= budget_bytes:
            bits[n], spent = 8, spent + more
    return bits


def bytes_of(layer: dict, bits: int) -> int:
    groups = -(-layer["inputs"] // GROUP)
    codes = layer["inputs"] if bits == 8 else -(-layer["inputs"] // 2)
    return layer["outputs"] * (codes + 2 * groups) + 64  # and what a payload has beside: names, two numbers


# --- one layer --------------------------------------------------------------------------------------


def quantize_linear(W: torch.Tensor, X_stats: dict) -> dict:
    bits, columns = X_stats["bits"], W.shape[1]
    if bits == 8:
        scale = scales_of(W, 127)
        codes = (W / spread(scale, columns)).round().clamp(-127, 127).to(torch.int8)
    else:
        codes, scale = gptq(W, X_stats["H"])
    return {"codes": codes, "scale": scale, "columns": columns, "bits": bits}


def dequantize_linear(payload: dict) -> torch.Tensor:
    codes, columns = payload["codes"], payload["columns"]
    return codes.float() * spread(payload["scale"], columns)


def scales_of(W: torch.Tensor, most: int) -> torch.Tensor:
    """One scale for each row and group, float16 [o, groups]; 1 for a group of zeros."""
    absmax = torch.stack([group.abs().amax(dim=1) for group in W.split(GROUP, dim=1)], dim=1)
    scale = (absmax / most).half()
    return torch.where(scale > 0, scale, 1.0)


def spread(scale: torch.Tensor, columns: int) -> torch.Tensor:
    """The scale of each weight, float32 [o, columns]."""
    return scale.float().repeat_interleave(GROUP, dim=1)[:, :columns]


# --- what the earlier exercises wrote ---------------------------------------------------------------


def gptq(W: torch.Tensor, H: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Codes int8 [o, i] in -7 ... 7 and scales float16 [o, groups]."""
    columns = W.shape[1]
    W, codes, scales = W.clone(), torch.zeros_like(W, dtype=torch.int8), []
    H = H + 0.01 * H.diagonal().mean() * torch.eye(columns, device=H.device)

    # In float64: inputs of real layers differ so much in size that float32 loses the inverse's positive diagonal.
    U = torch.linalg.cholesky(torch.linalg.inv(H.double()), upper=True).float()
    for begin in range(0, columns, GROUP):
        end = min(begin + GROUP, columns)
        group, errors = W[:, begin:end], torch.zeros_like(W[:, begin:end])
        scales.append(scales_of(group, 7))
        scale = scales[-1][:, 0].float()
        for j in range(begin, end):
            codes[:, j] = (W[:, j] / scale).round().clamp(-7, 7)
            errors[:, j - begin] = (W[:, j] - codes[:, j] * scale) / U[j, j]
            group[:, j - begin + 1 :] -= errors[:, j - begin, None] * U[j, j + 1 : end]

        # Columns beyond the group need not know before it is done: one product instead of a pass for each column.
        W[:, end:] -= errors @ U[begin:end, end:]
    return codes, torch.cat(scales, dim=1)


def pack_int4(q: torch.Tensor) -> torch.Tensor:
    nibbles = (q & 15).to(torch.uint8)
    nibbles = torch.nn.functional.pad(nibbles, (0, q.shape[1] % 2))
    return nibbles[:, 0::2] | nibbles[:, 1::2] << 4


def unpack_int4(packed: torch.Tensor, columns: int) -> torch.Tensor:
    pairs = torch.stack([packed & 15, packed >> 4], dim=2)
    nibbles = pairs.flatten(1)[:, :columns].to(torch.int8)
    return torch.where(nibbles > 7, nibbles - 16, nibbles)
