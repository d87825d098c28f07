"""What is exported holds what was learned, and can be read by what it is for."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Tutor
from tutor.cli import export_anki

ANSWERS = {"one-right": "twice", "some-code": "2 * x", "a-number": 3}


def notes(package: Path, tmp_path: Path) -> dict[str, list[str]]:
    """Field texts by guid, as Anki's own database inside the package holds them."""
    with zipfile.ZipFile(package) as packed:
        packed.extract("collection.anki2", tmp_path)
    with sqlite3.connect(tmp_path / "collection.anki2") as collection:
        return {
            guid: fields.split("\x1f") for guid, fields in collection.execute("SELECT guid, flds FROM notes")
        }


def decks(tmp_path: Path) -> set[str]:
    with sqlite3.connect(tmp_path / "collection.anki2") as collection:
        [(text,)] = collection.execute("SELECT decks FROM col")
    return {deck["name"] for deck in json.loads(text).values()}


def answer(tutor: Tutor, seed: int = 1) -> None:
    document = json.dumps({"seed": seed, "answers": ANSWERS})
    assert tutor("quiz", "first", "--answers", "-", stdin=document).code == 0


def test_questions_become_a_package_whose_notes_keep_their_ids(tutor: Tutor, tmp_path: Path) -> None:
    answer(tutor)
    first, second = tmp_path / "first.apkg", tmp_path / "second.apkg"
    ended = tutor("export", "--as", "anki", first)
    assert (ended.code, ended.out.strip()) == (0, str(first))
    before = notes(first, tmp_path)
    assert len(before) == 3
    assert "A small course::First steps" in decks(tmp_path)
    fronts = " ".join(fields[0] for fields in before.values())
    assert "What is twice" in fronts
    assert '<pre><code class="language-python">def double' in fronts
    assert "Which are even" not in fronts
    assert all("tutor lesson first" in fields[2] for fields in before.values())
    answer(tutor, seed=2)
    assert tutor("export", "--as", "anki", second).code == 0
    assert set(notes(second, tmp_path)) == set(before)


def test_without_any_answer_the_package_is_empty(tutor: Tutor, tmp_path: Path) -> None:
    ended = tutor("export", "--as", "anki", tmp_path / "x.apkg")
    assert (ended.code, "no card in it yet" in ended.err) == (0, True)
    assert notes(tmp_path / "x.apkg", tmp_path) == {}


def test_another_name_is_a_text_that_anki_imports(tutor: Tutor, tmp_path: Path) -> None:
    answer(tutor)
    assert tutor("export", "--as", "anki", tmp_path / "cards.txt").code == 0
    lines = (tmp_path / "cards.txt").read_text().splitlines()
    assert lines[:2] == ["#separator:tab", "#html:true"]
    assert [line.count("\t") for line in lines[4:]] == [2, 2, 2]


@pytest.mark.parametrize("words", [("deck", "a", "b"), ("model",), ("deck", "ab", "")])
def test_ids_are_numbers_that_anki_takes_and_never_change(words: tuple[str, ...]) -> None:
    number = export_anki._number(*words)
    assert 1 << 30 <= number < 1 << 31
    assert number == export_anki._number(*words)


def test_a_notebook_holds_lessons_demos_and_the_learners_code(tutor: Tutor, tmp_path: Path) -> None:
    Path(tutor("start", "doubling").out.strip()).write_text("def double(x):\n    return x + x  # mine\n")
    file = tmp_path / "course.ipynb"
    assert tutor("export", "--as", "notebook", file).code == 0
    book = json.loads(file.read_text())
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
    code = [cell["source"] for cell in book["cells"] if cell["cell_type"] == "code"]
    assert any("# mine" in source for source in code)
    for source in code:
        compile(source, "cell", "exec")


def test_a_page_needs_nothing_from_elsewhere(tutor: Tutor, tmp_path: Path) -> None:
    assert tutor("export", "--as", "html", tmp_path / "x.html").code == 0
    page = (tmp_path / "x.html").read_text()
    assert "<script" not in page
    assert "src=" not in page
    assert "<link" not in page
    assert 'name="viewport"' in page  # a phone shows it in its own width


def test_the_files_ending_says_what_it_is_to_be_and_any_other_is_for_another_machine(
    tutor: Tutor, tmp_path: Path
) -> None:
    begins = {
        "a.csv": "kind,id",
        "a.md": "# ",
        "a.ipynb": "{",
        "a.HTML": "<!",
        "a.jsonl": '{"schema": "tutor.events/2"}',
    }
    for name, begin in begins.items():
        assert tutor("export", tmp_path / name).code == 0
        assert (tmp_path / name).read_text("utf-8").startswith(begin), name
    assert tutor("export", tmp_path / "a.csv", "--as", "progress").code == 0
    assert (tmp_path / "a.csv").read_text("utf-8").startswith('{"schema"')
