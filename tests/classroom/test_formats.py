"""What a gradebook is written as: harmless in spreadsheets, valid everywhere, and the same figures in each."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.classroom.conftest import Counting, Files
from tutor.classroom.archives import Archives
from tutor.classroom.finding import find_submissions
from tutor.classroom.formats import FORMATS, advice, format_of, plots, render
from tutor.classroom.formats.as_csv import harmless
from tutor.classroom.gradebook import Gradebook
from tutor.classroom.journal import Journal
from tutor.classroom.rows import COLUMNS
from tutor.classroom.running import ClassRun
from tutor.classroom.similar import Pair
from tutor.course import Content
from tutor.errors import UsageProblem

HOSTILE = "<script>alert(1)</script>"
FILES: dict[str, bytes] = {
    "Ada_7_assignsubmission_file_/doubling.py": b"xx",
    "Ada_7_assignsubmission_file_/again/doubling.py": b"xxx",
    "Bob_8_assignsubmission_file_/doubling.py": b"xx",
    "=cmd()_9_assignsubmission_file_/doubling.py": b"x",
    f"{HOSTILE.replace('/', '')}_10_assignsubmission_file_/doubling.py": b"xxxxx",
    "Zoe_11_assignsubmission_file_/essay.txt": b"",
}


@pytest.fixture
def book(content: Content, handed_in: Callable[[Files], Path], tmp_path: Path) -> Iterator[Gradebook]:
    found = find_submissions(handed_in(FILES), content, Archives())
    with Journal(tmp_path / "j") as journal:
        ran = asyncio.run(ClassRun(content, Counting(), journal).run(found.submissions))
        yield Gradebook(
            content, journal, ran.rows, found.aside, (Pair("doubling", "Ada/x.py", HOSTILE, 0.9),)
        )


def lines(book: Gradebook, form: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render(book, form).decode())))


def test_the_columns_of_the_csv_are_the_contracts(book: Gradebook) -> None:
    first = render(book, "csv").decode().splitlines()[0]
    assert (
        first
        == "student,exercise,file,verdict,points,of,misconceptions,seconds,sha256,message"
        == ",".join(COLUMNS)
    )
    zoe = next(line for line in lines(book, "csv") if line["student"] == "Zoe")
    assert (zoe["exercise"], zoe["verdict"], zoe["points"], zoe["of"]) == ("doubling", "error", "0", "1")


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert not harmless(text).lstrip().startswith(("=", "+", "-", "@"))
    assert harmless(text).removeprefix("'").endswith(text.removeprefix("'"))


def test_json_lines_hold_each_row_and_its_verdict(book: Gradebook) -> None:
    documents = [json.loads(line) for line in render(book, "jsonl").splitlines()]
    assert [document["student"] for document in documents] == [row.student for row in book.rows]
    ada = next(document for document in documents if document["bytes"] == 3)
    assert ada["misconceptions"] == ["odd"]
    assert ada["verdict_document"]["solution"]["path"] == ada["file"]
    assert documents[-1]["verdict_document"] is None


def test_junit_has_a_suite_for_each_submission_and_none_that_was_not_graded_is_green(book: Gradebook) -> None:
    suites = ElementTree.fromstring(render(book, "junit"))
    assert len(suites) == len(book.rows)
    assert (suites.get("failures"), suites.get("errors")) == ("3", "1")


def test_gradescope_has_a_test_for_each_required_check(book: Gradebook) -> None:
    document = json.loads(render(book, "gradescope"))
    assert document["score"] == sum(test["score"] for test in document["tests"]) == 2
    assert [test["name"].split(":")[0] for test in document["tests"]] == list(
        dict.fromkeys(row.student for row in book.rows)
    )
    assert "Expected an even length." in document["tests"][0]["output"]


def test_on_gradescope_two_files_for_one_exercise_are_worth_no_more_than_the_better(
    content: Content, handed_in: Callable[[Files], Path], tmp_path: Path
) -> None:
    files = {"doubling.py": b"xxx", "doubling (2).py": b"xx", "doubling (3).py": b"xxxx"}
    found = find_submissions(handed_in(files), content, Archives(), student="submission")
    with Journal(tmp_path / "j") as journal:
        ran = asyncio.run(ClassRun(content, Counting(), journal).run(found.submissions))
        document = json.loads(render(Gradebook(content, journal, ran.rows), "gradescope"))
    assert (document["score"], [test["max_score"] for test in document["tests"]]) == (1, [1])
    assert document["tests"][0]["number"] == "1"
    assert document["output"].count("Not counted") == 2


def test_gradescope_tells_a_student_that_a_fault_of_the_grader_is_none_of_theirs(
    content: Content, handed_in: Callable[[Files], Path], tmp_path: Path
) -> None:
    found = find_submissions(handed_in({"doubling.py": b"xx"}), content, Archives(), student="submission")
    with Journal(tmp_path / "j") as journal:
        ran = asyncio.run(ClassRun(content, Counting(faults=1), journal).run(found.submissions))
        document = json.loads(render(Gradebook(content, journal, ran.rows), "gradescope"))
    assert "no fault of yours" in document["output"]
    assert "no fault of yours" in document["tests"][0]["output"]


def test_canvas_has_a_line_a_student_with_the_best_of_what_they_handed_in(book: Gradebook) -> None:
    possible, *students = lines(book, "canvas")
    assert (possible["Student"], possible["doubling"]) == ("    Points Possible", "1")
    assert {line["ID"]: line["doubling"] for line in students} == {
        "7": "1",
        "8": "1",
        "9": "0",
        "10": "0",
        "11": "0",
    }


def test_moodle_has_identifiers_grades_and_feedback(book: Gradebook) -> None:
    ada = next(line for line in lines(book, "moodle") if line["Full name"] == "Ada")
    assert (ada["Identifier"], ada["Grade"], ada["Maximum Grade"]) == ("Participant 7", "1", "1")
    assert ada["Last modified (grade)"] == ""  # Moodle refuses a worksheet without that column


def test_where_numbers_are_unknown_it_is_told_what_the_importer_makes_of_it(
    book: Gradebook, content: Content, handed_in: Callable[[Files], Path], tmp_path: Path
) -> None:
    assert advice(book, "moodle") == ""
    found = find_submissions(handed_in({"Eve/doubling.py": b"xx"}), content, Archives(), student="Eve")
    with Journal(tmp_path / "k") as journal:
        ran = asyncio.run(ClassRun(content, Counting(), journal).run(found.submissions))
        folder = Gradebook(content, journal, ran.rows)
        assert "1 student is not known, and Moodle passes over" in advice(folder, "moodle")
        assert "by their name alone" in advice(folder, "canvas")
        assert advice(folder, "csv") == ""


def test_what_students_read_says_what_failed_and_nothing_of_other_students(book: Gradebook) -> None:
    cmd = next(line for line in lines(book, "moodle") if "cmd" in line["Full name"])
    assert "Expected an even length." in cmd["Feedback comments"]
    assert "identical" in render(book, "csv").decode()
    for form in ("moodle", "gradescope", "html"):
        assert "identical" not in render(book, form).decode()


class Page(HTMLParser):
    """What a browser would load, run, and jump to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.sources: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attributes:
            if name == "id":
                self.ids.add(value or "")
            elif name == "href":
                self.links.append(value or "")
            elif name in ("src", "srcset", "data", "action") or name.startswith("on"):
                self.sources.append(value or "")


def test_the_report_is_one_file_that_asks_no_other_host_and_runs_nothing(book: Gradebook) -> None:
    text = render(book, "html").decode()
    page = Page(text)
    assert not page.tags & {"script", "img", "iframe", "link", "object", "form", "base"}
    assert page.sources == []
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text
    assert re.findall(r"https?://", text) == []


def test_each_student_has_a_page_that_the_class_leads_to(book: Gradebook) -> None:
    text = render(book, "html").decode()
    page = Page(text)
    students = {(row.student, row.number) for row in book.rows}
    assert {link for link in page.links if link != "#top"} == {
        f"#s{number + 1}" for number in range(len(students))
    }
    assert {link.removeprefix("#") for link in page.links} <= page.ids
    assert "Expected an even length." in text
    assert "alert(1)" in text


def test_the_report_says_what_was_misunderstood_and_which_pairs_to_read(book: Gradebook) -> None:
    text = render(book, "html").decode()
    assert "3 of 5" in text  # of the check, and of the misconception
    assert "Pairs to look at" in text
    assert "90 %" in text


def test_the_report_names_the_file_only_where_somebody_has_several_for_an_exercise(book: Gradebook) -> None:
    tables = render(book, "html").decode().split('<section class="page"')[0]
    assert "Ada_7_assignsubmission_file_/again/doubling.py" in tables
    assert "Ada_7_assignsubmission_file_/doubling.py" in tables
    assert "Bob_8_assignsubmission_file_/doubling.py" not in tables


def test_the_report_draws_no_bar_for_a_share_of_nothing(
    content: Content, handed_in: Callable[[Files], Path], tmp_path: Path
) -> None:
    found = find_submissions(handed_in({"Ada/doubling.py": b"xx"}), content, Archives())
    with Journal(tmp_path / "j") as journal:
        ran = asyncio.run(ClassRun(content, Counting(), journal).run(found.submissions))
        text = render(Gradebook(content, journal, ran.rows), "html").decode()
    assert "1 check stopped nobody" in text
    assert "0 of 1 (0 %)" in text
    assert '<td class="share"></td>' in text
    assert "width: 0.0%" not in text


@given(st.lists(st.floats(0, 1e9)))
def test_every_figure_falls_into_one_column(values: list[float]) -> None:
    bars = plots.amounts(values)
    assert sum(bar.count for bar in bars) == sum(value > 0 for value in values)


@given(st.lists(st.integers(1, 20).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))))
def test_every_share_of_points_falls_into_one_column(shares: list[tuple[int, int]]) -> None:
    assert sum(bar.count for bar in plots.points(shares)) == len(shares)


def test_the_files_name_says_the_format_unless_one_is_named() -> None:
    for name, form in {
        "a.csv": "csv",
        "a.jsonl": "jsonl",
        "a.xml": "junit",
        "a.html": "html",
        "a": "csv",
    }.items():
        assert format_of(None, Path(name)) == form
    assert format_of("moodle", Path("a.csv")) == "moodle"
    assert set(FORMATS) == {"csv", "jsonl", "junit", "gradescope", "canvas", "moodle", "html"}
    with pytest.raises(UsageProblem):
        format_of("odf", Path("a"))


def test_an_ending_of_no_format_is_told_with_those_that_are_known() -> None:
    with pytest.raises(UsageProblem, match=r"ends in '\.xyz'") as told:
        format_of(None, Path("b.xyz"))
    assert ".csv, .jsonl, .ndjson, .xml, .json, .html, .htm" in told.value.next_step
    assert format_of("csv", Path("b.xyz")) == "csv"
