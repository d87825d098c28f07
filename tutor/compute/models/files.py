"""Which files make a model: settings, tokenizer and weights in safetensors, and nothing that runs.

Pickles (``pytorch_model.bin``) run code when they are loaded, and ``.py`` files are code: neither is taken.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from fnmatch import fnmatchcase

from tutor.errors import EnvironmentProblem

CONFIG = "config.json"
INDEX = "model.safetensors.index.json"
WHOLE = "model.safetensors"
_SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
_BESIDE = (
    CONFIG,
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "tokenizer.model",
    "spiece.model",
    "sentencepiece.bpe.model",
    "chat_template.jinja",
    "chat_template.json",
    "LICENSE*",
    "NOTICE*",
)


def weight_files(names: Collection[str], where: str) -> list[str]:
    """The files of weights among a folder's ``names``, as transformers chooses: one file, else the shards.

    Raises:
        EnvironmentProblem: there are none that can be taken; the message says what is there instead.
    """
    if WHOLE in names:
        return [WHOLE]
    shards = sorted(name for name in names if _SHARD.fullmatch(name))
    if INDEX in names and shards:
        return shards
    raise _no_weights(names, where)


def small_files(names: Collection[str]) -> list[str]:
    """Settings, tokenizer and licence: all that is taken beside the weights."""
    wanted = [name for name in names if any(fnmatchcase(name, pattern) for pattern in _BESIDE)]
    return sorted([*wanted, INDEX] if WHOLE not in names and INDEX in names else wanted)


def _no_weights(names: Collection[str], where: str) -> EnvironmentProblem:
    step = "Choose a model with a file 'model.safetensors'."
    if any(name.endswith(".gguf") for name in names):
        reason = "It offers GGUF, several files or none alone that can be taken from here"
        step = "Give the path of one GGUF file on this machine: 'tutor model fetch FILE.gguf'."
    elif "adapter_model.safetensors" in names:
        reason = "It is an adapter: a few weights that change another model"
    elif any(name.endswith((".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack")) for name in names):
        reason = "Its weights are not in safetensors, and other formats may run code when they are loaded"
    else:
        reason = "It holds no weights in safetensors"
    return EnvironmentProblem(f"{reason}.", where=where, next_step=step)
