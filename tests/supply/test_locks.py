"""Every package that set-up installs is locked: by its hashes, or, where builds differ by machine, by its version."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
IN_LOCK = {
    "tutor": (),
    "dev": ("dev",),
    "extras": ("anki", "chat", "mcp", "png", "ray", "web"),
}
NOT_HASHED = re.compile(r"torch|triton|cuda-.+|nvidia-(?!ml-py).+")
"""Their builds differ by machine. nvidia-ml-py, one wheel for all, is locked like any other."""
LOCKS = ("tutor", "dev", "extras", "supply")


def lines_of(lock: str) -> list[str]:
    """The requirements of a lock, each with its hashes on one line."""
    text = (REPOSITORY / "locks" / f"{lock}.txt").read_text()
    return [line for line in text.replace("\\\n", " ").splitlines() if not line.startswith("#")]


def pins_of(lines: list[str]) -> dict[str, str]:
    found = [re.fullmatch(r"([A-Za-z0-9._-]+)==([^\s;]+).*", line) for line in lines]
    assert all(found), "a line that pins nothing"
    return {canonicalize_name(one[1]): one[2] for one in found if one}


def constraints() -> dict[str, str]:
    return pins_of((REPOSITORY / "constraints.txt").read_text().splitlines())


def wanted_by(lock: str) -> Iterator[Requirement]:
    """What pyproject.toml asks for, for one way of setting up."""
    groups = PROJECT["dependency-groups"]
    if lock == "supply":
        texts = groups["supply"]
    else:
        extras = [text for extra in IN_LOCK[lock] for text in EXTRAS[extra]]
        texts = [*PROJECT["project"]["dependencies"], *groups["build"], *extras]
    yield from map(Requirement, texts)


@pytest.mark.parametrize("lock", LOCKS)
def test_each_locked_version_has_hashes(lock: str) -> None:
    for line in lines_of(lock):
        assert re.fullmatch(r"[a-z0-9.-]+==\S+( ; [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+", line), line


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_nothing_whose_build_differs_by_machine(lock: str) -> None:
    assert "://" not in (REPOSITORY / "locks" / f"{lock}.txt").read_text()
    assert not [name for name in pins_of(lines_of(lock)) if NOT_HASHED.fullmatch(name)]


@pytest.mark.parametrize("lock", LOCKS)
def test_the_versions_are_those_of_the_constraints(lock: str) -> None:
    pinned = constraints()
    told = {name: version for name, version in pins_of(lines_of(lock)).items() if pinned.get(name) != version}
    assert told == {}, "run 'make lock'"


def test_the_constraints_pin_nothing_that_is_not_used() -> None:
    used = {name for lock in LOCKS for name in pins_of(lines_of(lock))}
    assert set(constraints()) - used == {"torch", "triton"}


@pytest.mark.parametrize("lock", LOCKS)
def test_what_the_project_asks_for_is_locked(lock: str) -> None:
    """This fails where pyproject.toml changed and 'make lock' was not run."""
    locked = {**pins_of(lines_of(lock)), "torch": constraints()["torch"]}
    for wanted in wanted_by(lock):
        version = locked.get(canonicalize_name(wanted.name))
        assert version is not None, f"{wanted.name} is not locked: run 'make lock'"
        assert wanted.specifier.contains(version, prereleases=True), f"{wanted}, locked is {version}"


def test_what_each_extra_brings_is_in_a_lock() -> None:
    locked = {name for lock in LOCKS for name in pins_of(lines_of(lock))}
    for extra in set(EXTRAS) - {"triton"}:
        assert {canonicalize_name(Requirement(text).name) for text in EXTRAS[extra]} <= locked, extra


@pytest.mark.parametrize("lock", ["tutor", "dev"])
def test_what_the_packages_themselves_ask_for_is_locked_too(lock: str) -> None:
    """What torch pulls in, too: pip is left nothing to choose, and nothing to bring without a hash."""
    locked = {**pins_of(lines_of(lock)), **{name: constraints()[name] for name in ("torch", "triton")}}
    for name in locked:
        for text in installed_requirements(name):
            asked = Requirement(text)
            if asked.marker is not None and not asked.marker.evaluate({"extra": ""}):
                continue
            needed = canonicalize_name(asked.name)
            if not NOT_HASHED.fullmatch(needed):
                assert needed in locked, f"{name} needs {needed}"
                assert asked.specifier.contains(locked[needed], prereleases=True), f"{name} needs {asked}"


def installed_requirements(name: str) -> list[str]:
    try:
        return requires(name) or []
    except PackageNotFoundError:  # of another system or Python
        return []
