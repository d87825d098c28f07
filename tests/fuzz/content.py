"""The files of a course and the settings: through the loader, through what `tutor validate` reads, and as lists do."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import yaml
from hypothesis import strategies as st

from tests.cli.conftest import FILES, write_course
from tests.fuzz.ground import Case, Ground, fresh
from tests.fuzz.hostile import as_yaml, changed, either, mangled, scalars, texts
from tutor.course import check_content, load_content
from tutor.course.checks import MODELS
from tutor.course.models import Model
from tutor.course.search import search
from tutor.course.summaries import summarise
from tutor.course.validation import inspect_file
from tutor.errors import ContentProblem, TutorProblem, UsageProblem
from tutor.paths import ContentRoot, installed_root
from tutor.proving.equivalents import EquivalentMutants
from tutor.proving.error_map import KnownSchemes
from tutor.quiz import build
from tutor.quiz.build import make_item, questions_of, source_of
from tutor.quiz.drawing import draw_many
from tutor.settings import change, settings, settings_or_defaults
from tutor.settings.table import BY_KEY

MORE = {
    "lessons/glossary.yaml": """\
        terms:
          - {term: doubling, also: [twice, two times], definition: Adding a number to itself., taught: first/why}
          - {term: bit, definition: The smallest piece., taught: first/run}
    """,
    "lessons/01-first/open.yaml": """\
        questions:
          - id: in-own-words
            step: why
            question: What is doubling?
            points: [Adding it to itself., It is linear.]
            model_answer: Adding a number to itself, which is linear.
    """,
    "lessons/de/course.yaml": "title: Ein kleiner Kurs\nmodules:\n  - {id: basics, title: Grundlagen}\n",
    "lessons/01-first/de/lesson.yaml": """\
        title: Erste Schritte
        summary: Was Verdoppeln ist.
        steps:
          - {id: why, title: Warum verdoppeln, markdown: Zweimal ist *mehr*.}
    """,
    "lessons/01-first/de/quiz.yaml": """\
        items:
          - id: one-right
            question: Was ist zweimal {{ n }}?
            options:
              - {id: twice, text: "{{ 2 * n }}", why: Zweimal.}
    """,
    "exercises/doubling/de/exercise.yaml": "title: Verdopple es\nbrief: Schreibe `double`.\n",
    "graders/doubling/equivalent.yaml": """\
        mutants:
          - {line: return 2 * x, becomes: [return x * 2], why: It is the same.}
    """,
}
ALL = {name: dedent(text) for name, text in {**FILES, **MORE}.items()}
YAML = {name: text for name, text in ALL.items() if name.endswith(".yaml")}
KINDS: dict[str, type[Any]] = {
    **MODELS,
    "error_map.yaml": KnownSchemes,
    "equivalent.yaml": EquivalentMutants,
}
CONFIG = """\
# The settings.
theme = "dark"
language = "de"
motion = false
daily_cap = 20
chat_url = "http://127.0.0.1:1/v1"
"""

Changed = tuple[str, bytes]


def real_files() -> dict[str, bytes]:
    """Each YAML file of the installed course by its path, one of every kind of folder."""
    root = installed_root()
    files = sorted(
        file for part in (root.lessons, root.exercises, root.graders) for file in part.rglob("*.yaml")
    )
    chosen = random.Random(0).sample(files, len(files))
    kinds: dict[str, list[Path]] = {}
    for file in chosen:
        kinds.setdefault(file.name, []).append(file)
    return {str(file): file.read_bytes() for found in kinds.values() for file in found[:3]}


def changes(files: dict[str, bytes]) -> st.SearchStrategy[Changed]:
    """One of the files, changed as values or as bytes."""
    documents = {name: yaml.load(data, Loader=yaml.CSafeLoader) for name, data in files.items()}

    def one(name: str) -> st.SearchStrategy[Changed]:
        as_values = changed(documents[name]).map(as_yaml)
        as_bytes = mangled(files[name])
        both = changed(documents[name], 1).map(as_yaml).flatmap(lambda data: mangled(data, 1))
        return st.tuples(st.just(name), either(as_values, as_values, as_bytes, both))

    return st.sampled_from(list(files)).flatmap(one)


def cases(ground: Ground) -> Iterator[Case]:
    """All of this border."""
    yield Case("a file of the course", changes(real_files()), lambda given: one_file(ground, *given), 4)
    small = {name: text.encode() for name, text in YAML.items()}
    course = write_course(fresh(ground.place / "course"), MORE)
    yield Case("a course with such a file", changes(small), lambda given: whole_course(course, *given), 2)
    quiz = {"lessons/01-first/quiz.yaml": small["lessons/01-first/quiz.yaml"]}
    yield Case("its quiz, drawn", changes(quiz), lambda given: whole_course(course, *given), 2)
    yield Case(
        "expressions",
        st.tuples(texts, st.dictionaries(st.sampled_from("nabx"), scalars, max_size=3)),
        expression,
    )
    config = either(
        mangled(CONFIG.encode()), st.dictionaries(st.sampled_from(list(BY_KEY)), scalars).map(as_toml)
    )
    yield Case("config.toml", config, lambda data: settings_file(ground, data))
    words = st.tuples(either(st.sampled_from(list(BY_KEY)), texts), texts)
    yield Case("tutor config", words, lambda given: one_setting(ground, *given))


def one_file(ground: Ground, name: str, data: bytes) -> None:
    """As the loader and `tutor validate` read it: a model, or problems with their places."""
    file = ground.place / Path(name).name
    file.write_bytes(data)
    reading = inspect_file(file, KINDS.get(file.name, Model))
    for problem in reading.problems:
        assert problem.file == str(file), problem
        assert problem.message.isprintable(), problem
        assert len(str(problem)) < 5000, problem
    if reading.model is not None and file.name in MODELS:
        summarise(reading.model)
    elif reading.model is None:
        assert reading.problems


def whole_course(course: Path, name: str, data: bytes) -> None:
    """All that reads a course and runs nothing of it: the problems, the lists, every text, every quiz."""
    (course / name).write_bytes(data)
    root = ContentRoot(course)
    try:
        problems = check_content(root)
        for problem in problems:
            assert problem.message.isprintable(), problem
        for language in ("", "de"):
            with contextlib.suppress(ContentProblem):
                _use(root, language)
    finally:
        (course / name).write_text(ALL[name], encoding="utf-8")


def _use(root: ContentRoot, language: str) -> None:
    content = load_content(root, index=root.root / ".index", language=language)
    assert content.modules()
    with contextlib.suppress(ContentProblem):
        search(content, "doubling number")
        assert content.glossary is not None
    for exercise in content.exercises:
        assert exercise.info
        assert exercise.grader_hash
    for lesson in content.lessons:
        assert lesson.info
        assert lesson.open_questions is not None
        for seed in (0, 1):
            for item in build(lesson, seed):
                item.to_json()
        for question in questions_of(lesson):
            with contextlib.suppress(ContentProblem):
                items = [make_item(drawn) for drawn in draw_many(question, source_of(lesson, question), 20)]
                assert all(isinstance(flaw, str) for item in items for flaw in item.flaws())


def expression(given: tuple[str, dict[str, object]]) -> None:
    """A template and an expression of a quiz, as a draw computes them: a value, or a problem of the content."""
    from tutor.course.questions import SingleQuestion
    from tutor.quiz.chance import Chance
    from tutor.quiz.drawing import Drawn, Source

    source, variables = given
    question = SingleQuestion.model_construct(id="q")
    drawn = Drawn(question, Source("first", Path("nowhere.yaml"), "q"), variables, Chance(0, "q"))
    for action in (drawn.text, drawn.code, drawn.number):
        with contextlib.suppress(ContentProblem):
            assert len(str(action("question", source))) < 10_000_000


def as_toml(document: dict[str, Any]) -> bytes:
    """A table of TOML with whatever values."""
    import tomlkit

    lines = []
    for key, value in document.items():
        with contextlib.suppress(Exception):  # what TOML can't hold, such as null
            lines.append(tomlkit.dumps({key: value}))
    return "".join(lines).encode("utf-8", "surrogatepass")


def settings_file(ground: Ground, data: bytes) -> None:
    """Read by a command, read by a face that must open, and changed."""
    file = ground.home / "config.toml"
    file.write_bytes(data)
    chosen, _ = settings_or_defaults(ground.home)
    assert (chosen.daily_cap, chosen.chat_url, chosen.theme, chosen.motion, chosen.chat_context) is not None
    with contextlib.suppress(UsageProblem):
        settings(ground.home)
    with contextlib.suppress(TutorProblem):
        change(ground.home, "theme", "light")
        assert settings_or_defaults(ground.home)[0].theme == "light"
    file.unlink(missing_ok=True)


def one_setting(ground: Ground, key: str, word: str) -> None:
    """A setting from the command line; what was written is read again."""
    (ground.home / "config.toml").unlink(missing_ok=True)
    value = change(ground.home, key, word)
    assert settings(ground.home, {}).chosen[key].value == value
