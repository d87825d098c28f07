"""A signed verdict: any change shows, and it says which content graded it."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.classroom.conftest import RIGHT
from tests.cli.conftest import Tutor
from tutor.classroom import signing
from tutor.errors import EnvironmentProblem, UsageProblem

CONTENT = {"course": "small", "version": "1", "grader_hash": "ab"}
DOCUMENT = {
    "schema": "tutor.verdict/1",
    "exercise": "doubling",
    "verdict": "passed",
    "solution": {"sha256": "00"},
}


@pytest.fixture
def signed(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "verdict.json"
    path.write_bytes(signing.signed(DOCUMENT, CONTENT, home))
    return path


def test_what_was_signed_is_sound_and_names_its_signer(signed: Path, home: Path) -> None:
    checked = signing.check(signed)
    assert (checked.problems, checked.content) == ((), CONTENT)
    assert checked.signer == signing.own_fingerprint(home)
    assert signing.check(signed, key=checked.signer).is_sound


def test_layout_is_no_change(signed: Path) -> None:
    signed.write_text(json.dumps(json.loads(signed.read_text()), indent=7, sort_keys=True))
    assert signing.check(signed).is_sound


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in leaves(item, (*path, key))]
    return [path]


LEAVES = leaves({"document": DOCUMENT, "content": CONTENT, "at": "", "tutor": ""})


@given(st.sampled_from(LEAVES), st.text(min_size=1, max_size=4))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_change_of_every_value_shows(
    signed: Path, tmp_path: Path, leaf: tuple[Any, ...], text: str
) -> None:
    body = json.loads(signed.read_text())
    place = body
    for key in leaf[:-1]:
        place = place[key]
    place[leaf[-1]] += text
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(body))
    assert not signing.check(changed).is_sound


def test_another_key_signs_as_somebody_else(signed: Path, tmp_path: Path) -> None:
    mine = signing.check(signed).signer
    other = tmp_path / "other.json"
    other.write_bytes(signing.signed(DOCUMENT, CONTENT, tmp_path / "another home"))
    assert signing.check(other).is_sound
    assert not signing.check(other, key=mine).is_sound


def test_the_key_is_its_owners_alone_and_stays_the_same(signed: Path, home: Path) -> None:
    key = home / signing.KEY_FILE
    before = key.read_bytes()
    signing.signed(DOCUMENT, CONTENT, home)
    assert key.read_bytes() == before
    assert stat.S_IMODE(os.stat(key).st_mode) == 0o600


def test_a_key_that_can_not_be_read_is_left_alone_and_told(home: Path) -> None:
    (home / signing.KEY_FILE).write_text("no key")
    with pytest.raises(EnvironmentProblem, match="can't be read"):
        signing.signed(DOCUMENT, CONTENT, home)
    assert (home / signing.KEY_FILE).read_text() == "no key"


@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(st.none() | st.text(), st.lists).map(lambda j: json.dumps(j).encode()),
    )
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_other_file_is_said_to_be_none(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(data)
    with pytest.raises(UsageProblem, match="no signed result"):
        signing.check(path)


@pytest.mark.alone
def test_a_folder_is_no_signed_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (Path("."), tmp_path, Path("/")):
        with pytest.raises(UsageProblem, match="no signed result"):
            signing.check(path)


@pytest.mark.parametrize("name", ["", "..", "a\0b", "/"])
def test_a_gradebook_of_an_impossible_name_is_not_beside_its_signature(
    tmp_path: Path, home: Path, name: str
) -> None:
    document = {"schema": "tutor.gradebook/1", "file": name, "sha256": "0" * 64, "rows": 1}
    file = tmp_path / "book.csv.sig"
    file.write_bytes(signing.signed(document, {}, home))
    (problem,) = signing.check(file).problems
    assert "is not beside its signature" in problem


def test_a_learner_signs_at_home_and_the_instructor_checks(tutor: Tutor, tmp_path: Path) -> None:
    solution, result = tmp_path / "mine.py", tmp_path / "result.json"
    solution.write_bytes(RIGHT)
    assert tutor("submit", "doubling", solution, "--device", "cpu", "--signed", result).code == 0

    ended = tutor("verify", result, "--solution", solution, "--json")
    assert (ended.code, ended.json["ok"], ended.json["same_content"]) == (0, True, True)
    assert ended.json["document"]["verdict"] == "passed"
    assert "does not show" in " ".join(tutor("verify", result).out.split())  # what a signature can't prove

    solution.write_bytes(RIGHT + b"#")
    assert tutor("verify", result, "--solution", solution).code == 1
    result.write_text(result.read_text().replace('"passed"', '"failed"', 1))
    altered = tutor("verify", result)
    assert (altered.code, "was altered" in altered.out, "nobody" in altered.out) == (1, True, False)
    assert tutor("verify", solution).code == 2
