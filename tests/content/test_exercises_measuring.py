"""The judges of perplexity and model-footprint agree with torch, transformers and bitsandbytes."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.content.exercises import ROOT, example, exercise, loaded, wrong_ideas
from tutor.grading.draw import Draw

pytestmark = pytest.mark.usefixtures("graders")

GPT2 = {
    "vocab_size": 50257,
    "n_positions": 1024,
    "n_embd": 768,
    "n_layer": 12,
    "n_inner": None,
    "tie_word_embeddings": True,
}


@pytest.mark.parametrize("id", ["perplexity", "model-footprint"])
def test_the_example_prints_for_the_reference_what_its_comments_promise(
    id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (ROOT / "exercises" / id / "example.py").read_text("utf-8")
    promised = re.findall(r"\)  # ([\d.]+)$", source, flags=re.MULTILINE)
    printed = example(id, monkeypatch)
    assert len(promised) >= 2
    for number in promised:
        assert number in printed


def draws(name: str, count: int) -> list[Draw]:
    return [Draw(seed, name) for seed in range(count)]


# --- perplexity ---------------------------------------------------------------------------------


def batches() -> list[Any]:
    from likelihoods import Batch, drawn_batch, far_apart, padded, strided, with_rare_tokens

    found = []
    for draw in draws("batches", 3):
        plain = drawn_batch(draw, 3, 9, 20)
        shifted = Batch(plain.logits + 1e4, plain.tokens)
        found += [plain, shifted, padded(draw, plain), strided(padded(draw, plain))]
        found += [far_apart(draw, 2e4), padded(draw, with_rare_tokens(draw, 120.0))]
    return found


def test_the_judges_perplexity_is_that_of_cross_entropy() -> None:
    from likelihoods import perplexity_of

    for batch in batches():
        targets = batch.tokens[:, 1:].masked_fill(~batch.real[:, 1:], -100)
        logits = batch.logits[:, :-1].double().transpose(1, 2)
        loss = torch.nn.functional.cross_entropy(logits, targets, ignore_index=-100)
        assert perplexity_of(batch) == pytest.approx(math.exp(loss), rel=1e-9)
        assert math.exp(loss) < 1e30  # as the brief promises


def test_the_judges_perplexity_is_that_of_transformers_loss() -> None:
    from likelihoods import Batch, perplexity_of
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    config = GPT2Config(vocab_size=90, n_positions=32, n_embd=16, n_layer=2, n_head=2, initializer_range=0.5)
    model = GPT2LMHeadModel(config).eval()
    tokens = torch.randint(90, (3, 20))
    mask = torch.arange(20)[None] < torch.tensor([20, 12, 5])[:, None]
    with torch.no_grad():
        out = model(tokens, labels=tokens.masked_fill(~mask, -100))
    assert perplexity_of(Batch(out.logits, tokens, mask)) == pytest.approx(math.exp(out.loss), rel=1e-5)


def test_it_is_that_of_transformers_loss_on_the_real_model(real_model: Path) -> None:
    from likelihoods import Batch, perplexity_of
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokens_of_text = 96
    model = AutoModelForCausalLM.from_pretrained(real_model, dtype=torch.float32)
    ids = AutoTokenizer.from_pretrained(real_model)(
        exercise("perplexity").brief, return_tensors="pt"
    ).input_ids
    tokens = ids[0, : 2 * tokens_of_text].view(2, -1)
    mask = torch.arange(tokens_of_text)[None] < torch.tensor([[tokens_of_text], [tokens_of_text // 2]])
    with torch.no_grad():
        out = model(tokens, labels=tokens.masked_fill(~mask, -100))
    exact = perplexity_of(Batch(out.logits, tokens, mask))
    assert exact == pytest.approx(math.exp(out.loss), rel=1e-4)
    came = loaded(ROOT / "graders" / "perplexity" / "reference.py", "solution").perplexity(
        out.logits, tokens, mask
    )
    assert came == pytest.approx(exact, rel=1e-5)
    assert 2 < exact < 1000


def test_every_batch_that_a_check_draws_tells_the_ideas_apart_that_it_is_for() -> None:
    from perplexity_suspects import tells_apart

    checks = loaded(ROOT / "graders" / "perplexity" / "test_perplexity.py", "perplexity_checks")
    from likelihoods import drawn_batch, padded

    for draw in draws("apart", 10):
        ideas = (*checks.ALIGNMENTS, *checks.MASKS, *checks.BY_SEQUENCE)
        batch = checks.telling(lambda d=draw: padded(d, drawn_batch(d, 5, 11, 40)), ideas)
        assert tells_apart(batch, ideas)


def test_every_idea_about_perplexity_is_a_misconception_of_the_exercise_and_has_a_file() -> None:
    from perplexity_suspects import UNSTABLE, suspects

    ids = {one.id for one in exercise("perplexity").misconceptions}
    ideas = {idea for batch in batches() for idea, _ in suspects(batch)} | set(UNSTABLE)
    assert ideas == ids == wrong_ideas("perplexity")


def test_the_losses_of_the_perplexity_brief_are_computed() -> None:
    brief = exercise("perplexity").brief
    losses = [-math.log(p) for p in (0.5, 0.25, 0.8)]
    for loss in losses:
        assert f"| {loss:.3f} |" in brief
    assert f"{sum(losses):.3f} / 3 = {sum(losses) / 3:.3f}" in brief
    assert f"{math.exp(sum(losses) / 3):.4f}, the cube root of 10" in brief
    assert f"{math.exp((sum(losses) - math.log(0.1)) / 4):.4f}" in brief
    assert f"{10 ** (1 / 3):.4f}" == f"{math.exp(sum(losses) / 3):.4f}"


# --- model-footprint ----------------------------------------------------------------------------


def folder_of(small: Any, place: Path) -> Path:
    place.mkdir()
    for name, content in small.files.items():
        (place / name).write_bytes(content.numpy().tobytes())
    return place


@pytest.mark.parametrize("tied", [True, False])
def test_the_judges_model_says_what_transformers_and_bitsandbytes_say(tied: bool, tmp_path: Path) -> None:
    from gpt2_accounts import count
    from gpt2_models import ROUNDINGS, SmallModel
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    checks = loaded(ROOT / "graders" / "model-footprint" / "test_model_footprint.py", "footprint_checks")
    draw = Draw(5, "models")
    small = SmallModel(draw, tied=tied)
    folder = folder_of(small, tmp_path / "model")
    tokens = small.tokens(draw, 3, 24)
    exact = small.logits(tokens)
    for dtype in ROUNDINGS:
        for int8 in (False, True):
            scheme = BitsAndBytesConfig(load_in_8bit=True) if int8 else None
            model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, quantization_config=scheme)
            with torch.no_grad():
                error = float((model(tokens).logits.double() - exact).norm())
            assert model.get_memory_footprint() == count(small.shape, dtype, int8)["footprint"]
            if dtype == "float32" and not int8:
                assert error < 0.1 * checks.EXACT * float(exact.norm())
            else:
                own = float((small.logits(tokens, dtype, quantized=int8) - exact).norm())
                assert 1.4 * checks.QUANTIZED_FACTOR < error / own < 0.8 * checks.ERROR_FACTOR


def test_the_scales_beside_the_footprint_are_what_bitsandbytes_keeps(tmp_path: Path) -> None:
    from gpt2_accounts import count
    from gpt2_models import SmallModel
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    small = SmallModel(Draw(6, "models"), tied=True)
    folder = folder_of(small, tmp_path / "model")
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype="float16", quantization_config=BitsAndBytesConfig(load_in_8bit=True)
    )
    scales = sum(
        tensor.numel() * tensor.element_size()
        for name, tensor in model.state_dict().items()
        if name.endswith("SCB")
    )
    assert scales == count(small.shape, "float16", True)["scales"] > 0
    assert not list(model.named_buffers())


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("inner", [None, 1000])
def test_the_judges_count_is_that_of_a_model_without_memory(tied: bool, inner: int | None) -> None:
    from gpt2_accounts import PARTS, count
    from transformers import GPT2Config, GPT2LMHeadModel

    shape = {**GPT2, "tie_word_embeddings": tied, "n_inner": inner}
    with torch.device("meta"):
        model = GPT2LMHeadModel(GPT2Config(**shape))
    assert model.get_memory_footprint() == count(shape, "float32", False)["footprint"]
    assert sum(count(shape, "bfloat16", False)[part] for part in PARTS) == model.get_memory_footprint() / 2


def test_the_old_argument_is_gone(tmp_path: Path) -> None:
    from gpt2_models import SmallModel
    from transformers import AutoModelForCausalLM

    folder = folder_of(SmallModel(Draw(7, "models"), tied=True), tmp_path / "model")
    with pytest.raises(TypeError, match="load_in_8bit"):
        AutoModelForCausalLM.from_pretrained(folder, load_in_8bit=True)


def test_no_two_ideas_about_the_account_are_the_same_on_what_a_check_draws() -> None:
    from gpt2_accounts import SIZES, above_half_ideas, count, ideas

    checks = loaded(ROOT / "graders" / "model-footprint" / "test_model_footprint.py", "footprint_checks")
    kinds = ((True, False), (False, False), (True, True), (False, True))
    for draw in draws("shapes", 5):
        shapes = [checks.drawn_shape(draw, tied=tied, inner=inner) for tied, inner in kinds]
        schemes = [(shape, dtype, int8) for shape in shapes for dtype in SIZES for int8 in (False, True)]
        told: dict[str, str] = {repr([count(*scheme) for scheme in schemes]): "right"}
        for idea, by in ideas():
            counts = repr([{**count(*scheme), **by(*scheme)} for scheme in schemes])
            first = told.setdefault(counts, idea)
            assert first == idea or not (first and idea)  # "" is for what can't be told from another idea
    names = {idea for idea, _ in (*ideas(), *above_half_ideas(GPT2, "float32")) if idea}
    assert names <= {one.id for one in exercise("model-footprint").misconceptions}


def test_the_bytes_of_the_footprint_brief_are_counted() -> None:
    from gpt2_accounts import above_half, count

    brief = " ".join(exercise("model-footprint").brief.split())
    for scheme in (("float32", False), ("float16", False), ("float32", True)):
        counted = count(GPT2, *scheme)
        cells = [counted[part] for part in ("linear", "biases", "norms", "embeddings", "footprint", "scales")]
        assert " | ".join(f"{cell:,}" for cell in cells) in brief
    above = above_half(GPT2, "float32")
    cells = [f"{above[part]:,.0f}" for part in ("linear", "biases", "norms", "embeddings")]
    assert " | ".join([*cells, "", f"{above['scales']:,.0f}"]).replace("|  |", "| |") in brief
    assert sum(above[part] for part in ("linear", "biases", "norms", "embeddings", "head")) == (
        count(GPT2, "float32", True)["footprint"] - count(GPT2, "float16", False)["footprint"] / 2
    )


def test_the_ratios_of_the_footprint_notice_are_counted() -> None:
    from gpt2_accounts import count

    notice = exercise("model-footprint").notice
    sixteen = count(GPT2, "float16", False)["footprint"]
    assert f"{sixteen / count(GPT2, 'float32', True)['footprint']:.2f}×" in notice
    assert f"{sixteen / count(GPT2, 'float16', True)['footprint']:.2f}×" in notice
    assert f"{count(GPT2, 'float16', True)['scales']:,} bytes" in notice
    told = float(re.findall(r"it is (1\.\d+)", notice)[0])
    assert told == pytest.approx(269_030_272 / 162_861_952, abs=5e-3)  # lessons/sources.yaml
