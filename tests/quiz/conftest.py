"""A quiz with one item of each kind, and a way to write others."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from tutor.course.content import LoadedLesson
from tutor.course.documents import read_document
from tutor.quiz import Item, build

EVERY_KIND = """
items:
  - id: half
    kind: single
    goal: g
    question: How many bytes is a weight in {{ name }}?
    draw: {name: [fp16, bf16]}
    options:
      - {id: two, text: 2 bytes, right: true, why: Sixteen bits are two bytes.}
      - {id: one, text: 1 byte, why: "One byte is short, but that is int8.", misconception: half-is-int8}
      - {id: four, text: 4 bytes, why: "Four bytes are a float, but fp32."}
  - id: smaller
    kind: multiple
    goal: g
    points: 2
    question: Which are smaller than fp16?
    options:
      - {id: int8, text: int8, right: true, why: One byte.}
      - {id: int4, text: int4, right: true, why: Half a byte.}
      - {id: bf16, text: bf16, why: "It has another layout, but two bytes too.", misconception: bf16-is-short}
      - {id: fp32, text: fp32, why: Four bytes.}
  - id: footprint
    kind: numeric
    goal: g
    question: "How much do {{ billions }} billion weights take in {{ bits }} bits?"
    draw: {billions: [7, 13, 70], bits: [8, 16, 32]}
    let: {gb: billions * bits / 8}
    answer: gb
    unit: GB
    why: "{{ billions }} * {{ bits }} / 8 = {{ gb }}."
    wrong:
      - {value: billions * bits, why: "The product is right, but in bits.", misconception: bits-as-bytes}
  - id: printed
    kind: output
    goal: g
    question: What does it print?
    draw: {a: [1, 2], b: [3.0, 5.0]}
    code: |
      x = [{{ a }}, {{ b }}]
      print(x)
    answer: "[{{ a }}, {{ b }}]"
    why: A list prints its elements' repr.
    wrong:
      - {value: "{{ a }} {{ b }}", why: "The elements are right, but a list.", misconception: print-unpacks}
  - id: by-bytes
    kind: order
    goal: g
    question: From small to large?
    pieces: [{id: fish, text: int4}, {id: bird, text: int8}, {id: worm, text: fp16}, {id: cat, text: fp32}]
    why: 4, 8, 16 and 32 bits.
  - id: pairs
    kind: match
    goal: g
    question: Which belong together?
    pairs:
      - {left: {id: l-int8, text: int8}, right: {id: r-one, text: 1 byte}, why: Eight bits.}
      - {left: {id: l-fp16, text: fp16}, right: {id: r-two, text: 2 bytes}, why: Sixteen bits.}
      - {left: {id: l-fp32, text: fp32}, right: {id: r-four, text: 4 bytes}, why: Thirty-two bits.}
  - id: fill
    kind: code
    goal: g
    question: Fill in the scale.
    draw: {top: [127, 7]}
    code: |
      def scale(values):
          return max(abs(v) for v in values) / ____
    answer: "{{ top }}"
    cases: [{expression: "scale([-{{ top }}, 1])", gives: "1.0"}]
    why: The largest code is {{ top }}.
    wrong:
      - {value: "{{ top + 1 }}", why: "A code more exists, but below zero.", misconception: asymmetric-end}
"""


@pytest.fixture
def lesson_of(tmp_path: Path) -> Callable[[str], LoadedLesson]:
    """A lesson whose ``quiz.yaml`` is the text given."""

    def write(text: str, id: str = "lesson") -> LoadedLesson:
        folder = tmp_path / id
        folder.mkdir(exist_ok=True)
        file = folder / "quiz.yaml"
        file.write_text(textwrap.dedent(text), "utf-8")
        items = tuple(item["id"] for item in read_document(file).data["items"])
        return LoadedLesson(
            id=id,
            title="",
            module="m",
            version=1,
            minutes=1,
            summary="",
            steps=(),
            items=items,
            has_demo=False,
            folder=folder,
        )

    return write


@pytest.fixture
def every_kind(lesson_of: Callable[[str], LoadedLesson]) -> LoadedLesson:
    return lesson_of(EVERY_KIND)


@pytest.fixture
def item(every_kind: LoadedLesson) -> Callable[..., Item]:
    """The item of an id, drawn with a seed."""
    return lambda id, seed=1: build(every_kind, seed, only=[id])[0]
