"""The numbers that the exercise kv-cache states are computed here, and its checks tried."""

from __future__ import annotations

import math
import re

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from tests.content import exercises
from tests.content.exercises import ROOT, example, loaded, one_line, reference
from tutor.course.models import Exercise
from tutor.grading.draw import Draw

pytestmark = pytest.mark.usefixtures("graders")

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return exercises.exercise("kv-cache")


# --- brief, example, messages -------------------------------------------------------------------


def test_the_example_prints_for_the_reference_what_its_comments_promise(
    exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(exercise.brief.rstrip().splitlines()) <= 60
    file = ROOT / "exercises" / "kv-cache" / "example.py"
    printed = example("kv-cache", monkeypatch)
    promised = re.findall(r"\)  # (\[.*\]|\d+)$", file.read_text("utf-8"), flags=re.MULTILINE)
    assert len(promised) == 5
    for line in promised:
        assert line in printed


def test_the_brief_computes_what_the_reference_does(exercise: Exercise) -> None:
    brief = one_line(exercise.brief)
    scores = [0.51 / math.sqrt(2), 2.54 / math.sqrt(2)]
    assert "{:.3f} and {:.3f}, the weights".format(*scores) in brief
    weight = 1 / (1 + math.exp(scores[1] - scores[0]))
    assert f"{weight:.3f} and {1 - weight:.3f}" in brief
    first = weight * 127 / 127 + (1 - weight) * 10 * 0.635 / 127
    second = weight * -16 / 127 + (1 - weight) * 0.635
    assert f"The result is {first:.4f}, {second:.4f}" in brief


def test_the_figures_about_llama_are_computed(exercise: Exercise) -> None:
    count = reference("kv-cache").cache_bytes
    in_16_bits = 2 * 80 * 8 * 128 * 2
    assert f"{in_16_bits:,} bytes a token in 16 bits" in one_line(exercise.brief)
    assert f"{count(80, 64, 8, 128, 1, 1, 4):,} bytes a token with float32 scales" in one_line(exercise.brief)
    notice = one_line(exercise.notice)
    assert f"2 · 80 · 8 · 128 · 2 = {in_16_bits:,} bytes" in notice
    assert f"float16 scales {count(80, 64, 8, 128, 1, 1, 2):,}" in notice
    assert 64 // 8 == 8  # "eight times as much", "an eighth"
    assert [f"{share:.1%}" for share in (2 / 128, 4 / 128)] == ["1.6%", "3.1%"]  # "2 or 3 %"
    assert 128 * (1 + 2) > 128 * 2  # a scale for every number
    assert float(torch.tensor(88.0).exp()) < math.inf == float(torch.tensor(89.0).exp())


# --- yardsticks and draws -----------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_attention_is_that_of_torch(seed: int) -> None:
    from kv_attention import asked  # type: ignore[import-not-found]

    drawn = asked(Draw(seed, "torch"), 5, 17, 3, 2, 8)
    Q, K, V = (A.double().transpose(0, 1) for A in (drawn.Q, drawn.K, drawn.V))
    visible = torch.ones(5, 17, dtype=torch.bool).tril(12)
    ours = drawn.exact.transpose(0, 1)
    theirs = scaled_dot_product_attention(Q, K, V, attn_mask=visible, enable_gqa=True)
    assert torch.allclose(ours, theirs, rtol=1e-9)


def test_the_yardstick_rounds_every_key_by_itself() -> None:
    from kv_attention import on_grid, vectors

    A = vectors(Draw(3, "grid"), 6, 3, 9)
    back = on_grid(A)
    for token in range(6):
        for head in range(3):
            numbers = A[token, head].double().tolist()
            step = max(map(abs, numbers)) / 127
            assert back[token, head].tolist() == pytest.approx([round(n / step) * step for n in numbers])


@pytest.mark.parametrize("seed", SEEDS)
def test_right_grids_keep_far_from_the_limit_and_coarse_ones_beyond(seed: int) -> None:
    from kv_attention import asked, attention, on_grid

    limit = loaded(ROOT / "graders" / "kv-cache" / "test_kv_cache.py", "checks").ERROR_FACTOR
    draw = Draw(seed, "margins")
    ratios: dict[str, list[float]] = {"127": [], "127.5": [], "cut off": [], "seven bits": []}
    for _ in range(2):
        drawn = asked(draw, 5, 48, 6, 1, 32)
        grids = {
            "127": (on_grid(drawn.K), on_grid(drawn.V)),
            "127.5": (on_grid(drawn.K, 127.5), on_grid(drawn.V, 127.5)),
            "cut off": (on_grid(drawn.K, rounding=torch.trunc), on_grid(drawn.V, rounding=torch.trunc)),
            "seven bits": (on_grid(drawn.K, 63.0), on_grid(drawn.V, 63.0)),
        }
        for name, (K, V) in grids.items():
            ratios[name].append(drawn.error_of(attention(drawn.Q, K, V)) / drawn.yardstick_error)
    mean = {name: math.hypot(*values) / len(values) ** 0.5 for name, values in ratios.items()}
    assert max(mean["127"], mean["127.5"]) < 0.85 * limit
    assert min(mean["cut off"], mean["seven bits"]) > 1.1 * limit


def test_peaks_are_beyond_what_float32_can_raise() -> None:
    from kv_attention import peaked

    drawn = peaked(Draw(1, "peak"), 14, 4, 32)
    scores = torch.einsum("hd,thd->ht", drawn.Q[0], drawn.K) / 32**0.5
    assert bool((scores.max(dim=1).values > 150).all())
    assert bool((scores.sort(dim=1).values[:, -2] < scores.max(dim=1).values - 50).all())


# --- suspects -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_every_suspect_names_itself_and_the_yardstick_none(seed: int) -> None:
    import kv_suspects as suspects  # type: ignore[import-not-found]
    from kv_attention import asked, attention, on_grid

    drawn = asked(Draw(seed, "suspects"), 6, 20, 3, 2, 16)
    named = set()
    ideas = (*suspects._wrong_attention(drawn), *list(suspects._wrong_rounding(drawn))[::7])
    for idea, wrong in ideas:
        thought = suspects.thought_of_attention(drawn, wrong.float())
        assert thought in (idea, None)
        named.add(thought)
    assert len(named - {None}) >= 15
    right = attention(drawn.Q, on_grid(drawn.K), on_grid(drawn.V)).float()
    assert suspects.thought_of_attention(drawn, right) is None


def test_bytes_are_counted_and_wrong_counts_named() -> None:
    from kv_suspects import right_bytes, thought_of_bytes

    shape = (13, 15, 3, 80, 777, 5, 2)
    assert reference("kv-cache").cache_bytes(*shape) == right_bytes(*shape)
    vector = 80 + 2
    assert right_bytes(*shape) == 13 * 3 * 777 * 5 * (vector + vector)
    assert thought_of_bytes(right_bytes(*shape), *shape) is None
    assert thought_of_bytes(right_bytes(*shape) // 2, *shape) == "keys-or-values-only"
    assert thought_of_bytes(right_bytes(13, 15, 15, 80, 777, 5, 2), *shape) == "query-heads-counted"
    assert thought_of_bytes(2 * 13 * 3 * 777 * 5 * 80, *shape) == "scales-forgotten"
    assert thought_of_bytes(123, *shape) is None
