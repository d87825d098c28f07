"""The chat as lines and as JSON, a real process against a real server of the protocol."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chat_server import KEY, ChatServer, breaks_off, calls, keeps_silent, refuses, says
from tests.cli.conftest import Ended, Tutor, environment
from tests.terminals import Terminal

Chat = Callable[..., Ended]


@pytest.fixture
def chat(tutor: Tutor, chat_server: ChatServer) -> Chat:
    """``tutor chat`` with the server named in its environment."""

    def run(*words: str, stdin: str = "") -> Ended:
        return tutor("chat", *words, stdin=stdin, env=named(chat_server))

    return run


def named(server: ChatServer) -> dict[str, str]:
    return {"TUTOR_CHAT_URL": server.url, "TUTOR_CHAT_MODEL": "small", "TUTOR_CHAT_KEY": KEY}


def test_where_nothing_is_set_up_it_says_what_to_set(tutor: Tutor) -> None:
    ended = tutor("chat", "first")
    assert ended.code == 3
    assert ended.is_clean()
    told = " ".join(ended.err.split())
    for part in ("No chat is set up", "TUTOR_CHAT_URL", "TUTOR_CHAT_MODEL", "TUTOR_CHAT_KEY"):
        assert part in told
    problem = tutor("chat", "first", "--json").json
    assert (problem["schema"], problem["exit"]) == ("tutor.problem/1", 3)


def test_each_line_is_a_question_and_the_answers_follow(
    chat: Chat, chat_server: ChatServer, home: Path
) -> None:
    chat_server.then(
        calls(("read_step", {"lesson": "first"}), text="Let me look."),
        says("**Twice**", " is \x1b[31mmore\x1b]52;c;aGk=\x07."),
        says("Yes."),
    )
    ended = chat("first", stdin="Why?\n\n  Always?  \n")
    assert ended.code == 0
    assert ended.is_clean()
    assert ended.out == "Let me look.\n[read_step first]\n**Twice** is more.\nYes.\n"
    assert [
        message["content"] for message in chat_server.asked[-1].messages if message["role"] == "user"
    ] == [
        "Why?",
        "Always?",
    ]
    assert chat_server.asked[0].headers["Authorization"] == f"Bearer {KEY}"
    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    for secret in (KEY, "Always?", "**Twice**"):
        assert secret.encode() not in written


def test_the_lesson_is_the_one_where_the_learner_is(chat: Chat, chat_server: ChatServer) -> None:
    assert chat(stdin="Why?\n").code == 0
    assert "# First steps: a lesson pack" in chat_server.asked[0].system
    assert chat("frist").code == 2


def test_new_forgets_and_q_leaves(chat: Chat, chat_server: ChatServer) -> None:
    assert chat("first", stdin="Why?\n:new\nWhat?\n:q\nNever asked?\n").code == 0
    assert [len(asked.messages) for asked in chat_server.asked] == [2, 2]


def test_a_failure_is_told_and_decides_the_exit_code(chat: Chat, chat_server: ChatServer) -> None:
    chat_server.then(breaks_off("The first half"))
    ended = chat("first", stdin="Why?\n")
    assert ended.code == 3
    assert ended.out.startswith("The first half")
    assert "connection ended" in ended.err
    chat_server.then(refuses(401, f"Incorrect key {KEY}"), says("Now."))
    ended = chat("first", stdin="Why?\nAnd now?\n")
    assert ended.code == 0, "the last answer counts"
    assert "The key was not accepted." in ended.err
    assert KEY not in ended.out + ended.err


def test_one_question_is_one_document(chat: Chat, chat_server: ChatServer) -> None:
    chat_server.then(
        calls(("what_is_due", {}), ("show_solution", {"exercise": "doubling"})), says("Half", why="length")
    )
    ended = chat("first", "--json", stdin="Why\nis it so?\n")
    assert ended.code == 0
    assert ended.json == {
        "schema": "tutor.chat/1",
        "lesson": "first",
        "model": "small",
        "question": "Why\nis it so?",
        "answer": "Half",
        "tools": [
            {"tool": "what_is_due", "about": "", "ok": True},
            {"tool": "show_solution", "about": "doubling", "ok": False},
        ],
        "notes": ["The answer reached the length that the server allows, and ends here."],
    }


def test_a_problem_is_one_document_with_what_came_of_the_answer(chat: Chat, chat_server: ChatServer) -> None:
    chat_server.then(breaks_off("The first half"))
    ended = chat("first", "--json", stdin="Why?")
    assert (ended.code, ended.json["exit"]) == (3, 3)
    assert ended.json["schema"] == "tutor.problem/1"
    assert ended.json["answer"] == "The first half"
    assert chat("first", "--json", stdin=" \n").json["exit"] == 2


@pytest.mark.alone
def test_at_a_terminal_ctrl_c_stops_the_answer_and_the_talk_goes_on(
    home: Path, small_course: Path, chat_server: ChatServer
) -> None:
    chat_server.then(keeps_silent("The first half"), says("Here it is."))
    env = environment(home, small_course, {"TERM": "xterm", **named(chat_server)})
    with Terminal.run([sys.executable, "-m", "tutor", "chat", "first"], env) as terminal:
        terminal.wait_for("> ")
        assert "Nothing of it is written to disk" in " ".join(terminal.printed.split())
        terminal.type("Why?\n")
        terminal.wait_for("The first half")
        terminal.type("\x03")
        terminal.wait_for("Stopped.")
        stopped = terminal.printed.index("Stopped.")
        terminal.wait_for("> ", since=stopped)
        terminal.type("Go on.\n")
        terminal.wait_for("Here it is.", since=stopped)
        terminal.type(":q\n")
        assert terminal.ended(20) == 0
    assert "Traceback" not in terminal.printed
    assert chat_server.gone == 1
    assert chat_server.asked[1].messages[2]["content"] == "The first half"


def test_neither_report_nor_doctor_nor_settings_tell_the_key(
    tutor: Tutor, chat_server: ChatServer, home: Path
) -> None:
    for words in (("report",), ("config", "--json"), ("doctor", "--json")):
        ended = tutor(*words, env=named(chat_server))
        assert KEY not in ended.out + ended.err
        assert ended.out
    assert "small" in tutor("config", "chat_model", env=named(chat_server)).out
    refused = tutor("config", "chat_key", KEY)
    assert refused.code == 2
    assert "never kept in a file" in refused.err
    assert KEY not in refused.out + refused.err
    assert all(KEY.encode() not in path.read_bytes() for path in home.rglob("*") if path.is_file())
