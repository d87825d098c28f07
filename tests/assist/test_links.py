"""Prompts are filled in by documented links only, never cut, and copied otherwise."""

from __future__ import annotations

import string
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.assist import assistant, assistants, hand_over
from tutor.errors import UsageProblem

DESKTOP = {"DISPLAY": ":0", "PATH": "/nonexistent", "TERM": "dumb"}


@pytest.fixture
def browser(monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    return opened


def test_every_link_says_who_documents_it_and_how_long_it_may_be():
    assert len({one.id for one in assistants()}) == len(assistants())
    assert any(one.url for one in assistants())
    for one in assistants():
        assert one.page.startswith("http")
        if one.url:
            assert one.source.startswith("https://")
            assert one.limit > 0
            assert one.limit_of in ("url", "prompt")
            assert [field for _, field, _, _ in string.Formatter().parse(one.url) if field] == ["prompt"]


@given(st.text(max_size=200))
def test_a_link_carries_the_prompt_unchanged(prompt):
    for one in assistants():
        if link := one.link(prompt):
            ((value,),) = parse_qs(urlsplit(link).query, keep_blank_values=True).values()
            assert value == prompt
            assert link.isascii()


@pytest.mark.parametrize("one", [one for one in assistants() if one.url], ids=lambda one: one.id)
def test_a_prompt_that_would_be_cut_gets_no_link(one):
    frame = len(one.url) - len("{prompt}") if one.limit_of == "url" else 0
    assert one.link("x" * (one.limit - frame)) is not None
    assert one.link("x" * (one.limit - frame + 1)) is None
    assert (one.link("ä" * (one.limit // 6)) is None) == (one.limit_of == "url")


def test_an_assistant_is_found_by_id_or_name_in_any_case():
    assert assistant("Claude Desktop").id == assistant("claude-desktop").id == "claude-desktop"
    assert assistant("CHATGPT").name == "ChatGPT"


def test_an_unknown_assistant_names_the_nearest_or_all():
    with pytest.raises(UsageProblem, match="Did you mean chatgpt"):
        assistant("chatgtp")
    with pytest.raises(UsageProblem, match="cursor"):
        assistant("zzz")


def test_a_documented_link_is_opened_filled_in(home, browser):
    done = hand_over(assistant("cursor"), "What is a scale?", home=home, environment=DESKTOP)
    assert browser == [done.url] == ["https://cursor.com/link/prompt?text=What%20is%20a%20scale%3F"]
    assert done.filled
    assert done.opened
    assert done.copies == ()


@pytest.mark.parametrize(("name", "prompt"), [("chatgpt", "short"), ("cursor", "x" * 9000)])
def test_without_a_link_the_prompt_is_copied_and_the_page_opened(home, browser, name, prompt):
    done = hand_over(assistant(name), prompt, home=home, environment=DESKTOP)
    assert not done.filled
    assert browser == [assistant(name).page]
    assert (home / "copied.md").read_text() == prompt
    assert [one.way for one in done.copies][-1] == "file"


def test_without_a_desktop_no_browser_is_started(home, browser, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    done = hand_over(assistant("cursor"), "x", home=home, environment={"TERM": "dumb"})
    assert not done.opened
    assert browser == []
    assert done.url
