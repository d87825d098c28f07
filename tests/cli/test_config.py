"""``tutor config``, and what follows the settings on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Tutor
from tutor.settings import FILE


def test_all_settings_are_listed_with_where_they_come_from(tutor: Tutor, home: Path) -> None:
    ended = tutor("config", env={"TUTOR_EDITOR": "hx"})
    assert ended.code == 0
    assert ended.is_clean()
    assert "daily_cap    20" in ended.out
    assert "editor       hx             TUTOR_EDITOR" in ended.out
    assert str(home / FILE) in ended.out


def test_one_setting_is_set_shown_and_refused(tutor: Tutor) -> None:
    assert tutor("config", "daily_cap", "12").out == "daily_cap = 12\n"
    assert tutor("config", "daily_cap").out == "12\n"
    refused = tutor("config", "daily_cap", "none")
    assert refused.code == 2
    assert "whole number from 1 to 500" in refused.err


def test_a_setting_is_taken_out_of_the_file_which_keeps_its_words(tutor: Tutor, home: Path) -> None:
    tutor("config", "daily_cap", "12")
    before = (home / FILE).read_text("utf-8")
    assert tutor("config", "daily_cap", "--unset").out == "daily_cap = 20\n"
    assert (home / FILE).read_text("utf-8") == before.replace("\ndaily_cap = 12", "\n# daily_cap = 20")
    assert tutor("config", "daily_cap", "--unset").code == 0, "there is nothing to take out"
    (home / FILE).write_text('"daily_cap" = 30\ndevice = "cpu"  # mine\n', "utf-8")
    assert tutor("config", "daily_cap", "--unset").code == 0
    assert (home / FILE).read_text("utf-8") == 'device = "cpu"  # mine\n'
    for words in (("--unset",), ("device", "cpu", "--unset")):
        assert "tutor config KEY --unset" in tutor("config", *words).err


def test_a_setting_that_the_environment_overrules_says_so(tutor: Tutor) -> None:
    ended = tutor("config", "device", "auto", env={"TUTOR_DEVICE": "cpu"})
    assert "TUTOR_DEVICE is set in the environment and wins: cpu" in ended.out


def test_the_document_holds_typed_values(tutor: Tutor) -> None:
    document = tutor("config", "--json", env={"TUTOR_NO_MOTION": "1"}).json
    assert document["schema"] == "tutor.config/1"
    values = {one["key"]: (one["value"], one["from"]) for one in document["settings"]}
    assert values["daily_cap"] == (20, "default")
    assert values["motion"] == (False, "TUTOR_NO_MOTION")


def test_a_broken_file_is_told_by_whatever_needs_it(tutor: Tutor, home: Path) -> None:
    home.mkdir()
    (home / FILE).write_text("device = [", "utf-8")
    for words in (("config",), ("demo", "first")):
        ended = tutor(*words)
        assert ended.code == 2, words
        assert "This is no TOML" in ended.err
        assert ended.is_clean()
    assert tutor("list").code == 0


def test_a_device_that_is_set_counts_where_none_is_named(tutor: Tutor) -> None:
    assert tutor("config", "device", "cuda:77").code == 0
    ended = tutor("demo", "first")
    assert ended.code == 3
    assert "There is no CUDA device here" in ended.err or "cuda:77" in ended.err
    assert "tutor config device cpu" in ended.err
    assert tutor("demo", "first", "--device", "cpu").code == 0
    assert tutor("demo", "first", "--device", "auto").code == 0, "named, though it is the default"


def test_a_value_that_is_refused_says_what_is_taken(tutor: Tutor) -> None:
    ended = tutor("config", "device", "gpu")
    assert ended.code == 2
    assert "device is auto, cpu, cuda, a card such as cuda:1, or mps on a Mac." in ended.err
    assert "Nothing was changed" in ended.err
    assert "Known are: chatgpt, claude" in " ".join(tutor("config", "assistant", "nobody").err.split())
    assert tutor("config", "assistant", "claude").code == 0
    assert tutor("config", "assistant", "").code == 0


def test_signs_are_ascii_where_that_is_set(tutor: Tutor) -> None:
    assert not tutor("list", env={"TUTOR_GLYPHS": "unicode", "PYTHONIOENCODING": "utf-8"}).out.isascii()
    assert tutor("list", env={"TUTOR_GLYPHS": "ascii", "PYTHONIOENCODING": "utf-8"}).out.isascii()


def test_a_theme_that_the_app_does_not_have_is_refused_with_the_nearest(tutor: Tutor) -> None:
    assert tutor("config", "theme", "nord").code == 0, "one of Textual's"
    refused = tutor("config", "theme", "tutor-lite")
    assert refused.code == 2
    assert "There is no theme 'tutor-lite'" in refused.err
    assert "Did you mean 'tutor-light'?" in refused.err
    assert tutor("config", "theme").out == "nord\n"
