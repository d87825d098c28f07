"""The demo of Serving against the checked facts, the judge's own planner, and models that can't fit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.content.demos import module, output

ROOT = Path(__file__).parents[2]
JUDGES = {  # the demo's names and the judge's
    "models": {
        "llama-3-70b": "Llama-3-70B",
        "llama-3-8b": "Llama-3-8B",
        "llama-3.2-1b": "Llama-3.2-1B",
        "llama-3.1-405b": "Llama-3.1-405B",
        "llama-2-13b": "Llama-2-13B",
        "mistral-7b": "Mistral-7B",
        "mistral-nemo": "Mistral-Nemo",
    },
    "gpus": {"a100-80gb": "A100 80GB", "h100-80gb": "H100 SXM", "h200-141gb": "H200", "l4-24gb": "L4"},
}


@pytest.mark.parametrize("kv_bits", [8, 16])
@pytest.mark.parametrize("gpus", [1, 2, 8])
def test_the_demo_plans_as_the_judge_does(gpus: int, kv_bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "graders"))
    import serving_draws as judge

    schemes = {
        "bf16": judge.BF16,
        "bitsandbytes-int8": judge.W8A8,
        "w8a8": judge.W8A8,
        "nf4": judge.NF4,
        "gptq-int4": judge.INT4,
        "awq-int4": judge.INT4_ZEROS,
    }
    demo = module("serving")
    assert set(JUDGES["models"]) == set(demo.MODELS)
    assert set(JUDGES["gpus"]) == set(demo.GPUS)
    assert set(schemes) == set(demo.SCHEMES)
    setup = {
        "gpus": gpus,
        "usable": 0.92,
        "kv_bits": kv_bits,
        "prefill_tokens": 2048,
        "context": 3000,
        "wanted": 25,
    }
    for name, judges_name in JUDGES["models"].items():
        model = judge.MODELS[judges_name]
        for gpu, judges_gpu in JUDGES["gpus"].items():
            card = judge.GPUS[judges_gpu]
            for scheme, judges_scheme in schemes.items():
                plan = demo.Plan(name, gpu, gpus, scheme, kv_bits)
                case = (model, card, setup, judges_scheme)
                assert plan.weights == judge.RIGHT.weight_bytes(model, judges_scheme)
                assert plan.read == judge.RIGHT.read_bytes(model, judges_scheme)
                assert plan.room() == judge.RIGHT.kv_room(*case)
                assert plan.best_batch(3000, 25) == judge.RIGHT.best_batch(*case)
                for batch in (1, 7, 400):
                    rate = judge.RIGHT.rate_of_each(*case, batch)
                    assert plan.each(batch, 3000) == pytest.approx(rate, rel=1e-12)


def test_the_surprise_is_printed() -> None:
    text = output("serving")
    assert "29.1" in re.findall(r"(?m)^   bf16 .*$", text)[0]
    assert re.findall(r"(?m)^   bf16 .* none$", text)
    assert all(float(re.split(r" +", line)[4]) > 50 for line in re.findall(r"(?m)^   \w*-?int[48] .*$", text))


@pytest.mark.parametrize(("gpus", "bound"), [(2, 28.4), (4, 28.4), (1, None)])
def test_the_bound_of_cards_that_read_in_turn_is_that_of_one(gpus: int, bound: float | None) -> None:
    """As the lesson says of LLM.int8() in vLLM, whose 28.9 is without a cache."""
    text = output("serving", "--gpus", str(gpus))
    told = re.findall(r"(?m)^   bitsandbytes-int8: in vLLM .* one stream: ([\d.]+) at best\.$", text)
    assert told == ([] if bound is None else [str(bound)])
    demo = module("serving")
    plan = demo.Plan("llama-3-70b", "a100-80gb", gpus, "bitsandbytes-int8", 16)
    assert plan.each(1, 4096) / gpus == pytest.approx(28.4, abs=0.05)
    assert plan.each(1, 0) / gpus == pytest.approx(28.9, abs=0.05)


def test_no_bound_is_told_of_cards_in_turn_where_nothing_fits() -> None:
    assert "in vLLM" not in output("serving", "--model", "llama-3.1-405b", "--gpu", "l4-24gb")


@pytest.mark.parametrize(
    "arguments", ["", "--batch 4096 --context 131072", "--batch 4096 --model llama-3.1-405b"]
)
def test_the_bars_of_what_fits_begin_in_one_column(arguments: str) -> None:
    text = output("serving", *arguments.split())
    rows = re.findall(r"(?m)^   (?:weights|activations|KV cache|needed|usable) .*$", text)
    assert len(rows) == 5
    assert len({row.index(" GB  ") for row in rows}) == 1, text
    assert max(map(len, text.splitlines())) <= 78


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--gpus 1", "One such stream needs 2 such cards."),
        ("--model llama-3.1-405b --gpu l4-24gb --gpus 1", "One such stream needs"),
        ("--batch 12", "It does not fit: "),
        ("--context 131072 --gpu l4-24gb --gpus 1 --model llama-2-13b", "Nothing fits here."),
    ],
)
def test_what_cannot_fit_is_said(arguments: str, said: str) -> None:
    text = output("serving", *arguments.split())
    assert said in text
    assert "It does not fit: " in text
    assert "2. How fast" not in text, "no rate of what does not fit"
    assert max(map(len, text.splitlines())) <= 78


def test_the_smallest_number_of_cards_is_the_smallest() -> None:
    demo = module("serving")
    options = demo.parse_options(["--model", "llama-3.1-405b"])
    for scheme in demo.SCHEMES:
        cards = demo.cards_needed(options, scheme)
        assert demo.Plan("llama-3.1-405b", "a100-80gb", cards, scheme, 16).streams(4096) >= 1
        assert demo.Plan("llama-3.1-405b", "a100-80gb", cards - 1, scheme, 16).streams(4096) == 0
