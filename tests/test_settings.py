"""Settings: a file that keeps its comments, an environment that wins, mistakes that are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.errors import UsageProblem
from tutor.progress.spreading import DAILY_CAP
from tutor.settings import FILE, SETTINGS, change, settings, settings_or_defaults, template


def test_without_a_file_every_setting_has_its_default(home: Path) -> None:
    chosen = settings(home, {}).chosen
    assert {key: one.value for key, one in chosen.items()} == {one.key: one.default for one in SETTINGS}
    assert all(one.origin == "" for one in chosen.values())


def test_the_first_change_writes_a_file_that_explains_every_setting(home: Path) -> None:
    change(home, "daily_cap", "35")
    text = (home / FILE).read_text("utf-8")
    assert all(setting.about in text for setting in SETTINGS)
    assert settings(home, {}).daily_cap == 35
    # It stands where its own comment is, not at the end.
    assert text.index("daily_cap = 35") > text.index(next(s.about for s in SETTINGS if s.key == "daily_cap"))
    assert "# daily_cap" not in text


def test_a_change_keeps_the_learner_s_own_comments_and_order(home: Path) -> None:
    (home / FILE).write_text('# mine\ndevice = "cpu"  # the fan is loud\nmotion = true\n', "utf-8")
    change(home, "motion", "off")
    assert (home / FILE).read_text("utf-8") == '# mine\ndevice = "cpu"  # the fan is loud\nmotion = false\n'


def test_the_environment_wins_over_the_file(home: Path) -> None:
    change(home, "editor", "vim")
    change(home, "motion", "on")
    found = settings(home, {"VISUAL": "code -w", "EDITOR": "nano", "TUTOR_NO_MOTION": "1"})
    assert (found.editor, found.chosen["editor"].origin) == ("code -w", "VISUAL")
    assert (found.motion, found.chosen["motion"].origin) == (False, "TUTOR_NO_MOTION")
    assert settings(home, {"TUTOR_EDITOR": "hx", "VISUAL": "code"}).editor == "hx"
    assert settings(home, {"VISUAL": " "}).editor == "vim"


@pytest.mark.parametrize(
    ("key", "word", "allowed"),
    [
        ("motion", "maybe", "on or off"),
        ("daily_cap", "0", "1 to 500"),
        ("daily_cap", "many", "1 to 500"),
        ("device", "tpu", "auto, cpu"),
        ("glyphs", "emoji", "auto, unicode or ascii"),
        ("editor", "a\nb", "builtin"),
        ("editor", "vi \udcff", "builtin"),
        ("chat_model", "\udcff", "one word"),
    ],
)
def test_a_value_that_is_not_allowed_says_what_is(home: Path, key: str, word: str, allowed: str) -> None:
    with pytest.raises(UsageProblem) as told:
        change(home, key, word)
    assert allowed in told.value.message.replace("from ", "")
    assert not (home / FILE).exists()


def test_an_unknown_setting_names_the_nearest(home: Path) -> None:
    with pytest.raises(UsageProblem) as told:
        change(home, "dayly_cap", "3")
    assert told.value.next_step == "Did you mean 'daily_cap'?"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("theme = [", "no TOML"),
        ('colour = "red"\n', "no setting 'colour'"),
        ("daily_cap = 9999\n", "1 to 500, not '9999'"),
        ('motion = "sometimes"\n', "on or off, not 'sometimes'"),
    ],
)
def test_a_broken_file_is_told_and_a_face_still_opens(home: Path, text: str, message: str) -> None:
    (home / FILE).write_text(text, "utf-8")
    with pytest.raises(UsageProblem) as told:
        settings(home, {})
    assert message in told.value.message.replace("from ", "")
    chosen, problem = settings_or_defaults(home, {})
    assert problem is not None
    assert chosen.daily_cap == DAILY_CAP
    assert chosen.motion is True


def test_a_broken_file_is_never_written_over(home: Path) -> None:
    (home / FILE).write_text("theme = [", "utf-8")
    with pytest.raises(UsageProblem):
        change(home, "daily_cap", "3")
    assert (home / FILE).read_text("utf-8") == "theme = ["


def test_the_template_sets_nothing(home: Path) -> None:
    (home / FILE).write_text(template(), "utf-8")
    assert all(one.origin == "" for one in settings(home, {}).chosen.values())


@given(st.text(max_size=60))
def test_any_word_is_a_value_or_a_usage_problem(word: str) -> None:
    for setting in SETTINGS:
        try:
            value = setting.read(word)
        except ValueError:
            continue
        assert type(value) is type(setting.default)
