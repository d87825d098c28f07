"""Everything that can go wrong on the way, each told in one line with its next step, never with the key."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.assist.chat.conftest import asked, failure
from tests.chat_server import KEY, ChatServer, breaks_off, keeps_silent, refuses, says, sends
from tutor.assist.chat import Conversation, Endpoint, Failed, Finished, Noted
from tutor.assist.chat.problems import Busy, CutOff, TooSlow, retry_after
from tutor.assist.tools import Desk
from tutor.progress import Store


def line_of(problem) -> str:
    told = str(problem)
    assert "\n" not in told
    assert KEY not in told
    assert "\x1b" not in told
    assert problem.message
    assert problem.next_step
    return told


@pytest.mark.parametrize(
    ("answer", "message", "step"),
    [
        (refuses(401, f"Incorrect key {KEY}"), "The key was not accepted", "TUTOR_CHAT_KEY"),
        (
            refuses(403, f"{KEY} may not"),
            "refused the request (403): (the key) may not",
            "what your key allows",
        ),
        (refuses(404, "model 'x' not found"), "knows no model 'small'", "one that it has: small, large"),
        (refuses(500, "CUDA out of memory\x1b[31m\n"), "failed (500): CUDA out of memory.", "log"),
        (refuses(502), "failed (502): it does not say why.", "log"),
        (refuses(400, "bad temperature"), "refused the request (400): bad temperature.", "Check"),
        (
            refuses(400, "the request exceeds the available context size, try increasing it"),
            "longer than the model reads",
            "TUTOR_CHAT_CONTEXT",
        ),
        (
            refuses(429, "Out of quota", code="insufficient_quota"),
            "(429): Out of quota.",
            "what your key allows",
        ),
        (
            refuses(307, headers={"Location": "http://elsewhere.example/v1"}),
            "sends elsewhere",
            "TUTOR_CHAT_URL",
        ),
        (sends(b"<html>Welcome</html>", kind="text/html"), "no answer of a chat", "/v1"),
        (sends(b"data: {nonsense\n\n"), "no answer of a chat", "/v1"),
        (sends(b"data: 7\n\n"), "no answer of a chat", "/v1"),
        (sends(b'data: {"choices": "none"}\n\n'), "no answer of a chat", "/v1"),
        (sends(b"data: \xff\xfe\n\n"), "no answer of a chat", "/v1"),
        (sends(b'data: {"error": {"message": "no slot"}}\n\n'), "The server failed: no slot.", "Ask again"),
        (breaks_off(), "connection ended", "Ask again"),
    ],
)
async def test_an_answer_that_is_none_is_told(conversation, endpoint, chat_server, answer, message, step):
    chat_server.always = answer
    events = await asked(conversation, endpoint)
    told = line_of(failure(events))
    assert message in told
    assert step in told
    assert not events[-1].kept


async def test_a_key_that_is_asked_for_and_not_set_is_told_apart(conversation, endpoint, chat_server):
    chat_server.always = refuses(401, "no key")
    told = line_of(failure(await asked(conversation, Endpoint(endpoint.url, "small", 32_768))))
    assert "asks for a key, and none is set" in told
    assert f"keyring set tutor 127.0.0.1:{chat_server.port}" in told


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://127.0.0.1:9/v1", "Nothing listens there"),
        ("http://no-such-host.invalid/v1", "no such host"),
        ("https://127.0.0.1:PORT/v1", "no secure connection"),
    ],
)
async def test_a_place_that_cannot_be_reached_is_told(conversation, chat_server, url, message):
    there = Endpoint(url.replace("PORT", str(chat_server.port)), "small", 32_768, KEY)
    problem = failure(await asked(conversation, there))
    assert message in line_of(problem)
    assert problem.where == there.host


async def test_what_came_before_a_break_is_kept_and_said_to_be_cut(conversation, endpoint, chat_server):
    for answer in (
        breaks_off("The first ", "half"),
        sends(b'data: {"choices": [{"delta": {"content": "The first half"}}]}\n\n'),  # an end without an end
    ):
        chat_server.then(answer)
        events = await asked(conversation, endpoint)
        assert isinstance(failure(events), CutOff)
        assert events[-1].kept
        assert conversation.turns[-1].text == "The first half"


async def test_a_call_that_is_cut_off_in_its_middle_is_not_made(conversation, endpoint, chat_server):
    begun = b'{"index": 0, "id": "a", "function": {"name": "submit", "arguments": "{\\"exercise\\": \\"abs"}}'
    chat_server.then(sends(b'data: {"choices": [{"delta": {"tool_calls": [' + begun + b"]}}]}\n\n"))
    events = await asked(conversation, endpoint)
    assert [type(event) for event in events] == [Failed]


@pytest.mark.alone
@pytest.mark.parametrize("alive", [False, True], ids=["silent", "keeping the line open"])
async def test_a_server_that_says_nothing_for_too_long_is_left(
    desk, real_content, endpoint, chat_server, alive
):
    conversation = Conversation(desk, real_content.lesson("bits"), silent_seconds=0.5)
    chat_server.then(keeps_silent("The first half", alive=alive), keeps_silent(alive=alive))
    began = time.monotonic()
    first = await asked(conversation, endpoint)
    second = await asked(conversation, endpoint)
    assert time.monotonic() - began < 15
    for events in (first, second):
        problem = failure(events)
        assert isinstance(problem, TooSlow)
        assert problem.exit_code == 4
        line_of(problem)
    assert (first[-1].kept, second[-1].kept) == (True, False)


async def test_a_busy_server_is_asked_again_when_it_says_and_that_is_said(
    conversation, endpoint, chat_server
):
    busy = refuses(429, "slow down", headers={"Retry-After": "0.2"})
    chat_server.then(busy, refuses(503, "Loading model", headers={"Retry-After": "0"}), says("Here."))
    events = await asked(conversation, endpoint)
    notes = [event.text for event in events if isinstance(event, Noted)]
    assert notes == [
        "Too many requests: slow down. It is asked again in 1 s.",
        "The server is not ready: Loading model. It is asked again in 0 s.",
    ]
    assert conversation.turns[-1].text == "Here."


async def test_it_is_asked_again_twice_and_no_more(conversation, endpoint, chat_server):
    chat_server.always = refuses(429, "slow down", headers={"Retry-After": "0"})
    assert isinstance(failure(await asked(conversation, endpoint)), Busy)
    assert len(chat_server.asked) == 3


async def test_a_long_wait_is_left_to_the_learner(conversation, endpoint, chat_server):
    chat_server.always = refuses(429, "slow down", headers={"Retry-After": "120"})
    told = line_of(failure(await asked(conversation, endpoint)))
    assert "asks to wait 120 s" in told
    assert len(chat_server.asked) == 1


def test_a_wait_may_be_a_number_or_a_date():
    assert retry_after("2") == 2.0
    assert retry_after(" 0.5 ") == 0.5
    soon = retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=60)))
    assert soon is not None
    assert 50 < soon <= 60
    assert retry_after(format_datetime(datetime(2020, 1, 1, tzinfo=UTC))) == 0.0


@given(header=st.text(max_size=30))
def test_no_header_of_any_kind_is_a_fault(header):
    wait = retry_after(header)
    assert wait is None or wait >= 0


GARBAGE = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.sampled_from(
            [
                b"data: ",
                b"\n\n",
                b"[DONE]",
                b"event: error\n",
                b"null",
                b"[]",
                b'{"choices": [null]}',
                b'{"choices": [{"delta": null, "finish_reason": "stop"}]}',
                b'{"choices": [{"delta": {"content": ["x"]}}]}',
                b'{"choices": [{"delta": {"content": "x"}}]}',
                b'{"choices": [{"delta": {"tool_calls": [{}]}, "finish_reason": "tool_calls"}]}',
                b'{"error": "x"}',
                b'{"error": {"message": ["x"]}}',
                b'"\xed\xa0\x80"',
            ]
        ),
    ),
    max_size=8,
).map(b"".join)


@pytest.fixture(scope="module")
def one_for_all(real_content, tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("home"), "tiny") as store, ChatServer() as server:
        yield Conversation(Desk(real_content, store), real_content.lesson("bits"), silent_seconds=5.0), server


@settings(max_examples=60)
@given(status=st.sampled_from([200, 200, 200, 400, 429, 500]), body=GARBAGE)
def test_no_bytes_of_a_server_are_a_fault_of_ours(one_for_all, status, body):
    """An answer, whatever it is, ends as an answer or as a problem."""
    conversation, server = one_for_all
    server.always = sends(body, status=status, headers={"Retry-After": "0"})
    events = asyncio.run(asked(conversation, Endpoint(server.url, "small", 32_768, KEY)))
    conversation.begin_anew()
    assert isinstance(events[-1], Finished | Failed)
    if isinstance(events[-1], Failed):
        line_of(events[-1].problem)
