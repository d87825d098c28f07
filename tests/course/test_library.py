"""Courses from elsewhere: what is brought, what is refused, what the review says of it."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.course.library import add, bring, kept_courses, remove, review
from tutor.course.library.review import reaches
from tutor.errors import ContentProblem, EnvironmentProblem, UsageProblem
from tutor.paths import content_root, is_from_elsewhere

OTHER = Path(__file__).parents[1] / "other_course"


def names_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


WANTED = {name for name in names_in(OTHER) if "__pycache__" not in name}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return shutil.copytree(OTHER, tmp_path / "theirs", ignore=shutil.ignore_patterns("__pycache__"))


def zipped(archive: Path, course: Path, top: str = "") -> Path:
    with zipfile.ZipFile(archive, "w") as packed:
        for name in sorted(names_in(course)):
            packed.write(course / name, f"{top}{name}")
    return archive


def test_a_folder_is_copied_without_what_is_no_course(course: Path) -> None:
    (course / ".git").mkdir()
    (course / ".git" / "config").write_text("secret")
    (course / "graders" / "__pycache__").mkdir()
    (course / "graders" / "__pycache__" / "x.pyc").write_bytes(b"x")
    (course / "setup.py").write_text("evil")
    (course / "LICENSE").write_text("free")
    with bring(str(course)) as folder:
        assert names_in(folder) == WANTED | {"LICENSE"}
        assert folder != course
    assert not folder.exists()


@pytest.mark.parametrize("top", ["", "course-main/"])
def test_an_archive_is_unpacked_with_or_without_a_folder_around_it(
    course: Path, tmp_path: Path, top: str
) -> None:
    with bring(str(zipped(tmp_path / "a.zip", course, top))) as folder:
        assert names_in(folder) == WANTED


def test_a_repository_is_cloned(course: Path) -> None:
    def git(*words: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *words], cwd=course, check=True, capture_output=True)

    git("init")
    git("add", "-A")
    git("commit", "-m", "first")
    with bring(f"file://{course}") as folder:
        assert names_in(folder) == WANTED
    with pytest.raises(UsageProblem, match="git could not bring it"), bring(f"file://{course}-not-there"):
        pass


@pytest.mark.parametrize(
    "name", ["../evil.py", "/etc/evil", "a/../../evil", "C:/evil", "lessons\\..\\..\\evil"]
)
def test_a_member_whose_name_leads_elsewhere_is_refused(course: Path, tmp_path: Path, name: str) -> None:
    archive = zipped(tmp_path / "a.zip", course)
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr(name, "evil")
    with pytest.raises(UsageProblem, match="leads elsewhere"), bring(str(archive)):
        pass
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.parametrize("name", ["", ".", "./"])
def test_a_member_without_a_name_is_refused(course: Path, tmp_path: Path, name: str) -> None:
    archive = zipped(tmp_path / "a.zip", course)
    with zipfile.ZipFile(archive, "a") as packed:
        nameless = zipfile.ZipInfo("x")
        nameless.filename = name
        packed.writestr(nameless, b"")
    with pytest.raises(UsageProblem, match="leads elsewhere"), bring(str(archive)):
        pass


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_member_that_cannot_be_unpacked_is_told(course: Path, tmp_path: Path, method: int) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w", method) as packed:
        packed.writestr("lessons/course.yaml", "id: small " * 100)
    data = bytearray(archive.read_bytes())
    at = 30 + len("lessons/course.yaml")  # behind the header and the name
    data[at : at + 20] = b"\xff" * 20
    archive.write_bytes(data)
    with pytest.raises(UsageProblem, match="no ZIP archive"), bring(str(archive)):
        pass


def test_a_link_in_an_archive_is_refused(course: Path, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", course)
    with zipfile.ZipFile(archive, "a") as packed:
        link = zipfile.ZipInfo("graders/passwd.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/passwd")
    with pytest.raises(UsageProblem, match="a link or a special file"), bring(str(archive)):
        pass


def test_an_archive_that_unpacks_to_very_much_is_refused(course: Path, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", course)
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("lessons/zeros.bin", b"\0" * 60_000_000)
    assert archive.stat().st_size < 100_000
    with pytest.raises(UsageProblem, match="larger than 50 MB"), bring(str(archive)):
        pass


def test_more_files_than_any_course_has_are_refused(course: Path, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", course)
    with zipfile.ZipFile(archive, "a") as packed:
        for number in range(5001):
            packed.writestr(f"lessons/{number}.txt", "")
    with pytest.raises(UsageProblem, match="more than 5,000 files"), bring(str(archive)):
        pass


@given(st.binary(max_size=400))
def test_anything_else_in_the_place_of_an_archive_is_told(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    archive = tmp_path_factory.mktemp("zip") / "a.zip"
    archive.write_bytes(data)
    with pytest.raises(UsageProblem), bring(str(archive)):
        pass


@given(where=st.integers(0, 3000), bit=st.integers(0, 7))
def test_a_damaged_archive_is_told_or_is_whole(
    tmp_path_factory: pytest.TempPathFactory, where: int, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("zip")
    data = bytearray(zipped(folder / "whole.zip", OTHER / "lessons").read_bytes())
    data[where % len(data)] ^= 1 << bit
    (folder / "a.zip").write_bytes(data)
    with pytest.raises(UsageProblem), bring(str(folder / "a.zip")):
        pass  # even whole, it has no folder 'lessons'


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_links_and_special_files_in_a_folder_are_refused(course: Path, kind: str) -> None:
    place = course / "graders" / "more.py"
    if kind == "link":
        place.symlink_to("/etc/passwd")
    elif kind == "folder":
        (course / "lessons" / "02-more").symlink_to("/etc")
    else:
        os.mkfifo(place)
    with pytest.raises(UsageProblem, match="no links"), bring(str(course)):
        pass


@pytest.mark.parametrize(
    "source", ["nothing-there", "ext::sh -c touch% evil", "-u evil", "", "--upload-pack=x"]
)
def test_what_is_no_source_is_told(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    with pytest.raises(UsageProblem), bring(source):
        pass
    assert list(tmp_path.iterdir()) == [tmp_path / "empty"]


def test_the_review_says_what_runs_with_which_rights(course: Path) -> None:
    checks = course / "graders" / "weekday" / "test_weekday.py"
    checks.write_text(checks.read_text() + "\nimport subprocess, urllib.request\nopen('/tmp/x')\n")
    found = review(course)
    assert (found.id, found.lessons, found.questions, found.exercises) == ("calendars", 1, 2, 2)
    assert {one.path: one.reaches for one in found.of("yours")} == {
        "graders/is-leap/test_is_leap.py": (),
        "graders/weekday/test_weekday.py": ("the network", "other programs", "files"),
        "graders/weeks.py": (),
    }
    assert [one.path for one in found.of("confined")] == [
        "lessons/01-leap-years/demo.py",
        "exercises/is-leap/example.py",
        "exercises/weekday/example.py",
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"import math\nfrom tutor.grading.checks import nearest", ()),
        (b"from tutor.progress import Store", ("the tutor itself",)),
        (b"import os.path", ("files",)),
        (b"__import__('so' + 'cket')", ("code made while it runs",)),
        (b"getattr(__builtins__, 'ev' 'al')", ()),  # read from the text: a hint, no proof
        (b"def (", ("something that is no Python",)),
        (b"\0", ("something that is no Python",)),
    ],
)
def test_what_a_text_reaches_for(source: bytes, expected: tuple[str, ...]) -> None:
    assert reaches(source) == expected


def test_a_broken_course_is_not_added(course: Path) -> None:
    (course / "lessons" / "01-leap-years" / "quiz.yaml").write_text("items: []\n")
    with pytest.raises(ContentProblem) as refused:
        review(course)
    assert refused.value.line == 1
    assert "author" in refused.value.next_step


def test_an_added_course_is_found_by_its_id_replaced_by_a_newer_one_and_removed(
    course: Path, home: Path
) -> None:
    kept = add(review(course), course, "somewhere")
    assert kept.folder == home / "courses" / "calendars"
    assert content_root(Path("calendars")).root == kept.folder
    assert is_from_elsewhere(kept.folder / "lessons" / "01-leap-years" / "demo.py")
    assert not is_from_elsewhere(course / "lessons" / "01-leap-years" / "demo.py")
    assert names_in(kept.folder) == WANTED | {".added.json"}
    (course / "lessons" / "course.yaml").write_text(
        (course / "lessons" / "course.yaml").read_text().replace('"1"', '"2"')
    )
    (course / "LICENSE").write_text("free")
    add(review(course), course, "elsewhere")
    [now] = kept_courses()
    assert (now.version, now.source) == ("2", "elsewhere")
    assert "LICENSE" in names_in(now.folder)
    assert [path.name for path in (home / "courses").iterdir()] == ["calendars"]
    with pytest.raises(UsageProblem, match="No course 'calendar'"):
        remove("calendar")
    remove("calendars")
    assert kept_courses() == []
    with pytest.raises(UsageProblem, match="no such folder"):
        content_root(Path("calendars"))


def test_the_older_version_stays_where_the_newer_one_cannot_take_its_place(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTOR_HOME", str(tmp_path / "home"))
    kept = add(review(course), course, "somewhere")
    rename = os.rename

    def fails(source: Path, target: Path) -> None:
        if ".new-" in Path(source).name:
            raise OSError(28, "No space left on device")
        rename(source, target)

    monkeypatch.setattr(os, "rename", fails)
    with pytest.raises(EnvironmentProblem, match="No space left"):
        add(review(course), course, "elsewhere")
    assert [one.source for one in kept_courses()] == ["somewhere"]
    assert [one.name for one in kept.folder.parent.iterdir()] == [kept.folder.name]
