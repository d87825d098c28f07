"""The chat, against a real server of the protocol: it streams, stops, fails, is kept in memory and nowhere else."""

from __future__ import annotations

import asyncio
import random
import re
import time
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.conftest import Running, press, settled, shown, told, until
from tests.app.fakes import PracticeEngine, write_solution
from tests.chat_server import KEY, ChatServer, breaks_off, calls, keeps_silent, refuses, says
from tests.progress.world import verdict
from tutor.app.screens.chat import ChatScreen
from tutor.app.screens.glossary import GlossaryScreen
from tutor.app.screens.keys import KeysScreen
from tutor.app.screens.lesson import LessonScreen
from tutor.app.screens.settings import SettingsScreen
from tutor.app.screens.workbench import WorkbenchScreen
from tutor.app.widgets.answer import Answer
from tutor.app.widgets.turn_view import TurnView
from tutor.progress import report
from tutor.progress.hints import next_hint


@pytest.fixture
def server(chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> ChatServer:
    """The server, and an environment that names it."""
    monkeypatch.setenv("TUTOR_CHAT_URL", chat_server.url)
    monkeypatch.setenv("TUTOR_CHAT_MODEL", "small-instruct")
    monkeypatch.setenv("TUTOR_CHAT_KEY", KEY)
    return chat_server


def chat_of(pilot: Pilot[int]) -> ChatScreen:
    screen = pilot.app.screen
    assert isinstance(screen, ChatScreen)
    return screen


async def ask(pilot: Pilot[int], question: str) -> None:
    """Type, send, and wait for the end of the answer."""
    await send(pilot, question)
    await answered(pilot)


async def send(pilot: Pilot[int], question: str) -> None:
    chat_of(pilot).field.text = question
    await pilot.press("enter")


async def half_answered(pilot: Pilot[int], server: ChatServer) -> None:
    """Open the chat of the first lesson and ask; the server falls silent in its answer."""
    server.then(keeps_silent("The first half of"))
    await press(pilot, "enter", "a")
    await send(pilot, "Why?")
    await until(pilot, lambda: "The first half of" in shown(pilot), 20)


async def answered(pilot: Pilot[int]) -> None:
    screen = chat_of(pilot)
    await until(pilot, lambda: not screen.answering, 20)
    await settled(pilot)


# --- where it opens ---------------------------------------------------------------------------------


async def test_a_opens_it_on_a_lesson_and_the_model_is_told_which_step_is_shown(
    running: Running, server: ChatServer
) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "n", "a", *"Why", "question_mark")
        assert chat_of(pilot).field.text == "Why?"
        await press(pilot, "enter")
        await answered(pilot)
        await ask(pilot, "And then?")
        assert "Ask me more." in shown(pilot)
        step = chat_of(pilot).lesson.info.steps[1].title
        assert server.asked[0].messages[1]["content"] == f"Why?\n\n(I have the step '{step}' before me.)"
        assert server.asked[1].messages[-1]["content"] == "And then?", "the place is told once"
        assert "How few bits are enough" in server.asked[0].system
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, LessonScreen)


async def test_a_opens_it_on_the_workbench_too_about_its_lesson(running: Running, server: ChatServer) -> None:
    async with running() as pilot:
        pilot.app.open_exercise("absmax-int8")  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "a")
        await ask(pilot, "Why?")
        assert "(I am at the exercise 'absmax-int8'.)" in server.asked[0].messages[1]["content"]
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, WorkbenchScreen)


async def test_it_is_found_in_the_palette_and_among_the_ways_on(running: Running, server: ChatServer) -> None:
    async with running() as pilot:
        await press(pilot, "ctrl+p", *"chathow")
        await pilot.pause(0.5)
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChatScreen))
        await press(pilot, "escape", "enter", "t", "end", "up", "enter")
        assert isinstance(pilot.app.screen, ChatScreen)


async def test_it_is_opened_once_for_a_lesson(running: Running, server: ChatServer) -> None:
    async with running() as pilot:
        await half_answered(pilot, server)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, GlossaryScreen))
        pilot.app.open_chat("bits")  # type: ignore[attr-defined]
        await until(pilot, lambda: isinstance(pilot.app.screen, ChatScreen))
        assert chat_of(pilot).answering, "it is the one that answers"
        assert "The first half of" in shown(pilot)
        await pilot.press("escape")
        await answered(pilot)


async def test_f1_lists_its_keys(running: Running, server: ChatServer) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "a", "f1")
        assert isinstance(pilot.app.screen, KeysScreen)
        for told_key in ("Ask", "Back", "New line", "A page up", "A page down"):
            assert told_key in shown(pilot)
        await press(pilot, "escape", "ctrl+g")
        assert isinstance(pilot.app.screen, GlossaryScreen)


# --- an answer --------------------------------------------------------------------------------------


async def test_an_answer_is_markdown_and_nothing_in_it_is_obeyed(
    running: Running, server: ChatServer
) -> None:
    server.then(
        says(
            "**Bold** \x1b[31mred\x1b[0m \x1b]52;c;aGk=\x07[bold]not markup[/bold] <b>html</b> ",
            "[a link](javascript:alert(1)) and ![an image](http://x.invalid/y.png)\n\n",
            "<script>alert(1)</script>\n\n- one\n- two\n",
        )
    )
    async with running() as pilot:
        await press(pilot, "enter", "a")
        await ask(pilot, "[red]Why?[/red]")
        text = shown(pilot)
        for part in (
            "[red]Why?[/red]",
            "Bold red",
            "[bold]not markup[/bold]",
            "<b>html</b>",
            "<script>",
            "• one",
        ):
            assert part in text
        strips = pilot.app.screen._compositor.render_strips()
        whole = "".join(segment.text for strip in strips for segment in strip)
        assert not re.search("[\x00-\x1f\x7f-\x9f]", whole)
        opened: list[str] = []
        pilot.app.open_url = lambda url, **_: opened.append(url)  # type: ignore[method-assign,assignment]
        for y, line in enumerate(text.splitlines()):
            if "a link" in line:
                await pilot.click(offset=(line.index("a link") + 2, y))
        await settled(pilot)
        assert opened == []


async def test_tools_are_shown_with_how_they_ended(running: Running, server: ChatServer) -> None:
    server.then(
        calls(("read_step", {"lesson": "bits"}), ("show_solution", {"exercise": "absmax-int8"})),
        says("So it is."),
    )
    async with running() as pilot:
        await press(pilot, "enter", "a")
        await ask(pilot, "Why?")
        assert "✓ read_step  bits" in shown(pilot)
        assert "– show_solution  absmax-int8  not done" in shown(pilot)
        assert shown(pilot).index("show_solution") < shown(pilot).index("So it is.")


async def test_escape_stops_the_answer_and_then_leaves(running: Running, server: ChatServer) -> None:
    async with running() as pilot:
        await half_answered(pilot, server)
        assert "esc stops it" in shown(pilot)
        await pilot.press("enter")
        chat_of(pilot).field.text = "And more?"
        await pilot.press("enter")
        assert "Esc stops the answer" in told(pilot)
        await pilot.press("escape")
        await answered(pilot)
        await until(pilot, lambda: server.gone == 1)
        assert "– stopped" in shown(pilot)
        assert "stops it" not in shown(pilot)
        assert chat_of(pilot).field.text == "And more?", "what was being typed stays"
        await ask(pilot, "Go on.")
        assert server.asked[-1].messages[2]["content"] == "The first half of"
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, LessonScreen)


async def test_leaving_for_the_map_ends_the_answer(running: Running, server: ChatServer) -> None:
    async with running() as pilot:
        await half_answered(pilot, server)
        pilot.app.back_to_map()  # type: ignore[attr-defined]
        await until(pilot, lambda: server.gone == 1)
        await settled(pilot)
        await press(pilot, "enter", "a")
        assert "The first half of" in shown(pilot)
        assert "– stopped" in shown(pilot)


async def test_a_failure_without_a_word_is_told_and_the_question_put_back(
    running: Running, server: ChatServer
) -> None:
    server.then(refuses(404, "no such model"), breaks_off("The first half"))
    async with running() as pilot:
        await press(pilot, "enter", "a")
        await ask(pilot, "Why?")
        assert "✗ It knows no model 'small-instruct'" in shown(pilot)
        assert "one that it has: small, large" in shown(pilot)
        assert chat_of(pilot).field.text == "Why?"
        await press(pilot, "enter")
        await answered(pilot)
        assert "The first half" in shown(pilot)
        assert "What came of it is kept." in shown(pilot)
        assert chat_of(pilot).field.text == ""


async def test_a_question_that_is_too_long_is_told(running: Running, server: ChatServer) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "a")
        await send(pilot, "x" * 30_000)
        await until(pilot, lambda: "20,000 are the most" in shown(pilot))
        await press(pilot, "enter")
        assert len(chat_of(pilot).field.text) == 30_000
        assert server.asked == []


@pytest.mark.alone
async def test_keys_are_heard_while_an_answer_pours_in(running: Running, server: ChatServer) -> None:
    pieces = [f"**word** {n} of `many` " + ("\n\n" if n % 40 == 39 else "") for n in range(1_200)]
    server.then(says(*pieces, pause=0.001))
    async with running() as pilot:
        await press(pilot, "enter", "a")
        began, slowest = time.process_time(), 0.0
        await send(pilot, "Why?")
        screen = chat_of(pilot)
        keys = 0
        while screen.answering or keys < 6:
            before, length = time.process_time(), len(screen.field.text)
            keys += 1
            pilot.app.simulate_key("x")
            while len(screen.field.text) == length:
                await asyncio.sleep(0.005)
            slowest = max(slowest, time.process_time() - before)
        assert slowest < 0.6, "seconds of work between a key and what it does"
        assert time.process_time() - began < 10, (
            "seconds of work in all; drawing each piece by itself takes 40"
        )
        await settled(pilot)
        assert screen.talk.query(Answer).last(Answer).source == "".join(pieces)


# --- what is typed, and the page --------------------------------------------------------------------


async def test_several_lines_can_be_written_and_pasted(running: Running, server: ChatServer) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "a", "a", "ctrl+j", "b", "shift+enter", "c")
        assert chat_of(pilot).field.text == "a\nb\nc"
        assert chat_of(pilot).field.region.height == 3
        await press(pilot, "enter")
        await answered(pilot)
        assert server.asked[0].messages[1]["content"].startswith("a\nb\nc\n\n(")


async def test_pages_turn_while_the_field_has_the_keys(running: Running, server: ChatServer) -> None:
    server.then(says("\n\n".join(f"line {n}" for n in range(60))))
    async with running() as pilot:
        await press(pilot, "enter", "a")
        await ask(pilot, "Why?")
        assert "line 59" in shown(pilot), "the end is in sight"
        await press(pilot, "pageup", "pageup")
        assert "line 59" not in shown(pilot)
        await press(pilot, "pagedown", "pagedown", "pagedown")
        assert "line 59" in shown(pilot)


async def test_who_reads_above_is_left_there_while_the_answer_grows(
    running: Running, server: ChatServer
) -> None:
    server.then(says("\n\n".join(f"line {n}" for n in range(60))), says(*["more\n\n"] * 20, pause=0.05))
    async with running() as pilot:
        await press(pilot, "enter", "a")
        await ask(pilot, "Why?")
        await send(pilot, "More?")
        await until(pilot, lambda: "more" in shown(pilot), 20)
        await pilot.press("pageup", "pageup")
        await pilot.pause(0.2)
        above = chat_of(pilot).talk.scroll_y
        await answered(pilot)
        assert chat_of(pilot).talk.scroll_y == above


# --- what is kept, and what is not ------------------------------------------------------------------


async def test_the_conversation_and_what_is_half_written_are_kept_until_begun_anew(
    running: Running, server: ChatServer
) -> None:
    server.then(
        calls(("what_is_due", {}), text="Let me look."),
        says("Bits come first."),
        refuses(500, "out of memory"),
    )
    async with running() as pilot:
        await press(pilot, "enter", "a")
        await ask(pilot, "What now?")
        await ask(pilot, "And then?")
        chat_of(pilot).field.text = "half writ"
        await settled(pilot)
        before = shown(pilot)
        await press(pilot, "escape", "q", "enter", "a")
        assert shown(pilot) == before
        assert chat_of(pilot).field.text == "half writ"
        await press(pilot, "ctrl+l")
        assert not chat_of(pilot).query(TurnView)
        assert "Bits come first." not in shown(pilot)
        await ask(pilot, "Why?")
        assert len(server.asked[-1].messages) == 2


async def test_each_lesson_has_a_conversation_of_its_own(running: Running, server: ChatServer) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "a")
        await ask(pilot, "Why bits?")
        pilot.app.open_chat("scales")  # type: ignore[attr-defined]
        await settled(pilot)
        assert "Why bits?" not in shown(pilot)
        await ask(pilot, "Why scales?")
        assert "A scale for each row" in server.asked[-1].system
        assert "Why bits?" not in str(server.asked[-1].messages)


async def test_nothing_of_it_is_written_to_disk_and_no_report_holds_the_key(
    running: Running, server: ChatServer, engine: PracticeEngine, home: Path
) -> None:
    server.then(
        calls(("next_hint", {"exercise": "absmax-int8"})), says("The answer of the model."), refuses(401, KEY)
    )
    async with running() as pilot:
        await press(pilot, "enter", "a")
        await ask(pilot, "The question of the learner?")
        await ask(pilot, "The second question?")
        assert "The key was not accepted." in shown(pilot)
        assert KEY not in shown(pilot)
        chat_of(pilot).field.text = "A half written one"
        await press(pilot, "escape", "q")
        assert KEY not in report.bug_report(engine.store)
    assert server.asked[0].headers["Authorization"] == f"Bearer {KEY}"
    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert b"assistant" in written, "the hint is recorded"
    for secret in (KEY, "The question of the learner", "The answer of the model", "A half written one"):
        assert secret.encode() not in written


async def test_what_the_model_did_is_seen_on_the_workbench(
    running: Running, server: ChatServer, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        pilot.app.open_exercise("absmax-int8")  # type: ignore[attr-defined]
        await settled(pilot)
        write_solution(engine, "absmax-int8", good=False)
        await press(pilot, "a")
        next_hint(engine.store, engine.content.exercise("absmax-int8"), by="assistant")
        engine.store.record_attempt(verdict("absmax-int8", message="Expected int8, came float."), source=b"x")
        await press(pilot, "escape")
        assert "3 Hints 1/" in shown(pilot)
        assert "4 Attempts 1" in shown(pilot)
        await press(pilot, "2")
        assert "Expected int8, came float." in shown(pilot)


# --- nothing is set up ------------------------------------------------------------------------------


async def test_what_to_set_is_said_where_nothing_is(
    running: Running, chat_server: ChatServer, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "a")
        for part in ("No chat is set up yet", "TUTOR_CHAT_URL", "TUTOR_CHAT_MODEL", "TUTOR_CHAT_KEY"):
            assert part in shown(pilot)
        assert not chat_of(pilot).field.display
        assert shown(pilot).count("All keys") == 1
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, KeysScreen)
        await press(pilot, "f1", "f1")
        assert isinstance(pilot.app.screen, KeysScreen)
        await press(pilot, "escape", "enter")
        assert "Still not set up." in told(pilot)
        await press(pilot, "comma")
        assert isinstance(pilot.app.screen, SettingsScreen)
        pilot.app.change_setting("chat_url", chat_server.url)  # type: ignore[attr-defined]
        pilot.app.change_setting("chat_model", "small-instruct")  # type: ignore[attr-defined]
        await press(pilot, "q")
        assert chat_of(pilot).field.has_focus
        await ask(pilot, "Why?")
        assert "Ask me more." in shown(pilot)


async def test_a_missing_package_or_a_wrong_address_is_told_with_the_next_step(
    running: Running, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running() as pilot:
        with monkeypatch.context() as patched:
            patched.setattr("tutor.assist.chat.endpoint.missing_packages", list)
            await press(pilot, "enter", "a")
            assert "pip install 'tutor[chat]'" in shown(pilot).replace("\n", "").replace("  ", "")
        monkeypatch.setenv("TUTOR_CHAT_URL", f"http://me:{KEY}@host/v1")
        await press(pilot, "enter")
        assert "a key has no place in it" in shown(pilot)
        assert KEY not in shown(pilot)


async def test_a_network_that_others_can_listen_to_is_named(
    running: Running, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTOR_CHAT_URL", "http://models.example:8000/v1")
    async with running() as pilot:
        await press(pilot, "enter", "a")
        assert "small-instruct on models.example is sent this lesson" in shown(pilot)
        assert "goes over the network unencrypted" in " ".join(shown(pilot).split())


# --- Markdown that grows ----------------------------------------------------------------------------

PARTS = (
    "Some *words* with `code` and a [link](http://x.invalid).\n",
    "\n",
    "# A heading [x]\n\n",
    "- item\n- item\n  - inner\n",
    "1. first\n2. second\n\n",
    "```python\ndef f(x):\n    return x\n```\n",
    "```\nnot closed\n",
    "> quoted\n> more\n\n",
    "| a | b |\n|---|--:|\n| 1 | 2 |\n",
    "- | a | b |\n  |---|---|\n  | 1 | 2 |\n\n",
    "> | a | b |\n> |:-:|---|\n> | 1 | 2 | 3 |\n\n",
    "<table><tr><td>html</td></tr></table>\n\n",
    "---\n",
    "![image](http://x.invalid/i.png) ~~struck~~ **[bold link](x)**\n\n",
    "[ref]: http://x.invalid\n\n",
    "Überschrift 数字 🙂 é\n===\n\n",
)


async def test_markdown_that_comes_in_pieces_looks_as_if_it_came_at_once(running: Running) -> None:
    chance = random.Random(7)
    async with running(size=(80, 60)) as pilot:
        await press(pilot, "enter", "t")
        for _ in range(6):
            text = "".join(chance.choices(PARTS, k=chance.randint(2, 7)))
            looks = []
            for pieces in ([text], re.findall(r"(?s).{1,17}", text)):
                turn = TurnView("?")
                await pilot.app.screen.mount(turn, before=0)
                answer = Answer()
                await turn.mount(answer)
                for piece in pieces:
                    answer.feed(piece)
                    await answer.flush(now=True)
                await settled(pilot)
                looks.append(_text_of(answer))
                await turn.remove()
            assert looks[0] == looks[1], text


def _text_of(answer: Answer) -> list[str]:
    return [
        "".join(segment.text for segment in strip).rstrip()
        for widget in answer.walk_children()
        for strip in widget.render_lines(widget.size.region)
    ]
