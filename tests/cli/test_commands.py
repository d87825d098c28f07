"""The commands as real processes on a small course."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from tests.cli.conftest import REFERENCE, STUB, Tutor, environment
from tests.terminals import Terminal
from tutor import __version__


def test_the_version_is_one_line(tutor: Tutor) -> None:
    ended = tutor("--version")
    assert (ended.code, ended.out) == (0, f"tutor {__version__}\n")


def test_help_names_every_command_and_no_command_of_a_later_stage(tutor: Tutor) -> None:
    out = tutor("--help").out
    for name in ("list", "lesson", "demo", "quiz", "glossary", "start", "try", "submit", "watch", "practice"):
        assert f"  {name} " in out
    for name in ("gradebook",):
        assert name not in out


def test_each_command_explains_itself(tutor: Tutor) -> None:
    from tutor.cli.entry import COMMANDS

    for name in COMMANDS:
        ended = tutor(name, "--help")
        assert ended.code == 0
        assert f"Usage: tutor {name}" in ended.out


def test_without_a_terminal_the_map_and_the_next_step_are_printed(tutor: Tutor) -> None:
    ended = tutor()
    assert ended.code == 0
    assert "doubling" in ended.out
    assert "Next: " in ended.out
    assert "tutor lesson first" in ended.out


def test_the_list_is_the_map_too(tutor: Tutor) -> None:
    assert tutor("list").out == tutor("--plain").out


def test_the_list_as_json_has_the_keys_of_the_contract(tutor: Tutor) -> None:
    document = tutor("list", "--json").json
    assert document["schema"] == "tutor.course/1"
    assert document["modules"] == [
        {
            "id": "basics",
            "title": "Basics",
            "lessons": [
                {
                    "id": "first",
                    "title": "First steps",
                    "status": "new",
                    "exercises": ["doubling"],
                    "quiz_items": 7,
                }
            ],
        }
    ]
    assert document["exercises"] == [
        {
            "id": "doubling",
            "title": "Double it",
            "lesson": "first",
            "status": "new",
            "requires": [],
            "cpu_only": False,
            "newer": False,
        }
    ]
    assert set(document["next"]) == {"kind", "id", "why"}


def test_the_course_may_be_named_before_or_after_the_command(tutor: Tutor, small_course: Path) -> None:
    before = tutor("--content", small_course, "list", course=None)
    after = tutor("list", "--content", small_course, course=None)
    assert before.code == after.code == 0
    assert before.out == after.out
    assert "A small course" in before.out


def test_reading_a_lesson_begins_it(tutor: Tutor) -> None:
    ended = tutor("lesson", "first")
    assert ended.code == 0
    for words in (
        "Twice is more.",
        "tutor demo first --seed 3 --mode loud",
        "tutor start doubling",
        "Guess",
    ):
        assert words in ended.out
    assert tutor("list", "--json").json["modules"][0]["lessons"][0]["status"] == "started"


def test_a_lesson_as_json_is_not_counted_as_read(tutor: Tutor) -> None:
    document = tutor("lesson", "first", "--json").json
    assert document["schema"] == "tutor.lesson/1"
    assert [step["kind"] for step in document["steps"]] == ["why", "demo"]
    assert document["try_it"][1] == {"text": "Write it.", "opens": "exercise:doubling"}
    assert list(document["prompts"]) == ["beginner", "intermediate", "advanced"]
    assert tutor("list", "--json").json["modules"][0]["lessons"][0]["status"] == "new"


def test_a_demo_streams_with_its_knobs_as_options(tutor: Tutor) -> None:
    ended = tutor("demo", "first", "--seed", "3", "--knob", "mode=loud", "--device", "cpu")
    assert ended.code == 0
    assert "seed 3 mode loud device cpu" in ended.out
    assert "\x1b" not in ended.out
    assert "the end" in ended.out


def test_a_demo_that_fails_exits_1(tutor: Tutor) -> None:
    ended = tutor("demo", "first", "--mode=broken")
    assert ended.code == 1
    assert "status 7" in ended.err
    assert ended.is_clean()


def test_the_three_prompts_are_printed_in_order(tutor: Tutor) -> None:
    out = tutor("prompts", "first").out
    places = [out.index(words) for words in ("Explain doubling", "linear?", "bijection")]
    assert places == sorted(places)
    assert "bijection" not in tutor("prompts", "first", "--level", "beginner").out


def test_a_prompt_is_copied_to_a_file_at_least(tutor: Tutor, home: Path) -> None:
    ended = tutor("prompts", "first", "--level", "advanced", "--copy")
    assert ended.code == 0
    assert "bijection" in (home / "copied.md").read_text()


def test_the_lesson_pack_is_written(tutor: Tutor, tmp_path: Path) -> None:
    file = tmp_path / "pack.md"
    assert tutor("prompts", "first", "--pack", file).code == 0
    assert "Twice is *more*." in file.read_text()


def test_the_lesson_pack_comes_as_json_with_the_same_texts(tutor: Tutor, tmp_path: Path) -> None:
    file = tmp_path / "pack.md"
    assert tutor("prompts", "first", "--pack", file).code == 0
    ended = tutor("prompts", "first", "--json")
    assert ended.code == 0
    pack = json.loads(ended.out)
    assert pack["schema"] == "tutor.pack/1"
    assert all(f"## {one['title']}\n\n{one['markdown']}" in file.read_text() for one in pack["sections"])
    assert json.loads(tutor("prompts", "doubling", "--json").out)["exit"] == 2, "an exercise has no pack"


def test_start_prints_the_absolute_path_of_the_stub_and_never_overwrites(
    tutor: Tutor, tmp_path: Path
) -> None:
    ended = tutor("start", "doubling", "--dir", tmp_path / "mine")
    file = Path(ended.out.strip())
    assert ended.code == 0
    assert file.is_absolute()
    assert file.read_text() == STUB
    assert "hints" in (file.parent / "AGENTS.md").read_text().lower()
    file.write_text("mine")
    assert Path(tutor("start", "doubling").out.strip()) == file
    assert file.read_text() == "mine"


def test_reset_brings_the_stub_back_and_keeps_a_copy(tutor: Tutor, home: Path) -> None:
    file = Path(tutor("start", "doubling").out.strip())
    file.write_text("mine")
    assert tutor("start", "doubling", "--reset").code == 0
    assert file.read_text() == STUB
    assert [copy.read_text() for copy in (home / "backups").glob("*.py")] == ["mine"]


def test_practice_starts_from_the_stub_again(tutor: Tutor) -> None:
    file = Path(tutor("start", "doubling").out.strip())
    file.write_text("mine")
    assert tutor("practice", "doubling").out.strip() == str(file)
    assert file.read_text() == STUB


def test_practice_at_random_needs_something_that_was_passed(tutor: Tutor) -> None:
    ended = tutor("practice", "--random")
    assert ended.code == 2
    assert "No exercise is passed yet" in ended.err


def test_the_diff_shows_what_was_written(tutor: Tutor) -> None:
    file = Path(tutor("start", "doubling").out.strip())
    assert "unchanged" in tutor("diff", "doubling").out
    file.write_text(REFERENCE)
    out = tutor("diff", "doubling").out
    assert "-    raise NotImplementedError" in out
    assert "+    return 2 * x" in out


def test_hints_come_one_by_one_and_the_solution_after_the_last(tutor: Tutor) -> None:
    refused = tutor("solution", "doubling")
    assert refused.code == 1
    assert "3 hints remain" in refused.err
    assert refused.out == ""
    assert tutor("solution", "doubling", "--give-up").code == 1
    told = [tutor("hint", "doubling").out for _ in range(3)]
    assert ["Think of addition." in told[0], "Add it to itself." in told[1], "x + x." in told[2]] == [
        True
    ] * 3
    assert tutor("solution", "doubling").code == 1
    shown = tutor("solution", "doubling", "--give-up")
    assert shown.code == 0
    for words in ("return 2 * x", "By addition: one operation less", "Doubling is linear."):
        assert words in shown.out
    assert tutor("list", "--json").json["exercises"][0]["status"] == "seen"
    assert tutor("solution", "doubling").code == 0


def test_try_prints_what_the_learners_code_prints(tutor: Tutor, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def double(x):\n    print('called with', x)\n    return 2 * x\n")
    ended = tutor("try", "doubling", file)
    assert ended.code == 0
    assert "called with 2.0" in ended.out
    assert "twice 2 is 4.0" in ended.out
    assert tutor("progress", "--json").json["exercises"][0]["attempts"] == 0


def test_try_exits_1_where_the_learners_code_raises(tutor: Tutor, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def double(x):\n    raise ValueError('my own')\n")
    ended = tutor("try", "doubling", file)
    assert ended.code == 1
    assert "my own" in ended.out + ended.err


def test_progress_goes_to_another_machine_and_back(tutor: Tutor, tmp_path: Path) -> None:
    tutor("hint", "doubling")
    file = tmp_path / "progress.jsonl"
    assert tutor("export", file).code == 0
    other = {"TUTOR_HOME": str(tmp_path / "other")}
    first = tutor("import", file, env=other)
    again = tutor("import", file, env=other)
    assert first.code == again.code == 0
    assert first.out.startswith("1 new")
    assert again.out.startswith("0 new records, 1 known")
    assert tutor("hint", "doubling", env=other).out.startswith("Hint 2 of 3")


def test_every_export_format_can_be_read(tutor: Tutor, tmp_path: Path) -> None:
    answers = json.dumps({"seed": 1, "answers": {"one-right": "twice"}})
    assert tutor("quiz", "first", "--answers", "-", stdin=answers).code == 0
    texts = {}
    for name in ("csv", "anki", "notebook", "markdown", "html"):
        file = tmp_path / name
        assert tutor("export", "--as", name, file).code == 0
        texts[name] = file.read_text()
    rows = list(csv.DictReader(io.StringIO(texts["csv"])))
    assert [row["id"] for row in rows] == ["doubling", "first"]
    assert "What is twice" in texts["anki"]
    assert "Which are even" not in texts["anki"]
    cells = json.loads(texts["notebook"])["cells"]
    assert any("raise NotImplementedError" in cell["source"] for cell in cells if cell["cell_type"] == "code")
    assert "```python" in texts["markdown"]
    assert "<em>more</em>" in texts["html"]


def test_progress_is_drawn(tutor: Tutor, tmp_path: Path) -> None:
    file = tmp_path / "progress.svg"
    assert tutor("progress", "--svg", file).code == 0
    titles = {e.text for e in ElementTree.parse(file).iter("{http://www.w3.org/2000/svg}title")}
    assert "Double it: new" in titles


def test_ids_complete_in_the_shell(tutor: Tutor) -> None:
    def completed(words: str, place: int) -> list[str]:
        env = {"_TUTOR_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(place)}
        return tutor(env=env).out.split()

    assert completed("tutor submit d", 2) == ["doubling"]
    assert completed("tutor lesson f", 2) == ["first"]
    assert "submit" in completed("tutor su", 1)
    assert completed("tutor submit zzz", 2) == []


def test_the_completion_script_is_installed_for_a_shell(tutor: Tutor, tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    ended = tutor("--install-completion", "bash", env=env)
    assert ended.code == 0, ended.err
    assert list(tmp_path.rglob("*tutor*"))


def test_output_that_nobody_reads_ends_quietly(home: Path, small_course: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor", "lesson", "first"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(home, small_course),
    )
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=30)
    assert errors == b""


def test_an_ascii_terminal_gets_ascii(tutor: Tutor) -> None:
    tutor("lesson", "first")
    ended = tutor("list", env={"PYTHONIOENCODING": "ascii"})
    assert ended.code == 0
    assert ended.out.isascii()
    assert "> first" in ended.out


def test_at_a_terminal_plain_does_the_next_thing_on_enter(home: Path, small_course: Path) -> None:
    out = _at_a_terminal(["--plain"], "\n\nstart doubling\nnonsense\nq\n", home, small_course)
    assert "Why double" in out
    assert "1 of 7" not in out
    assert "doubling.py" in out
    assert "There is no command 'nonsense'" in out
    assert out.count("Next: ") >= 3


def test_no_color_is_honoured_at_a_terminal(home: Path, small_course: Path) -> None:
    coloured = _at_a_terminal(["list"], "", home, small_course)
    plain = _at_a_terminal(["list"], "", home, small_course, NO_COLOR="1")
    assert "\x1b[" in coloured
    assert "\x1b" not in plain


def _at_a_terminal(words: list[str], typed: str, home: Path, course: Path, **changes: str) -> str:
    """What a command shows on a pseudo-terminal where ``typed`` is typed."""
    env = environment(home, course, {"TERM": "xterm", **changes})
    with Terminal.run([sys.executable, "-m", "tutor", *words], env) as terminal:
        terminal.type(typed)
        assert terminal.ended(30) == 0
    return terminal.printed.replace("\r\n", "\n")
