"""YAML files are read with positions, and bad ones refused with a place and a next step."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.course.documents import read_document
from tutor.course.nodes import Mark
from tutor.errors import ContentProblem


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("documents")


def refusal(folder: Path, content: str | bytes) -> ContentProblem:
    file = folder / "lesson.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ContentProblem) as caught:
        read_document(file)
    assert caught.value.file == str(file)
    return caught.value


def test_every_key_and_value_knows_its_line_and_column(folder: Path) -> None:
    file = folder / "good.yaml"
    file.write_text("title: Bits\nsteps:\n  - {id: why}\n  - id: idea\n")
    document = read_document(file)
    assert document.data == {"title": "Bits", "steps": [{"id": "why"}, {"id": "idea"}]}
    assert document.keys["title",] == Mark(1, 1)
    assert document.values["title",] == Mark(1, 8)
    assert document.keys["steps", 1, "id"] == Mark(4, 5)
    assert document.values["steps", 1, "id"] == Mark(4, 9)


def test_plain_scalars_follow_the_core_schema_and_never_turn_words_into_booleans(folder: Path) -> None:
    file = folder / "scalars.yaml"
    file.write_text(
        "a: no\nb: 1:30\nc: 2024-01-01\nd: 1e-3\ne: -7\nf: ~\ng: true\nh: '8'\ni: 0x10\nj: .5\nk: |\n  8\n"
    )
    assert read_document(file).data == {
        "a": "no",
        "b": "1:30",
        "c": "2024-01-01",
        "d": 0.001,
        "e": -7,
        "f": None,
        "g": True,
        "h": "8",
        "i": "0x10",
        "j": 0.5,
        "k": "8\n",
    }


def test_an_alias_stands_for_its_anchor(folder: Path) -> None:
    file = folder / "alias.yaml"
    file.write_text("a: &x {b: [1, 2]}\nc: *x\n")
    document = read_document(file)
    assert document.data["c"] == {"b": [1, 2]}
    assert document.values["c", "b", 1] == Mark(1, 15)


def test_a_byte_order_mark_is_no_part_of_the_first_key(folder: Path) -> None:
    file = folder / "bom.yaml"
    file.write_bytes(b"\xef\xbb\xbftitle: Bits\r\n")
    assert read_document(file).data == {"title": "Bits"}


@pytest.mark.parametrize(
    ("content", "code", "line", "column", "said"),
    [
        ("", "empty", 1, 1, "empty"),
        (" \n\n", "empty", 1, 1, "empty"),
        ("# only a comment\n", "empty", 1, 1, "comments"),
        ("- a\n", "bad-value", 1, 1, "keys with values"),
        ("just text\n", "bad-value", 1, 1, "keys with values"),
        ("a: 1\nb: 2\na: 3\n", "duplicate-key", 3, 1, "first in line 1"),
        ("steps:\n  - {id: a, id: b}\n", "duplicate-key", 2, 13, "'id'"),
        ("steps:\n\t- id: a\n", "yaml", 2, 1, "tab"),
        ("a: [1, 2\nb: 3\n", "yaml", 2, 2, "not YAML"),
        ("a: b: c\n", "yaml", 1, 5, "mapping values"),
        ("a: 'open\n", "yaml", 2, 1, "end of stream"),
        ("a: x\x07y\n", "yaml", 1, 5, "character"),
        ("a: 1\n---\nb: 2\n", "yaml", 3, 1, "second document"),
        ("1: a\n", "bad-key", 1, 1, "text"),
        ("? [a]\n: b\n", "bad-key", 1, 3, "text"),
        ("a: !!python/object/apply:os.system [id]\n", "tag", 1, 4, "not allowed"),
        ("a: &a [*a]\n", "alias", 1, 8, "no anchor"),
        ("a: *b\n", "alias", 1, 4, "no anchor"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(
    folder: Path, content: str, code: str, line: int, column: int, said: str
) -> None:
    problem = refusal(folder, content)
    assert (problem.code, problem.line, problem.column) == (code, line, column)
    assert said in problem.message


def test_a_file_that_is_not_utf8_says_where(folder: Path) -> None:
    problem = refusal(folder, b"title: Bits\nsummary: caf\xe9\n")
    assert (problem.code, problem.line, problem.column) == ("encoding", 2, 13)
    assert "UTF-8" in problem.next_step


def test_a_utf16_file_is_refused(folder: Path) -> None:
    assert refusal(folder, "title: Bits\n".encode("utf-16")).code == "encoding"


def test_aliases_that_multiply_are_refused_before_they_cost_anything(folder: Path) -> None:
    laughs = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for level in range(1, 12):
        name, previous = "abcdefghijkl"[level], "abcdefghijkl"[level - 1]
        laughs += f"{name}: &{name} [{', '.join([f'*{previous}'] * 10)}]\n"
    problem = refusal(folder, laughs)
    assert problem.code == "too-large"
    assert "aliases" in problem.message


def test_a_chain_of_aliases_cannot_build_a_deep_value(folder: Path) -> None:
    chain = "k0: &k0 [x]\n" + "".join(f"k{n}: &k{n} [*k{n - 1}]\n" for n in range(1, 3000))
    assert refusal(folder, chain).code == "too-large"


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_is_refused(folder: Path, opening: str) -> None:
    assert refusal(folder, opening * (900_000 // len(opening))).code == "too-large"


def test_a_file_over_one_megabyte_is_refused_unparsed(folder: Path) -> None:
    problem = refusal(folder, b"a: " + b"[" * 1_000_000)
    assert problem.code == "too-large"
    assert "1 MB" in problem.message


def test_a_long_list_of_values_is_refused(folder: Path) -> None:
    assert refusal(folder, "a: [" + "1," * 400_000 + "]").code == "too-large"


def test_a_missing_file_a_folder_and_a_pipe_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    for name, code in (
        ("none.yaml", "missing-file"),
        ("folder.yaml", "not-a-file"),
        ("pipe.yaml", "not-a-file"),
    ):
        with pytest.raises(ContentProblem) as caught:
            read_document(tmp_path / name)
        assert caught.value.code == code


def test_a_symlink_that_leads_to_itself_is_unreadable(tmp_path: Path) -> None:
    loop = tmp_path / "loop.yaml"
    loop.symlink_to(loop)
    with pytest.raises(ContentProblem) as caught:
        read_document(loop)
    assert caught.value.code == "unreadable"


def test_messages_carry_no_control_characters_from_the_file(folder: Path) -> None:
    problem = refusal(folder, '"\\e]0;owned\\a": 1\n"\\e]0;owned\\a": 2\n')
    assert problem.code == "duplicate-key"
    assert "\x1b" not in str(problem)
    assert "\x07" not in str(problem)


@given(st.binary(max_size=300))
def test_random_bytes_are_a_mapping_or_a_problem(folder: Path, content: bytes) -> None:
    file = folder / "random.yaml"
    file.write_bytes(content)
    try:
        assert isinstance(read_document(file).data, dict)
    except ContentProblem as problem:
        assert problem.message


YAML_PIECES = st.sampled_from(
    [
        *"ab1é[]{}|\"'#-~%@\t\n\u2028\ufeff",
        "id",
        ": ",
        "- ",
        "\n  ",
        "\n    ",
        ", ",
        "&x ",
        "*x",
        ">-",
        "!t ",
        "---\n",
        "...\n",
        "? ",
        "1e9999",
        "<<: ",
    ]
)


@given(st.lists(YAML_PIECES, max_size=40).map("".join))
def test_random_yaml_is_a_mapping_with_all_places_or_a_problem(folder: Path, content: str) -> None:
    file = folder / "pieces.yaml"
    file.write_text(content)
    try:
        document = read_document(file)
    except ContentProblem as problem:
        assert problem.line is None or problem.line >= 1
        return
    for key in document.data:
        assert document.keys[key,].line >= 1
        assert document.values[key,].line >= 1
