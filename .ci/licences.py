"""Writes LICENCES.md: under which licence each package stands that the tutor is run with, extras included.

    python .ci/licences.py            what 'make licences' does, in the development environment

A package's licence is an SPDX expression: its own, or what `.ci/licences.toml` makes of its words. Exits with status 1
and a line for each package whose licence is unknown or not allowed there.
"""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parent.parent
LIST = REPOSITORY / "LICENCES.md"
RULES = tomllib.loads((REPOSITORY / ".ci" / "licences.toml").read_text(encoding="utf-8"))
BY_VERSION_ALONE = ("torch", "triton")
HEAD = """\
# Licences of the packages that the tutor is run with

The tutor itself is under the Apache License 2.0 ([LICENSE](LICENSE)). Its wheel holds none of these packages: pip
brings them, each under the licence that it tells of itself. `make licences` writes this list; `.ci/licences.toml`
says how it is read and what is allowed. Packages that only development needs are not listed.

PyTorch's builds for CUDA bring NVIDIA's libraries (`nvidia-*`, `cuda-*`) along. These are not free software: they come
under [NVIDIA's own terms](https://docs.nvidia.com/cuda/eula/). Builds for CPUs, which are enough for all but the
measurements on a GPU, bring none of them.

| package | version | licence | for |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Package:
    """A package of a locked version, and whether running the tutor needs it or an extra alone."""

    name: str
    version: str
    extra: bool


def packages() -> list[Package]:
    """All that `locks/extras.txt` names, with what is pinned by version alone."""
    needed, all_of_them = (
        _pins(REPOSITORY / "locks" / "tutor.txt"),
        _pins(REPOSITORY / "locks" / "extras.txt"),
    )
    by_version = _pins(REPOSITORY / "constraints.txt")
    all_of_them |= {name: by_version[name] for name in BY_VERSION_ALONE}
    return [
        Package(name, version, extra=name not in needed and name != "torch")
        for name, version in sorted(all_of_them.items())
    ]


def licence_of(name: str, said: PackageMetadata | None) -> str:
    """The SPDX expression of a package's licence, or nothing where it can't be told."""
    if name in RULES["read"]:
        return str(RULES["read"][name])
    if said is None:
        return ""
    classifiers = [
        line.rpartition(" :: ")[2] for line in said.get_all("Classifier") or [] if "License ::" in line
    ]
    for words in (said.get("License-Expression"), said.get("License"), *classifiers):
        if words and (found := _as_expression(words.strip())):
            return found
    return ""


def refusal(package: Package, licence: str) -> str:
    """Why a package may not be used, or nothing."""
    if not licence:
        return "its licence is not known: read it, and write it into .ci/licences.toml"
    allowed = {*RULES["allowed"], *(RULES["allowed_in_extras"] if package.extra else [])}
    # A choice between licences is allowed when one of them is; of those that hold together each has to be.
    choices = [
        re.findall(r"[A-Za-z0-9.-]+", re.sub(r" WITH \S+", "", part)) for part in licence.split(" OR ")
    ]
    refused = [sorted({one for one in choice if one != "AND"} - allowed) for choice in choices]
    if all(refused):
        return f"{', '.join(refused[0])} is not among the licences that .ci/licences.toml allows"
    return ""


def table(licences: dict[Package, str]) -> str:
    """The text of LICENCES.md."""
    rows = (
        f"| {one.name} | {one.version} | {licence} | {'extras' if one.extra else 'the tutor'} |"
        for one, licence in licences.items()
    )
    return HEAD + "\n".join(rows) + "\n"


def metadata_of(package: Package) -> PackageMetadata | None:
    """What an installed package tells of itself; nothing where it is not here."""
    try:
        return metadata(package.name)
    except PackageNotFoundError:
        return None


def _pins(lock: Path) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def _as_expression(words: str) -> str:
    try:
        return canonicalize_license_expression(RULES["words"].get(words, words))
    except InvalidLicenseExpression:
        return ""


def main() -> int:
    licences = {package: licence_of(package.name, metadata_of(package)) for package in packages()}
    refused = {package: why for package, licence in licences.items() if (why := refusal(package, licence))}
    for package, why in refused.items():
        print(f"{package.name} {package.version}: {why}.", file=sys.stderr)
    if refused:
        return 1
    LIST.write_text(table(licences), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
