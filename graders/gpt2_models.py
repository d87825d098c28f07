"""Small GPT-2-shaped models with drawn weights: as files that transformers reads, and as the judge's own arithmetic.

Nothing here imports transformers: what a model should answer is computed from its weights alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import save
from torch import Tensor
from vectorwise import int8

Product = Callable[[Tensor, Tensor], Tensor]

HEADS = 4
LINEAR = ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")
ROUNDINGS = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


class SmallModel:
    """A GPT-2 with drawn weights.

    Args:
        draw: where shape and weights come from.
        tied: whether the head is the embedding.
    """

    def __init__(self, draw: Any, *, tied: bool) -> None:
        width = HEADS * draw.integer(12, 20)
        self.shape: dict[str, Any] = {
            "vocab_size": draw.integer(200, 400),
            "n_positions": draw.integer(40, 70),
            "n_embd": width,
            "n_layer": 2,
            "n_inner": None if tied else HEADS * draw.integer(width // 2, 3 * width // 4),
            "tie_word_embeddings": tied,
        }
        self.weights = _drawn_weights(draw, self.shape)

    @cached_property
    def files(self) -> dict[str, Tensor]:
        """What ``from_pretrained`` needs: file name -> u8[n]."""
        config = {
            **self.shape,
            "model_type": "gpt2",
            "architectures": ["GPT2LMHeadModel"],
            "n_head": HEADS,
            "activation_function": "gelu_new",
            "layer_norm_epsilon": 1e-5,
            "bos_token_id": 0,
            "eos_token_id": 0,
            "dtype": "float32",
        }
        parts = {
            "config.json": json.dumps(config).encode(),
            "model.safetensors": save(self.weights, {"format": "pt"}),
        }
        return {name: torch.frombuffer(bytearray(part), dtype=torch.uint8) for name, part in parts.items()}

    def tokens(self, draw: Any, sequences: int, length: int) -> Tensor:
        """i64[sequences, length]: tokens of the model's vocabulary, all as likely."""
        return torch.randint(self.shape["vocab_size"], (sequences, length), generator=draw.generator)

    def logits(self, tokens: Tensor, dtype: str = "float32", *, quantized: bool = False) -> Tensor:
        """f64[b, t, v]: what the model says when every number of it, and every result, is rounded to ``dtype``.

        ``float32`` stands for no rounding at all. ``quantized``: the linear layers multiply in int8.
        """
        rounded = _rounding(dtype)
        w = {name: rounded(weight.double()) for name, weight in self.weights.items()}
        product = _int8_product if quantized else torch.matmul

        def linear(x: Tensor, name: str) -> Tensor:
            return rounded(product(x, w[f"{name}.weight"]) + w[f"{name}.bias"])

        def norm(x: Tensor, name: str) -> Tensor:
            return rounded(F.layer_norm(x, x.shape[-1:], w[f"{name}.weight"], w[f"{name}.bias"]))

        x = rounded(w["transformer.wte.weight"][tokens] + w["transformer.wpe.weight"][: tokens.shape[1]])
        for layer in range(self.shape["n_layer"]):
            at = f"transformer.h.{layer}"
            x = rounded(
                x
                + linear(_attention(linear(norm(x, f"{at}.ln_1"), f"{at}.attn.c_attn")), f"{at}.attn.c_proj")
            )
            inner = F.gelu(linear(norm(x, f"{at}.ln_2"), f"{at}.mlp.c_fc"), approximate="tanh")
            x = rounded(x + linear(rounded(inner), f"{at}.mlp.c_proj"))
        head = w.get("lm_head.weight", w["transformer.wte.weight"])
        return rounded(norm(x, "transformer.ln_f") @ head.T)


def is_linear(name: str) -> bool:
    """Whether a tensor of this name is the weight of a linear layer."""
    return any(name.endswith(f"{layer}.weight") for layer in LINEAR)


def _drawn_weights(draw: Any, shape: dict[str, Any]) -> dict[str, Tensor]:
    width, inner = shape["n_embd"], shape["n_inner"] or 4 * shape["n_embd"]
    weights = {
        "transformer.wte.weight": 0.3 * draw.normal(shape["vocab_size"], width),
        "transformer.wpe.weight": 0.3 * draw.normal(shape["n_positions"], width),
        **_norm(draw, "transformer.ln_f", width),
    }
    for layer in range(shape["n_layer"]):
        at = f"transformer.h.{layer}"
        weights |= _norm(draw, f"{at}.ln_1", width) | _norm(draw, f"{at}.ln_2", width)
        sizes = ((width, 3 * width), (width, width), (width, inner), (inner, width))
        for name, (inputs, outputs) in zip(LINEAR, sizes, strict=True):
            weights[f"{at}.{name}.weight"] = 0.15 * draw.normal(inputs, outputs)
            weights[f"{at}.{name}.bias"] = 0.15 * draw.normal(outputs)
    if not shape["tie_word_embeddings"]:
        weights["lm_head.weight"] = 0.3 * draw.normal(shape["vocab_size"], width)
    return weights


def _norm(draw: Any, name: str, width: int) -> dict[str, Tensor]:
    return {f"{name}.weight": 1 + 0.1 * draw.normal(width), f"{name}.bias": 0.1 * draw.normal(width)}


def _attention(qkv: Tensor) -> Tensor:
    """Causal attention of ``HEADS`` heads, f64[b, t, n], from queries, keys and values side by side."""
    q, k, v = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in qkv.chunk(3, dim=-1))
    return F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(-2)


def _int8_product(x: Tensor, W: Tensor) -> Tensor:
    """x [b, t, h] times W [h, o]: x rounded to int8 by token, W by output."""
    return (int8(x.flatten(0, 1), 1) @ int8(W, 0)).unflatten(0, x.shape[:2])


def _rounding(dtype: str) -> Callable[[Tensor], Tensor]:
    if dtype == "float32":
        return lambda x: x
    return lambda x: x.to(ROUNDINGS[dtype]).double()
