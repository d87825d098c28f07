"""The glossary keeps to two lines, leads to steps that explain the term, and states no number of its own."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap

import pytest
import torch

from tests.content.lesson_text import CITATION, FOLDERS, lesson, numbers, rounds_to
from tutor.course import load_content
from tutor.course.glossary import name_key
from tutor.course.models import Term
from tutor.paths import ContentRoot

TERMS = load_content(ContentRoot(Path(__file__).parents[2])).glossary
each_term = pytest.mark.parametrize("term", TERMS, ids=lambda term: term.term)

FIGURES = {
    "fp16": [torch.finfo(torch.float16).max],
    "E4M3": [torch.finfo(torch.float8_e4m3fn).max],
}

# What the step explains under another word, or only shows.
UNNAMED = {
    "outlier": "the one weight of 1000",
    "rate–distortion bound": "the 6.02 dB of each bit",
    "Triton": "the exercise of the lesson",
}

# Terms that PRODUCT.md and the course's summaries take for granted.
EXPECTED = """
    absmax scale zero-point symmetric asymmetric per-tensor per-channel per-group group-size clipping calibration
    percentile outlier-feature LLM.int8() SmoothQuant SQNR perplexity NF4 double-quantization GPTQ Hessian damping AWQ
    FP8 E4M3 E5M2 subnormal saturation QAT straight-through-estimator fake-quantization PTQ weight-only roofline
    arithmetic-intensity memory-bound compute-bound KV-cache GQA prefill decode tensor-parallel W4A16 W8A8
    dequantization fused-kernel Triton bf16 fp16 rate–distortion-bound MXFP4
"""


def test_every_expected_term_is_there() -> None:
    known = {name_key(name) for term in TERMS for name in (term.term, *term.also)}
    assert {word for word in EXPECTED.split() if name_key(word) not in known} == set()


@each_term
def test_each_number_is_computed(term: Term) -> None:
    known = FIGURES.get(term.term, [])
    stated = numbers(term.definition)
    assert all(any(rounds_to(value, token) for value in known) for token in stated), stated
    assert all(any(rounds_to(value, token) for token in stated) for value in known), "a stale figure"


@each_term
def test_a_definition_stands_alone_and_is_set_like_a_line(term: Term) -> None:
    assert term.definition.endswith(".")
    assert not CITATION.search(term.definition)
    assert not {"*", "[", "\\", "$"} & set(term.definition), "only `code` is marked"
    assert term.definition.count("`") % 2 == 0


@each_term
def test_the_step_speaks_of_the_term(term: Term) -> None:
    step = next(step for step in lesson(term.lesson).steps if step.id == term.step)
    text = name_key(f"{step.title} {step.markdown}")
    stems = {word[:4] for name in (term.term, *term.also) for word in name_key(name).split() if len(word) > 1}
    named = any(f" {stem}" in f" {text}" for stem in stems)
    assert named != (term.term in UNNAMED)


@each_term
def test_all_about_a_term_fits_below_the_list_of_a_narrow_terminal(term: Term) -> None:
    info = lesson(term.lesson)
    title = next(step.title for step in info.steps if step.id == term.step)
    also = f"  also: {', '.join(term.also)}" if term.also else ""
    texts = (term.term + also, term.definition, f"⏎ {info.title} › {title}")
    assert sum(len(wrap(text, width=54)) for text in texts) + 2 <= 7


@pytest.mark.parametrize("id", FOLDERS)
def test_each_lesson_has_terms_of_its_own(id: str) -> None:
    assert sum(term.lesson == id for term in TERMS) >= 3
