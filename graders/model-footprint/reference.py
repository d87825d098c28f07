"""model-footprint: load a model in 32, 16 and 8 bits, and account for every byte of it."""

from pathlib import Path

import torch
import transformers

BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}


def load_model(folder: Path, dtype: str, int8: bool) -> transformers.PreTrainedModel:
    """Loads the causal language model that lies in a folder, ready to predict.

    Args:
        folder: a model as save_pretrained writes it. Nothing can be downloaded.
        dtype: "float32", "float16" or "bfloat16", of everything that is not quantized.
        int8: whether bitsandbytes quantizes the linear layers to 8 bits.
    """
    # load_in_8bit=True as an argument of from_pretrained is gone; what is asked for is said in a config.
    scheme = transformers.BitsAndBytesConfig(load_in_8bit=True) if int8 else None
    return transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=getattr(torch, dtype), quantization_config=scheme
    )


def logits(model: transformers.PreTrainedModel, tokens: torch.Tensor) -> torch.Tensor:
    """What a loaded model says about texts.

    Args:
        model: what load_model returned.
        tokens: int64 [b, t].

    Returns:
        float32, float16 or bfloat16 [b, t, v].
    """
    with torch.no_grad():
        return model(tokens.to(model.device)).logits


def account(shape: dict, dtype: str, int8: bool) -> dict[str, int]:
    """Where the bytes of a model with the architecture of GPT-2 are.

    Args:
        shape: vocab_size, n_positions, n_embd, n_layer, n_inner (None: 4 · n_embd) and
            tie_word_embeddings, with the meaning that they have in transformers' GPT2Config.
        dtype, int8: as in load_model.

    Returns:
        Bytes of "linear", "biases", "norms", "embeddings", "head"; of "footprint", their sum;
        and of the "scales", which are beside it.
    """
    n, size = shape["n_embd"], BYTES[dtype]
    inner = shape["n_inner"] or 4 * n
    layers = [(n, 3 * n), (n, n), (n, inner), (inner, n)]  # (inputs, outputs) of one block

    weights = shape["n_layer"] * sum(inputs * outputs for inputs, outputs in layers)
    outputs = shape["n_layer"] * sum(outputs for _, outputs in layers)
    norms = 2 * shape["n_layer"] + 1  # two in a block and one at the end, each a weight and a bias
    own_head = not shape["tie_word_embeddings"]  # a tied head is the embedding under a second name

    parts = {
        "linear": weights * (1 if int8 else size),  # the only part that the quantizer touches
        "biases": outputs * size,
        "norms": norms * 2 * n * size,
        "embeddings": (shape["vocab_size"] + shape["n_positions"]) * n * size,
        "head": shape["vocab_size"] * n * size if own_head else 0,
    }
    # One float32 absmax for each output: neither parameter nor buffer, so not in the footprint.
    return {**parts, "footprint": sum(parts.values()), "scales": 4 * outputs if int8 else 0}


def above_half(shape: dict, dtype: str) -> dict[str, int]:
    """What keeps the 8-bit model from being half of the 16-bit one.

    Args:
        shape, dtype: as in account; dtype is that of the 8-bit model.

    Returns:
        For each of the five parts, its bytes in the 8-bit model less half of its bytes in the
        16-bit model; and all bytes of the "scales".
    """
    eight, sixteen = account(shape, dtype, True), account(shape, "float16", False)
    parts = ("linear", "biases", "norms", "embeddings", "head")
    return {**{part: eight[part] - sixteen[part] // 2 for part in parts}, "scales": eight["scales"]}
