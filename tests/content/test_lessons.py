"""Every figure that a lesson states is computed or comes from a source; its form keeps to the rules."""

from __future__ import annotations

import io
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml
from rich.console import Console
from rich.markdown import Markdown

from tests.content import (
    claims_bits,
    claims_capstone,
    claims_four_bits,
    claims_measuring,
    claims_outliers,
    claims_scales,
    claims_serving,
    claims_speed,
    claims_training,
    claims_what_came_after,
)
from tests.content.claims import (
    Cited,
    Claim,
    Given,
    Printed,
    Said,
    cited,
    more_than,
    paper,
    said,
    source,
)
from tests.content.demos import output
from tests.content.lesson_text import (
    CITATION,
    CLOSING,
    FOLDERS,
    LESSONS,
    NUMBER,
    PROJECT,
    WITH_DEMO,
    WITH_QUIZ,
    lesson,
    numbers,
    passages,
    quiz,
    rounds_to,
    sources,
)
from tests.content.quantities import reported, words, worth
from tutor.course import load_content
from tutor.paths import ContentRoot
from tutor.quiz import prove_items

PASSAGES = [(id, name) for id in FOLDERS for name in passages(id)]
STEPS = [(id, step.id) for id in FOLDERS for step in lesson(id).steps]


CLAIMS = {
    "bits": claims_bits,
    "scales": claims_scales,
    "measuring": claims_measuring,
    "outliers": claims_outliers,
    "four-bits": claims_four_bits,
    "training": claims_training,
    "speed": claims_speed,
    "serving": claims_serving,
    "capstone": claims_capstone,
    "what-came-after": claims_what_came_after,
}


@cache
def claims_of(id: str) -> dict[str, list[Claim]]:
    return CLAIMS[id].claims(output)


def stated(id: str, name: str) -> set[str]:
    """Whatever in a passage has to be founded: its numbers, and what is said in words."""
    return numbers(passages(id)[name]) | words(passages(id)[name])


def covers(claim: Claim, token: str) -> bool:
    if isinstance(claim, Given):
        return claim.token == token
    if not NUMBER.fullmatch(token):
        return False
    if isinstance(claim, Printed):
        return token in claim.tokens
    return rounds_to(float(claim), token)


@pytest.mark.parametrize(("id", "name"), PASSAGES)
def test_each_number_is_computed_or_cited(id: str, name: str) -> None:
    known = claims_of(id).get(name, [])
    unfounded = {t for t in stated(id, name) if not any(covers(claim, t) for claim in known)}
    assert not unfounded, f"{id}/{name} states numbers that nothing stands behind: {sorted(unfounded)}"


@pytest.mark.parametrize(("id", "name"), PASSAGES)
def test_no_claim_is_stale(id: str, name: str) -> None:
    known, tokens = claims_of(id).get(name, []), stated(id, name)
    stale = [claim for claim in known if not any(covers(claim, t) for t in tokens)]
    assert not stale, f"{id}/{name} no longer states {stale}"


def premises(id: str, name: str) -> set[str]:
    """The numbers of a passage that only an example's inputs stand behind."""
    known = claims_of(id).get(name, [])
    others = [claim for claim in known if type(claim) is not Given]
    return {t for t in numbers(passages(id)[name]) if not any(covers(claim, t) for claim in others)}


@pytest.mark.parametrize(("id", "name"), PASSAGES)
def test_no_reported_figure_is_merely_given(id: str, name: str) -> None:
    """Beside a citation a quantity is computed or stands in a source; so do all papers' years and numbers."""
    papers = {t for t in premises(id, name) if re.fullmatch(r"\d{4}\.\d{4,5}|20[0-2]\d", t)}
    found = papers | reported(passages(id)[name]) & premises(id, name)
    assert not found, f"{id}/{name} gives {sorted(found)}, which somebody measured or wrote"


@pytest.mark.parametrize("id", FOLDERS)
def test_claims_are_made_for_passages_that_exist(id: str) -> None:
    assert set(claims_of(id)) == set(passages(id))


def test_a_number_without_a_claim_is_found() -> None:
    text = "12.5 GB [hw-a100-80], fp16, 8-bit, 7B, 10⁹ and −3 of 1,234; Llama-3-70B has 3.4e38.\n1. A list"
    assert numbers(text) == {"12.5", "−3", "1,234", "3.4e38"}
    assert not rounds_to(12.44, "12.5")
    assert rounds_to(12.46, "12.5")
    assert rounds_to(3.3895e38, "3.4e38")


def test_shares_and_multiples_in_words_are_found() -> None:
    text = "Half the bytes, two\nthirds of it, twelvefold or 2-fold, four times; half a step, double quantization."
    assert words(text) == {"half", "two thirds", "twelvefold", "2-fold", "four times"}
    assert [worth(w) for w in ("halves", "twice", "two thirds", "an eighth", "16-fold")] == [
        0.5,
        2,
        2 / 3,
        1 / 8,
        16,
    ]
    assert said("a third", 0.35, 0.31) == Said("a third")
    assert more_than("twice", 2.4) == Said("twice")
    for wrong in (lambda: said("half", 0.5, 0.56), lambda: more_than("twice", 1.9)):
        with pytest.raises(AssertionError):
            wrong()


def test_a_quantity_beside_a_citation_is_found() -> None:
    text = "Of 3 GB:\n\n| 2.6 times |\n\nIt takes 50 % [hqq], 4 bits.\n\nA layer of 7 GB\nand 12 ms [aqlm]:\n\n9×"
    assert reported(text) == {"50", "7", "12", "9"}


def test_a_figure_that_its_source_does_not_hold_is_refused() -> None:
    assert cited("kivi", "2.6 128") == [Cited("2.6"), Cited("128")]
    assert paper("hqq", "2023")
    with pytest.raises(AssertionError, match=r"kivi holds no \['2\.7'\]"):
        cited("kivi", "2.6 2.7", "peak memory incl. weights")
    with pytest.raises(AssertionError, match="hqq holds no"):
        paper("hqq", "50")


def test_a_quiz_draws_reported_figures_from_their_source() -> None:
    """What a question computes its numbers from stands in no text."""
    speeds, quip = source("llmint8-speed-gpt3-sizes"), source("quip-sharp")
    at = dict(zip(speeds["model dim"], speeds["LLM.int8()"], strict=True))
    drawn = {
        item.id: {name: [float(n) for n in re.findall(r"\d+\.\d+", str(e))] for name, e in item.let.items()}
        for id in WITH_QUIZ
        for item in quiz(id).items
    }
    assert [of["speed"] for of in drawn.values() if "speed" in of] == [[at[1024], at[4096]]]
    assert drawn["rise-in-percent"]["fp16"] == quip["fp16"]
    assert drawn["rise-in-percent"]["two"] == quip["2-bit"]


# --- sources ----------------------------------------------------------------------------------


@pytest.mark.parametrize("id", FOLDERS)
def test_each_cited_source_exists_and_was_seen(id: str) -> None:
    cited = {name for text in passages(id).values() for name in CITATION.findall(text)}
    assert cited
    for name in cited:
        assert sources()[name]["checked"].startswith("yes"), f"{name} is only recalled"


@pytest.mark.parametrize("id", FOLDERS)
def test_the_last_step_names_each_cited_source(id: str) -> None:
    listed = passages(id)["sources"]
    cited = {name for text in passages(id).values() for name in CITATION.findall(text)}
    missing = {name for name in cited if name not in listed and f"-{name.split('-', 2)[-1]}" not in listed}
    missing -= {name for name in cited if f"-{name.partition('-')[2]}**" in listed}
    assert not missing


def test_sources_are_complete_and_unique() -> None:
    text = (LESSONS / "sources.yaml").read_text(encoding="utf-8")
    ids = re.findall(r"(?m)^- id: (\S+)$", text)
    assert len(ids) == len(set(ids)) == len(sources())
    for id, entry in sources().items():
        assert {"id", "what", "value", "unit", "source", "where", "checked"} <= set(entry), id
        assert entry["value"] is not None, id


def test_no_key_of_a_source_comes_twice() -> None:
    """YAML keeps the last of two equal keys and says nothing: a note could belong to another source."""

    def keys(node: yaml.Node) -> None:
        if isinstance(node, yaml.MappingNode):
            names = [key.value for key, _ in node.value]
            assert len(names) == len(set(names)), f"line {node.start_mark.line + 1}: {names}"
            for _, value in node.value:
                keys(value)
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                keys(item)

    root = yaml.compose((LESSONS / "sources.yaml").read_text(encoding="utf-8"))
    assert root is not None
    keys(root)


# --- form -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("id", "name"), STEPS)
def test_a_step_fits_two_screens_of_24_lines(id: str, name: str) -> None:
    markdown = next(step.markdown for step in lesson(id).steps if step.id == name)
    assert len(markdown.encode()) <= 2048
    console = Console(width=76, file=io.StringIO())
    console.print(Markdown(markdown))
    assert console.file.getvalue().count("\n") <= 32  # type: ignore[attr-defined]


@pytest.mark.parametrize(("id", "name"), STEPS)
def test_tables_and_pictures_fit_72_columns(id: str, name: str) -> None:
    markdown = next(step.markdown for step in lesson(id).steps if step.id == name)
    fenced = re.findall(r"(?ms)^```\n(.*?)^```$", markdown)
    lines = [line for block in fenced for line in block.splitlines()]
    lines += [line for line in markdown.splitlines() if line.startswith("|")]
    assert max(map(len, lines), default=0) <= 72
    assert not {"$", "\\"} & set(markdown), "formulas are plain Unicode"


def test_the_closing_lesson_asks_first_and_ends_with_limits_but_runs_nothing() -> None:
    closing = lesson(CLOSING)
    kinds = [step.kind for step in closing.steps]
    assert kinds == ["why", *["idea"] * (len(kinds) - 3), "limits", "notice"]
    assert [step.predict is not None for step in closing.steps] == [True] + [False] * (len(kinds) - 1)
    assert closing.steps[-1].id == "sources"
    assert closing.demo is None
    assert closing.try_it == ()
    assert len(quiz(CLOSING).items) == 6


@pytest.mark.parametrize("id", WITH_DEMO)
def test_a_lesson_goes_from_why_to_limits_and_asks_first(id: str) -> None:
    steps = lesson(id).steps
    kinds = [step.kind for step in steps]
    assert kinds[0] == "why"
    assert {"why", "idea", "worked", "demo", "notice", "limits"} == set(kinds)
    assert kinds.index("worked") < kinds.index("demo") < kinds.index("notice")
    assert (kinds[-2], steps[-1].id) == ("limits", "sources")
    assert all((step.predict is not None) == (step.kind in ("why", "demo")) for step in steps)


@pytest.mark.parametrize("id", FOLDERS)
def test_bars_are_as_long_as_their_numbers_say(id: str) -> None:
    """Pictures drawn by hand: within one picture every block stands for about the same amount."""
    for step in lesson(id).steps:
        for block in re.findall(r"(?ms)^```\n(.*?)^```$", step.markdown):
            bars = re.findall(r"(█+) +(\d[\d,.]*)", block)
            if len(bars) < 2 or "weight about" in block:
                continue
            sizes = [(len(bar), float(value.rstrip(".").replace(",", ""))) for bar, value in bars]
            unit = max(value for _, value in sizes) / max(length for length, _ in sizes)
            assert all(abs(length - value / unit) <= 1 for length, value in sizes), f"{step.id}: {sizes}"


# --- quiz and prompts -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "least", "kinds"),
    [
        ("bits", 14, 6),
        ("scales", 24, 7),
        ("measuring", 17, 7),
        ("outliers", 21, 7),
        ("four-bits", 25, 7),
        ("training", 19, 7),
        ("speed", 18, 7),
        ("serving", 20, 7),
        (CLOSING, 6, 4),
    ],
)
def test_a_quiz_asks_each_goal_twice_in_different_forms(id: str, least: int, kinds: int) -> None:
    items = quiz(id).items
    assert len(items) >= least
    assert len({item.kind for item in items}) >= kinds
    assert sum(bool(item.draw) for item in items) * 2 >= len(items), "at least half have drawn numbers"
    for goal in lesson(id).goals:
        forms = Counter(item.kind for item in items if item.goal == goal.id)
        assert forms.total() >= 2, goal.id
        assert len(forms) >= 2 or goal.id == "error", f"{goal.id} is asked in one form only"


def test_the_capstone_has_no_quiz() -> None:
    content = load_content(ContentRoot(Path(__file__).parents[2]))
    assert [one.id for one in content.lessons if not one.items] == [PROJECT]


@pytest.mark.parametrize("id", WITH_QUIZ)
def test_each_wrong_answer_names_its_misconception(id: str) -> None:
    for item in quiz(id).items:
        for wrong in getattr(item, "wrong", ()) or [o for o in getattr(item, "options", ()) if not o.right]:
            assert wrong.misconception, f"{item.id}: {wrong}"


@pytest.mark.parametrize("id", WITH_QUIZ)
def test_every_draw_has_one_right_answer(id: str) -> None:
    content = load_content(ContentRoot(Path(__file__).parents[2]))
    assert [str(problem) for problem in prove_items(content.lesson(id))] == []


@pytest.mark.parametrize("id", FOLDERS)
@pytest.mark.parametrize("level", ["beginner", "intermediate", "advanced"])
def test_each_prompt_names_facts_and_asks_one_question_before_going_on(id: str, level: str) -> None:
    prompt = " ".join(passages(id)[level].split())
    assert "facts" in prompt
    assert "ask me ONE question" in prompt
    assert "ait for my answer" in prompt
    assert not CITATION.search(prompt), "a prompt works with no other context"
