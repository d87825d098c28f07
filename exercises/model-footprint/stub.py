"""model-footprint: load a model in 32, 16 and 8 bits, and account for every byte of it."""

from pathlib import Path

import torch
import transformers


def load_model(folder: Path, dtype: str, int8: bool) -> transformers.PreTrainedModel:
    """Loads the causal language model that lies in a folder, ready to predict.

    Args:
        folder: a model as save_pretrained writes it. Nothing can be downloaded.
        dtype: "float32", "float16" or "bfloat16", of everything that is not quantized.
        int8: whether bitsandbytes quantizes the linear layers to 8 bits.
    """
    raise NotImplementedError("load_model is not written yet")


def logits(model: transformers.PreTrainedModel, tokens: torch.Tensor) -> torch.Tensor:
    """What a loaded model says about texts.

    Args:
        model: what load_model returned.
        tokens: int64 [b, t].

    Returns:
        float32, float16 or bfloat16 [b, t, v].
    """
    raise NotImplementedError("logits is not written yet")


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
    raise NotImplementedError("account is not written yet")


def above_half(shape: dict, dtype: str) -> dict[str, int]:
    """What keeps the 8-bit model from being half of the 16-bit one.

    Args:
        shape, dtype: as in account; dtype is that of the 8-bit model.

    Returns:
        For each of the five parts, its bytes in the 8-bit model less half of its bytes in the
        16-bit model; and all bytes of the "scales".
    """
    raise NotImplementedError("above_half is not written yet")
