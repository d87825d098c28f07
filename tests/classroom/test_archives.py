"""Zip files from strangers: nothing leads out, nothing is unpacked that is too much, all is said by name."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.classroom.conftest import zipped
from tutor.classroom import archives as module
from tutor.classroom.archives import Archives, Unreadable


def reasons(path: Path) -> list[str]:
    return [member.reason for member in Archives().members((str(path),))]


def test_an_ordinary_member_is_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"folder/nf4.py": b"x = 1\n"})
    archives = Archives()
    (member,) = archives.members((str(path),))
    assert (member.parts, member.reason) == (("folder", "nf4.py"), "")
    assert archives.read((str(path),), member.name) == b"x = 1\n"


@pytest.mark.parametrize("name", ["../nf4.py", "/etc/nf4.py", "a/../../nf4.py", "..\\nf4.py", "C:\\nf4.py"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", {name: b"x"})
    assert ["path traversal" in reason for reason in reasons(path)] == [True]
    with pytest.raises(Unreadable, match="path traversal"):
        Archives().read((str(path),), name)


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=40))
def test_no_name_whatever_gives_a_part_that_leads_up(name: str) -> None:
    parts, _ = module._parts(name)
    assert not {"", ".", ".."} & set(parts)
    assert all("/" not in part and "\\" not in part for part in parts)


def test_a_link_in_an_archive_is_not_followed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        info = zipfile.ZipInfo("nf4.py")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert "A link" in reasons(tmp_path / "a.zip")[0]


def test_a_bomb_is_named_and_never_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"nf4.py": b"x = 1\n", "zeros": b"\0" * 50_000_000})
    with pytest.raises(Unreadable, match="A zip bomb: it would unpack to 50 MB"):
        reasons(path)


def test_in_an_export_that_is_trusted_the_bomb_alone_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"ada.py": b"x = 1\n", "bob.py": b"\0" * 50_000_000})
    archives = Archives()
    archives.trust((str(path),))
    assert [bool(member.reason) for member in archives.members((str(path),))] == [False, True]
    with pytest.raises(Unreadable, match="bomb"):
        archives.read((str(path),), "bob.py")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nonsense", b"PK\x05\x06", b"\0" * 100])
def test_what_is_no_archive_is_said_to_be_none(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    with pytest.raises(Unreadable, match=r"[Nn]o(t a)? zip file"):
        reasons(path)


@given(st.binary(max_size=300))
def test_damage_of_any_kind_is_unreadable_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    path = zipped(folder / "a.zip", {"nf4.py": b"x = 1\n" * 50})
    whole = path.read_bytes()
    path.write_bytes(noise + whole[len(noise) :])
    archives = Archives()
    try:
        for member in archives.members((str(path),)):
            archives.read((str(path),), member.name)
    except Unreadable as problem:
        assert str(problem)


def test_archives_in_archives_end_somewhere(tmp_path: Path) -> None:
    innermost = zipped(tmp_path / "1.zip", {"nf4.py": b"x"}).read_bytes()
    inner = zipped(tmp_path / "2.zip", {"1.zip": innermost}).read_bytes()
    path = zipped(tmp_path / "3.zip", {"2.zip": inner})
    archives = Archives()
    assert [member.name for member in archives.members((str(path), "2.zip"))] == ["1.zip"]
    with pytest.raises(Unreadable, match="inside an archive inside"):
        list(archives.members((str(path), "2.zip", "1.zip")))


def test_a_table_of_contents_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"{number}.py": b"" for number in range(module.MAX_MEMBERS + 1)})
    with pytest.raises(Unreadable, match="more than 2,000 files"):
        reasons(path)


def test_a_member_without_a_name_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("nf4.py", b"x = 1\n")
        nameless = zipfile.ZipInfo("x")
        nameless.filename = ""
        archive.writestr(nameless, b"")
    members = list(Archives().members((str(tmp_path / "a.zip"),)))
    assert [member.parts for member in members if not member.reason] == [("nf4.py",)]
    assert any("leads out" in member.reason for member in members)
