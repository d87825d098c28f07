"""The settings screen, the themes, and signs in ASCII."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from tests.app.conftest import Running, key_bar, press, settled, shown, told
from tests.app.fakes import PracticeEngine
from tutor.app.screens.settings import SettingsList, SettingsScreen
from tutor.app.signs import _SIGNS, AsciiSigns, wants_ascii
from tutor.app.theme import THEMES
from tutor.app.tutor_app import TutorApp
from tutor.paths import ContentRoot
from tutor.settings import FILE, SETTINGS, settings

FIRST = ["comma"]


def down_to(key: str) -> list[str]:
    return [*FIRST, *["down"] * [one.key for one in SETTINGS].index(key)]


async def test_comma_opens_the_settings_from_anywhere_and_q_goes_back(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "comma")
        assert isinstance(pilot.app.screen, SettingsScreen)
        await press(pilot, "comma")
        assert len(pilot.app.screen_stack) == 3  # not twice
        await press(pilot, "q")
        assert not isinstance(pilot.app.screen, SettingsScreen)


async def test_enter_takes_the_next_choice_and_follows_it_at_once(running: Running, home: Path) -> None:
    async with running() as pilot:
        await press(pilot, "comma", "enter")
        assert pilot.app.theme == "tutor-light"
        assert settings(home).theme == "tutor-light"
        await press(pilot, "left", "left")
        assert settings(home).theme == THEMES[-1].name
        await press(pilot, "right", "j", "enter")
        assert settings(home).glyphs == "unicode"
        await press(pilot, "k")
        assert pilot.app.screen.query_one(SettingsList).highlighted == 0


async def test_d_goes_back_to_the_default_of_what_was_set(running: Running, home: Path) -> None:
    async with running() as pilot:
        await press(pilot, "comma")
        assert "Default" not in key_bar(pilot), "nothing was set"
        await press(pilot, "enter")
        assert "d Default" in key_bar(pilot)
        await press(pilot, "d")
        assert pilot.app.theme == settings(home).theme == "tutor-dark"
        assert settings(home).chosen["theme"].origin != FILE
        assert "Default" not in key_bar(pilot)


async def test_a_number_is_written_and_a_wrong_one_is_told(running: Running, home: Path) -> None:
    async with running() as pilot:
        await press(pilot, *down_to("daily_cap"), "enter", "backspace", "backspace", "0", "enter")
        assert "whole number from 1 to 500. Nothing was changed: give it such a value." in told(pilot)
        assert "⏎ Take it  esc Leave it as it was" in key_bar(pilot)
        await press(pilot, "enter")
        assert told(pilot).count("whole number") == 1, "each in the place of the one before"
        await press(pilot, "backspace", "7", "enter")
        assert settings(home).daily_cap == 7
        assert not told(pilot)
        await press(pilot, "e", "escape", "escape")
        assert not isinstance(pilot.app.screen, SettingsScreen)


async def test_an_assistant_that_is_set_is_the_first_to_be_offered(
    running: Running, home: Path, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        await press(pilot, *down_to("assistant"), "enter", *"gemeni", "enter")
        assert "No assistant is called 'gemeni'. Did you mean gemini?" in told(pilot)
        await press(pilot, "ctrl+u", *"gemini", "enter")
        assert settings(home).assistant == "gemini"
        assert [one.id for one in engine.assistance.assistants()][:2] == ["gemini", "chatgpt"]


def test_every_setting_says_what_it_may_be() -> None:
    for one in SETTINGS:
        assert "another" not in one.allowed, one.key
        assert not one.free or one.such_as, one.key


async def test_what_the_environment_sets_is_said(
    running: Running, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running() as pilot:
        await press(pilot, *down_to("motion"))
        assert "TUTOR_NO_MOTION is set in the environment" in " ".join(shown(pilot).split())


async def test_every_theme_of_textual_fits_the_screens(running: Running, home: Path) -> None:
    async with running() as pilot:
        for theme in pilot.app.available_themes:
            pilot.app.theme = theme
            await pilot.pause()
        assert pilot.app.theme == theme


async def test_a_theme_picked_in_the_palette_is_kept_for_the_next_time(running: Running, home: Path) -> None:
    async with running() as pilot:
        pilot.app.theme = "nord"
        await settled(pilot)
        assert settings(home).theme == "nord"


async def test_broken_settings_are_told_and_the_app_opens(running: Running, home: Path) -> None:
    (home / FILE).write_text("theme = [", "utf-8")
    async with running() as pilot:
        assert "This is no TOML" in shown(pilot)
        await press(pilot, "enter")
        assert "Bits" in shown(pilot)


async def test_ascii_signs_leave_nothing_else_on_the_screens(
    running: Running, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTOR_GLYPHS", "ascii")
    async with running(size=(120, 40)) as pilot:
        for keys in (
            [],
            ["enter"],
            ["n"],
            ["question_mark"],
            ["escape", "q", "comma"],
            ["q", "m"],
            ["q", "i"],
        ):
            await press(pilot, *keys)
            signs = {sign for sign in _drawn(pilot) if not sign.isascii() and not sign.isdigit()}
            assert not signs  # raised numbers of sources are text


def _drawn(pilot: object) -> str:
    """What the terminal gets, lines and scroll bars included."""
    app = pilot.app  # type: ignore[attr-defined]
    return "".join(
        segment.text for strip in app.screen._compositor.render_strips() for segment in strip if segment.text
    )


def test_every_ascii_sign_takes_the_room_of_the_one_it_replaces() -> None:
    assert all(cell_len(sign) == cell_len(plain) == 1 for sign, plain in _SIGNS.items())
    turned = AsciiSigns().apply([Segment("━━ ✓ α²")], Color(0, 0, 0))
    assert turned[0].text == "== + α²"  # letters and exponents are text, not signs


@pytest.mark.parametrize(
    ("setting", "term", "expected"),
    [
        ("auto", "xterm", False),
        ("auto", "linux", True),
        ("unicode", "linux", False),
        ("ascii", "xterm", True),
    ],
)
def test_signs_follow_the_setting_then_the_terminal(
    monkeypatch: pytest.MonkeyPatch, setting: str, term: str, expected: bool
) -> None:
    monkeypatch.setattr("locale.getpreferredencoding", lambda _ask: "UTF-8")
    assert wants_ascii(setting, {"TERM": term}) is expected


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in Color.parse(colour).rgb]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_text_stands_out_from_its_ground(theme: object) -> None:
    """WCAG 2: 4.5 to 1 for text, 7 to 1 in high contrast; what is merely quiet too."""
    least = 7.0 if "contrast" in theme.name else 4.5  # type: ignore[attr-defined]
    colours = [theme.foreground, theme.primary, theme.secondary, theme.accent, theme.success, theme.error]  # type: ignore[attr-defined]
    colours.append(theme.variables["quiet"])  # type: ignore[attr-defined]
    assert min(_contrast(colour, theme.background) for colour in colours) >= least  # type: ignore[attr-defined]


async def test_a_language_is_followed_at_once(
    running: Running, engine: PracticeEngine, tmp_path: Path
) -> None:
    course = shutil.copytree(engine.root.root, tmp_path / "course")
    translation = course / "lessons" / "01-bits" / "de" / "lesson.yaml"
    translation.parent.mkdir()
    translation.write_text("title: Wie wenige Bits genügen\n")
    engine.root = ContentRoot(course)
    async with running() as pilot:
        assert "How few bits are enough" in shown(pilot)
        assert isinstance(pilot.app, TutorApp)
        pilot.app.change_setting("language", "de")
        await press(pilot, "comma", "q")
        assert "Wie wenige Bits genügen" in shown(pilot)
        await press(pilot, "enter")
        assert "Wie wenige Bits genügen" in shown(pilot)


async def test_a_language_that_nothing_is_written_in_says_so(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, *down_to("language"), "e", "x", "x", "enter")
        assert "Nothing in the course is translated into it yet" in told(pilot)
