"""Every package that the tutor is run with stands under a licence that is known, allowed and listed."""

from __future__ import annotations

import importlib.util
import sys
from email.message import Message
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    spec = importlib.util.spec_from_file_location("licences", REPOSITORY / ".ci" / "licences.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["licences"] = module  # where dataclasses look for the module of their class
    spec.loader.exec_module(module)
    return module


def told(**fields: str) -> Message:
    """What a package says of itself."""
    said = Message()
    for name, value in fields.items():
        said[name.replace("_", "-")] = value
    return said


def listed() -> dict[str, tuple[str, str, str]]:
    rows = [line.strip("| ").split(" | ") for line in (REPOSITORY / "LICENCES.md").read_text().splitlines()]
    return {row[0]: cast("tuple[str, str, str]", tuple(row[1:])) for row in rows if len(row) == 4}


def test_each_locked_package_is_listed_with_its_version(licences: ModuleType) -> None:
    found = listed()
    for package in licences.packages():
        assert found.get(package.name, ("",))[0] == package.version, f"{package.name}: run 'make licences'"


def test_each_listed_licence_is_allowed(licences: ModuleType) -> None:
    found = listed()
    for package in licences.packages():
        assert licences.refusal(package, found[package.name][1]) == ""


def test_the_list_says_what_the_installed_packages_say(licences: ModuleType) -> None:
    found = listed()
    compared = 0
    for package in licences.packages():
        if (said := licences.metadata_of(package)) is not None:
            compared += 1
            assert licences.licence_of(package.name, said) == found[package.name][1], package.name
    assert compared > 70


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        (told(License_Expression="apache-2.0 or bsd-3-clause"), "Apache-2.0 OR BSD-3-Clause"),
        (told(License="MIT"), "MIT"),
        (told(Classifier="License :: OSI Approved :: Apache Software License"), "Apache-2.0"),
        (told(License="Copyright, all rights reserved"), ""),
        (told(Classifier="License :: OSI Approved :: BSD License"), ""),
        (None, ""),
    ],
)
def test_a_licence_is_read_or_called_unknown(
    licences: ModuleType, said: Message | None, licence: str
) -> None:
    assert licences.licence_of("some-package", said) == licence


@pytest.mark.parametrize(
    ("licence", "extra", "refused"),
    [
        ("MIT AND Apache-2.0 WITH LLVM-exception", False, False),
        ("GPL-3.0-only OR MIT", False, False),
        ("GPL-3.0-only AND MIT", True, True),
        ("LGPL-3.0-only", True, False),
        ("LGPL-3.0-only", False, True),
        ("LicenseRef-NVIDIA-Proprietary", True, True),
        ("", True, True),
    ],
)
def test_what_is_unknown_or_binds_others_is_refused(
    licences: ModuleType, licence: str, extra: bool, refused: bool
) -> None:
    package = licences.Package("some-package", "1", extra)
    assert bool(licences.refusal(package, licence)) is refused
