"""The German lesson says what the English one says: the same ids, numbers, sources and placeholders."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from tutor.course import Content, load_content
from tutor.paths import ContentRoot
from tutor.quiz import prove_items

ROOT = Path(__file__).parents[2]
TRANSLATIONS = sorted(ROOT.glob("lessons/*/??/*.yaml"))
NUMBER = re.compile(r"\d[\d.,]*\d|\d")


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> Content:
    return load_content(ContentRoot(ROOT), index=tmp_path_factory.mktemp("index"), language="de")


def figures(text: str) -> Counter[str]:
    return Counter(NUMBER.findall(re.sub(r"[A-Za-z-]+\d[\w.#-]*", "", text)))


def cited(text: str) -> set[str]:
    return set(re.findall(r"\[([a-z0-9-]+)\]", text))


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_every_text_is_translated(path: Path) -> None:
    def texts(value: object, where: str = "") -> dict[str, str]:
        found: dict[str, str] = {}
        if isinstance(value, dict):
            left = value.get("left")
            name = (value.get("id") if where else "") or (left.get("id") if isinstance(left, dict) else None)
            for key, part in value.items():
                found |= texts(part, f"{where}/{name or ''}{key}")
        elif isinstance(value, list):
            for number, part in enumerate(value):
                found |= texts(part, f"{where}/{'' if isinstance(part, dict) and 'id' in part else number}")
        elif isinstance(value, str) and not where.endswith("id"):
            found[where] = value
        return found

    translated = texts(yaml.safe_load(path.read_text(encoding="utf-8")))
    original = texts(yaml.safe_load((path.parents[1] / path.name).read_text(encoding="utf-8")))
    assert set(translated) <= set(original)
    for place, text in translated.items():
        assert figures(text) == figures(original[place]), place
        assert cited(text) == cited(original[place]), place


def test_the_translated_lesson_is_whole(german: Content) -> None:
    english = load_content(ContentRoot(ROOT)).lesson("what-came-after")
    lesson = german.lesson("what-came-after")
    assert lesson.title == "Was danach kam"
    for before, after in zip(english.info.steps, lesson.info.steps, strict=True):
        assert before.title != after.title
        assert before.markdown != after.markdown
    assert lesson.quiz is not None
    assert english.quiz is not None
    for one, other in zip(english.quiz.items, lesson.quiz.items, strict=True):
        assert one.question != other.question
    assert lesson.prompts != english.prompts
    assert prove_items(lesson, 50) == []


def test_a_step_fits_a_screen_with_at_most_one_scroll(german: Content) -> None:
    for step in german.lesson("what-came-after").info.steps:
        lines = step.markdown.splitlines()
        assert len(lines) <= 46, step.id
        assert max(map(len, lines)) <= 80, step.id
