"""serving-plan: the judge's planner against published parameter counts, the checked facts, and its own ideas."""

from __future__ import annotations

import importlib
import importlib.util
import re
from typing import Any

import pytest

from tests.content.exercises import ROOT, example, exercise, reference
from tests.content.lesson_text import sources
from tutor.grading.draw import Draw

PARAMETERS = {  # of the published checkpoints
    "Llama-3-70B": 70_553_706_496,
    "Llama-3-8B": 8_030_261_248,
    "Llama-3.1-405B": 405_853_388_800,
    "Llama-3.2-1B": 1_235_814_400,
    "Llama-3.2-3B": 3_212_749_824,
    "Llama-2-7B": 6_738_415_616,
    "Llama-2-13B": 13_015_864_320,
    "Llama-2-70B": 68_976_648_192,
    "Mistral-7B": 7_241_732_096,
    "Mistral-Nemo": 12_247_782_400,
    "Mistral-Large": 122_610_069_504,
    "Yi-34B": 34_388_917_248,
    "TinyLlama": 1_100_048_384,
    "SmolLM2-135M": 134_515_008,
    "SmolLM2-1.7B": 1_711_376_384,
}


@pytest.fixture(autouse=True)
def graders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the modules that hidden checks share importable, as the judge does."""
    monkeypatch.syspath_prepend(str(ROOT / "graders"))
    monkeypatch.syspath_prepend(str(ROOT / "graders" / "serving-plan"))


def shared(name: str) -> Any:
    return importlib.import_module(name)


def test_weights_are_the_published_parameters() -> None:
    draws = shared("serving_draws")
    assert {
        name: draws.RIGHT.weight_bytes(model, draws.BF16) / 2 for name, model in draws.MODELS.items()
    } == (PARAMETERS)


def test_the_checked_facts_come_out() -> None:
    draws = shared("serving_draws")
    model, a100 = draws.MODELS["Llama-3-70B"], draws.GPUS["A100 80GB"]
    stored, bound = sources()["llama3-70b-bytes"]["value"], sources()["llama3-70b-decode-bound"]["value"]
    names = {
        "bf16": draws.BF16,
        "int8 per channel": draws.W8A8,
        "int4 g128 (16-bit scale, 4-bit zero)": draws.INT4_ZEROS,
        "int4 g128 symmetric (16-bit scale)": draws.INT4,
        "NF4 (32-bit absmax per 64)": draws.NF4,
    }
    for name, scheme in names.items():
        assert draws.RIGHT.weight_bytes(model, scheme) == stored[name]
        read = bound[name]["read per token (GB)"]
        assert draws.RIGHT.read_bytes(model, scheme) / 1e9 == pytest.approx(read, abs=0.006)
        for gpus in (1, 2):
            setup = {"gpus": gpus, "kv_bits": 16}
            seconds = draws.RIGHT.step_seconds(model, a100, setup, scheme, 1, 0)
            told = float(str(bound[name][f"{gpus} GPU{'s' * (gpus > 1)}"]).split(" ")[0])
            assert 1 / seconds == pytest.approx(told, abs=0.06)
    kv = sources()["llama3-70b-kv"]["value"]
    assert draws.RIGHT.kv_bytes(model, 16, 1) == kv["per token"]
    assert draws.RIGHT.kv_bytes(model, 16, 8192) == kv["8,192 tokens"]
    setup = {"gpus": 2, "usable": 0.92, "kv_bits": 16, "prefill_tokens": 0}
    assert draws.RIGHT.kv_room(model, a100, setup, draws.BF16) == 47781
    assert draws.RIGHT.kv_room(model, a100, setup, draws.INT4_ZEROS) == 357045
    ridge = sources()["hw-ridge-points"]["value"]["A100 SXM bf16"]
    assert a100["bf16_tflops"] * 1e12 / (a100["bandwidth_gb_s"] * 1e9) == pytest.approx(ridge, abs=0.5)


def test_the_reference_and_the_judge_agree_on_drawn_plans() -> None:
    checks, right, judge = shared("test_serving_plan"), reference("serving-plan"), shared("serving_judge")
    draw = Draw(11, "agree")
    drawn = [case for case in (checks.drawn_plan(draw) for _ in range(150)) if case]
    assert len(drawn) > 20
    for case in drawn:
        assert judge.same(right.plan(*case), judge.RIGHT.plan(*case), 1e-9)
        assert right.kv_room(*case[:3], case[3][0]) == judge.RIGHT.kv_room(*case[:3], case[3][0])


@pytest.mark.parametrize("seed", range(8))
def test_every_idea_is_drawn_and_told_at_any_seed(seed: int) -> None:
    """``telling`` raises where it finds no draw on which an idea shows."""
    checks, judge = shared("test_serving_plan"), shared("serving_judge")
    draw = Draw(seed, "ideas")
    fits = judge.telling(lambda: checks.drawn_room(draw, True), checks.asking_room, checks.ROOM, least=8)
    plans = judge.telling(lambda: checks.drawn_plan(draw), checks.asking_plan, checks.CHOICE, least=10)
    assert len(fits) <= 12
    assert len(plans) <= 16


def test_ideas_are_those_of_the_exercise_and_each_has_a_wrong_solution() -> None:
    named = {name for name, _ in shared("serving_judge").IDEAS}
    assert named == {one.id for one in exercise("serving-plan").misconceptions}
    wrong = {path.stem.split("--")[0] for path in (ROOT / "graders" / "serving-plan" / "wrong").glob("*.py")}
    assert wrong == named


def test_no_two_ideas_answer_alike() -> None:
    """Over all functions, two ideas of different names never give the same answers."""
    checks, judge, draws = shared("test_serving_plan"), shared("serving_judge"), shared("serving_draws")
    draw = Draw(3, "distinct")
    plans = judge.telling(lambda: checks.drawn_plan(draw), checks.asking_plan, checks.CHOICE, least=10)
    steps = [(*case[:3], case[3][0], new, 500 * new) for case in plans for new in (1, 64, 4096)]
    none = judge.telling(
        lambda: checks.drawn_room(draw, False), checks.asking_room, ["no-fit-gets-a-number"], least=3
    )
    answers: dict[str, str] = {}
    for name, planner in judge.IDEAS:
        models = draws.MODELS.values()
        given = [planner.weight_bytes(m, s) for m in models for s in (draws.BF16, draws.INT4_ZEROS)]
        given += [planner.read_bytes(m, draws.NF4) for m in models]
        given += [planner.kv_bytes(m, bits, 9) for m in models for bits in (8, 16)]
        given += [planner.kv_room(*case[:3], case[3][0]) for case in plans]
        given += [planner.kv_room(*case) for case in none]
        given += [planner.step_seconds(*case) for case in steps]
        given += [planner.plan(*case) for case in plans]
        given += [planner.plan(*case[:3], [case[3]]) for case in none]
        assert answers.setdefault(repr(given), name) == name


def test_the_example_prints_what_brief_and_comments_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = example("serving-plan", monkeypatch)
    text, brief = printed, " ".join(exercise("serving-plan").brief.split())
    table = brief.partition("## Example")[2]
    for number in re.findall(r"\d[\d,]*\d(?:\.\d+)?", table.partition("16-bit scales")[2]):
        plain = number.replace(",", "")
        assert number in text or plain in text or number in {"16", "128", "0.92"}, number
    assert "bf16 alone: None" in text


def test_the_brief_keeps_to_its_lines() -> None:
    lines = exercise("serving-plan").brief.splitlines()
    assert len(lines) <= 60
    assert exercise("serving-plan").requires == ("memory-footprint", "model-footprint")
