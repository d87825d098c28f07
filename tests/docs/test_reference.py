"""The reference is read from the code, and leaves nothing out."""

from __future__ import annotations

import re

import pytest

from docs.site.commands import command_group, command_pages
from docs.site.files import files_page
from docs.site.glossary import glossary_page
from docs.site.settings import VARIABLES, exit_codes_page, settings_page
from tests.docs.pages import ROOT
from tutor.cli import entry, listing
from tutor.cli.entry import COMMANDS
from tutor.course.models import Exercise, Lesson
from tutor.course.summaries import MODELS
from tutor.settings.table import SETTINGS


def test_every_command_of_the_help_has_its_place_with_every_option() -> None:
    group = command_group()
    context = group.make_context("tutor", [], resilient_parsing=True)
    text = "\n".join(text for _, text in command_pages().values())
    help_text = group.get_help(context)
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", help_text, re.MULTILINE)
        (section,) = re.findall(rf"^## tutor {name}$\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        for parameter in group.get_command(context, name).get_params(context):
            for option in parameter.opts:
                assert parameter.param_type_name == "argument" or option == "--help" or option in section


def test_a_command_that_is_added_to_the_table_appears_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "brandnew_command", listing.list_command, raising=False)
    monkeypatch.setitem(entry.SECTIONS["Teach"], "brandnew", ("listing", "What is new."))
    monkeypatch.setitem(entry.COMMANDS, "brandnew", ("listing", "What is new."))
    pages = command_pages()
    assert "## tutor brandnew" in pages["teach.md"][1]
    assert "| `tutor brandnew` | What is new. |" in pages["the-program.md"][1]


def test_every_variable_that_the_code_reads_is_named() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tutor").rglob("*.py"))
    names = set(re.findall(r"\bTUTOR_[A-Z_]*[A-Z]\b", code)) | {"NO_COLOR"}
    page = settings_page()
    assert {name for name in names if f"`{name}`" not in page} == set()
    assert all(f"`{setting.key}`" in page for setting in SETTINGS)
    assert set(VARIABLES) <= names


def test_every_key_of_a_courses_files_is_listed() -> None:
    page = files_page()
    assert all(f"\n## {name}\n" in page for name in MODELS)
    assert all(f"| `{key}` |" in page for model in (Lesson, Exercise) for key in model.model_fields)
    assert "| `misconceptions` | list of Misconception | required |" in page


def test_every_exit_code_has_one_row() -> None:
    rows = re.findall(r"^\| (\d+) \|", exit_codes_page(), re.MULTILINE)
    assert rows == ["0", "1", "2", "3", "4", "5", "130"]


def test_the_glossary_is_the_courses() -> None:
    assert "| **absmax** |" in glossary_page()
