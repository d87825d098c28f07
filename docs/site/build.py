"""Builds the documentation as a site: ``python -m docs.site.build``, or ``make docs``.

The pages of docs/ and those that are generated from the code are laid into build/docs, and Zensical makes build/site of
them. It fails at a dead link or anchor, and here at a page that the navigation lacks or names in vain.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from docs.site.commands import command_pages
from docs.site.documents import documents_page
from docs.site.files import files_page
from docs.site.glossary import glossary_page
from docs.site.settings import exit_codes_page, settings_page

DOCS = Path(__file__).parents[1]
CONFIGURATION = DOCS / "site" / "mkdocs.yml"
STAGE = DOCS.parent / "build"


def generated_pages() -> dict[str, tuple[str, str]]:
    """File name in ``reference/`` -> (title, Markdown), in the order of the navigation."""
    return {
        **command_pages(),
        "settings.md": ("Settings and variables", settings_page()),
        "exit-codes.md": ("Exit codes", exit_codes_page()),
        "documents.md": ("JSON documents", documents_page()),
        "files.md": ("Files of a course", files_page()),
        "glossary.md": ("Glossary", glossary_page()),
    }


def pages_of(navigation: list[Any]) -> Iterator[str]:
    """The files that a navigation names."""
    for entry in navigation:
        value = next(iter(entry.values())) if isinstance(entry, dict) else entry
        if isinstance(value, list):
            yield from pages_of(value)
        else:
            yield value


def stage(folder: Path) -> Path:
    """Lay pages, pictures and configuration into ``folder``; the path of the configuration.

    Raises:
        ValueError: the navigation lacks a page, or names one that is not there.
    """
    pages = folder / "docs"
    shutil.rmtree(pages, ignore_errors=True)
    shutil.copytree(DOCS, pages, ignore=shutil.ignore_patterns("*.py", "mkdocs.yml", "__pycache__"))
    configuration = yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))
    (reference,) = (entry["Reference"] for entry in configuration["nav"] if "Reference" in entry)
    for name, (title, text) in generated_pages().items():
        (pages / "reference" / name).write_text(text, encoding="utf-8")
        reference.append({title: f"reference/{name}"})
    named = set(pages_of(configuration["nav"]))
    there = {path.relative_to(pages).as_posix() for path in pages.rglob("*.md")}
    if named != there:
        raise ValueError(
            f"{CONFIGURATION}: without a place {sorted(there - named)}, in vain {sorted(named - there)}"
        )
    staged = folder / "mkdocs.yml"
    staged.write_text(yaml.safe_dump(configuration, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return staged


def make(configuration: Path) -> int:
    """Build the site that a staged configuration describes; the exit status, 0 only without a warning."""
    shutil.rmtree(configuration.parent / "site", ignore_errors=True)
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict", "-f", str(configuration)]
    return subprocess.run(command, check=False).returncode


def main() -> int:
    status = make(stage(STAGE))
    if status == 0:
        print(STAGE / "site" / "index.html")
    return status


if __name__ == "__main__":
    sys.exit(main())
