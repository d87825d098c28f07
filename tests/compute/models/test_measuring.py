"""A model measured in a child process: its bytes by module, its perplexity by windows, and an end at any moment."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

import psutil
import pytest

from tutor.compute.models.measuring import Measured, Reading, Working, measure
from tutor.errors import EnvironmentProblem, UsageProblem

ROOT = Path(__file__).resolve().parents[3]
MODEL, TEXT = ROOT / "graders/capstone/model", ROOT / "lessons/evaluation.txt"


async def measured(*schemes: str, reading: Reading, folder: Path = MODEL) -> dict[str, Measured]:
    heard = [told async for told in measure(folder, TEXT, schemes, reading)]
    assert any(isinstance(told, Working) for told in heard)
    return {told.scheme: told for told in heard if isinstance(told, Measured)}


async def test_bytes_are_told_by_module_and_scales_beside_them() -> None:
    came = await measured("fp32", "bf16", "int8", "nf4", reading=Reading(100, 64, 64))
    fp32, bf16, int8, nf4 = (came[scheme] for scheme in ("fp32", "bf16", "int8", "nf4"))
    for one in came.values():
        assert sum(one.parts.values()) == one.footprint
        assert one.predicted == 100
    linear = fp32.parts["Linear"] // 4
    rotary = fp32.parts["LlamaRotaryEmbedding"]  # its frequencies stay in fp32
    assert bf16.footprint - rotary == (fp32.footprint - rotary) // 2
    assert int8.parts["Linear8bitLt"] == linear
    assert nf4.parts["Linear4bit"] == linear // 2
    assert fp32.beside == bf16.beside == 0
    assert int8.beside == 4 * 3 * (
        64 + 2 * 32 + 64 + 2 * 192 + 64
    )  # an fp32 absmax for each output of each layer
    assert nf4.beside >= 4 * linear // 64  # one for each block of 64
    assert fp32.perplexity <= bf16.perplexity * 1.02 < nf4.perplexity * 1.2


async def test_one_window_is_the_cross_entropy_of_its_tokens() -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(MODEL), AutoModelForCausalLM.from_pretrained(MODEL)
    tokens = torch.tensor([tokenizer(TEXT.read_text(encoding="utf-8"), verbose=False).input_ids[:81]])
    with torch.no_grad():
        loss = model.float()(tokens, labels=tokens).loss
    came = await measured("fp32", reading=Reading(80, 128, 128))
    assert math.isclose(came["fp32"].perplexity, math.exp(float(loss)), rel_tol=1e-4)


async def test_a_smaller_stride_gives_each_token_more_before_it() -> None:
    far = (await measured("fp32", reading=Reading(240, 32, 32)))["fp32"]
    near = (await measured("fp32", reading=Reading(240, 32, 4)))["fp32"]
    assert near.predicted == far.predicted == 240
    assert near.perplexity < far.perplexity


async def test_closing_it_ends_the_child() -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    heard = measure(MODEL, TEXT, ["fp32"], Reading(2000, 64, 1))
    assert isinstance(await anext(heard), Working)
    await heard.aclose()
    await asyncio.sleep(0)
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before


async def test_what_cannot_be_measured_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="no scheme 'int3'"):
        await measured("fp32", "int3", reading=Reading())
    with pytest.raises(EnvironmentProblem, match="could not be measured") as problem:
        await measured("fp32", reading=Reading(), folder=tmp_path)
    assert problem.value.where == str(tmp_path)


@pytest.mark.parametrize("reading", [(100, 64, 0), (100, 64, 65), (0, 64, 64)])
def test_a_stride_must_fit_its_window(reading: tuple[int, int, int]) -> None:
    with pytest.raises(UsageProblem, match="stride"):
        Reading(*reading)
