"""A conversation with a real server of the protocol: what is sent, what streams back, what tools do."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.assist.chat.conftest import asked, failure
from tests.chat_server import KEY, breaks_off, calls, keeps_silent, refuses, says
from tutor.assist import lesson_pack
from tutor.assist.chat import Called, Endpoint, Failed, Finished, Noted, Returned, Said, Thinking
from tutor.assist.chat.conversation import EMPTY, FILTERED, LONGEST_QUESTION, MOST_ROUNDS, NO_TOOLS, SHORT
from tutor.assist.chat.protocol import LONGEST_ANSWER
from tutor.assist.tools import INSTRUCTIONS, name_of, tools_of
from tutor.errors import UsageProblem


async def test_an_answer_streams_as_it_comes_without_anything_a_terminal_obeys(
    conversation, endpoint, chat_server
):
    chat_server.then(says("Half a ", "**step**\x1b", "[31m.\x1b]52;c;aGk=\x07\u202e", thinks="hm"))
    events = await asked(conversation, endpoint)
    assert events[0] == Thinking()
    assert isinstance(events[1], Said)
    assert events[-1] == Finished()
    assert conversation.turns[-1].text == "Half a **step**.\ufffd"
    assert conversation.turns[-1].ended


async def test_policy_pack_tools_and_key_are_sent_and_of_the_environment_nothing_else(
    conversation, endpoint, chat_server, desk, real_content, store, monkeypatch
):
    monkeypatch.setenv("OPENAI_ORG_ID", "mine")
    monkeypatch.setenv("OPENAI_API_KEY", "of another service")
    await asked(conversation, endpoint, place="I am at the exercise 'absmax-int8'.")
    (sent,) = chat_server.asked
    assert sent.headers["Authorization"] == f"Bearer {KEY}"
    assert "OpenAI-Organization" not in sent.headers
    assert sent.body["model"] == "small"
    assert sent.system.startswith(INSTRUCTIONS)
    assert "Never write the solution" in sent.system
    assert lesson_pack(real_content, real_content.lesson("bits"), store, budget=8_000)[:3000] in sent.system
    assert sent.messages[1]["content"] == "Why absmax?\n\n(I am at the exercise 'absmax-int8'.)"
    functions = {offer["function"]["name"]: offer["function"] for offer in sent.body["tools"]}
    assert list(functions) == [name_of(tool) for tool in tools_of(desk)]
    assert functions["submit"]["parameters"]["required"] == ["exercise"]


async def test_the_conversation_so_far_is_sent_with_the_next_question(conversation, endpoint, chat_server):
    chat_server.then(says("Because of outliers."), says("Yes."))
    await asked(conversation, endpoint)
    await asked(conversation, endpoint, "All of them?")
    said = [(message["role"], message["content"]) for message in chat_server.asked[-1].messages[1:]]
    assert said == [
        ("user", "Why absmax?"),
        ("assistant", "Because of outliers."),
        ("user", "All of them?"),
    ]
    conversation.begin_anew()
    await asked(conversation, endpoint)
    assert len(chat_server.asked[-1].messages) == 2


async def test_tools_are_used_and_what_they_say_goes_back_as_their_answer(
    conversation, endpoint, chat_server
):
    chat_server.then(
        calls(("read_step", {"lesson": "bits"}), ("what_is_due", ""), text="Let me look."),
        says("Bits first."),
    )
    events = await asked(conversation, endpoint)
    assert [event for event in events if isinstance(event, Called | Returned)] == [
        Called("read_step", "bits"),
        Returned("read_step", ok=True),
        Called("what_is_due", ""),
        Returned("what_is_due", ok=True),
    ]
    assert conversation.turns[-1].text == "Let me look.\n\nBits first."
    _, _, wanted, step, due = chat_server.asked[-1].messages
    assert [call["function"]["name"] for call in wanted["tool_calls"]] == ["read_step", "what_is_due"]
    assert step["role"] == due["role"] == "tool"
    assert [step["tool_call_id"], due["tool_call_id"]] == [call["id"] for call in wanted["tool_calls"]]
    assert "The next step:" in step["content"]
    assert "Next: lesson bits" in due["content"]


async def test_a_server_that_counts_no_calls_is_understood(conversation, endpoint, chat_server):
    chat_server.then(calls(("read_step", {"lesson": "bits"}), ("what_is_due", {}), whole=True), says("So."))
    events = await asked(conversation, endpoint)
    assert [event.tool for event in events if isinstance(event, Called)] == ["read_step", "what_is_due"]


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("read_step", '{"lesson": "bi', "can't be read"),
        ("read_step", "[" * 100_000, "can't be read"),
        ("read_step", "[]", "they are no object"),
        ("read_step", {}, "lesson: Field required"),
        ("read_step", {"lesson": "bits", "path": "/etc/passwd"}, "Extra inputs are not permitted"),
        ("read_step", {"lesson": 7}, "valid string"),
        ("read_step", {"lesson": "../graders"}, "There is no lesson"),
        ("read_graders", {}, "There is no tool 'read_graders'"),
        ("show_solution", {"exercise": "absmax-int8"}, "after a pass"),
    ],
)
async def test_a_call_that_is_wrong_is_answered_by_what_is_right(
    conversation, endpoint, chat_server, name, arguments, told
):
    chat_server.then(calls((name, arguments)), says("I see."))
    events = await asked(conversation, endpoint)
    assert Returned(name, ok=False) in events
    assert events[-1] == Finished()
    *_, wanted, reply = chat_server.asked[-1].messages
    assert told in reply["content"]
    sent_back = wanted["tool_calls"][0]["function"]["arguments"]
    assert isinstance(json.loads(sent_back), dict), "some servers refuse a history with broken arguments"


async def test_a_model_that_never_stops_calling_is_made_to_answer(conversation, endpoint, chat_server):
    chat_server.always = calls(("what_is_due", {}))
    events = await asked(conversation, endpoint)
    assert sum(isinstance(event, Called) for event in events) == MOST_ROUNDS
    assert [sent.body["tool_choice"] for sent in chat_server.asked] == ["auto"] * MOST_ROUNDS + ["none"]
    assert events[-2:] == [Noted(EMPTY), Finished()]


async def test_too_many_tools_at_once_are_refused(conversation, endpoint, chat_server):
    chat_server.then(calls(*[("what_is_due", {})] * 40))
    assert "more tools at once" in str(failure(await asked(conversation, endpoint)))


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "registry.ollama.ai/library/gemma does not support tools"),
        (500, "tools param requires --jinja flag"),
        (400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
        (404, "No endpoints found that support tool use"),
    ],
)
async def test_a_server_that_knows_no_tools_is_asked_without_and_it_is_said(
    conversation, endpoint, chat_server, status, message
):
    chat_server.then(refuses(status, message), says("Without tools."), says("Again."))
    events = await asked(conversation, endpoint)
    assert events[0] == Noted(NO_TOOLS)
    assert conversation.turns[-1].text == "Without tools."
    await asked(conversation, endpoint)
    assert ["tools" in sent.body for sent in chat_server.asked] == [True, False, False]


async def test_stopping_ends_the_request_and_keeps_what_came(conversation, endpoint, chat_server):
    chat_server.then(keeps_silent("The first half"), says("Go on."))
    came = asyncio.Event()

    async def ask():
        async for event in conversation.ask("Why?", endpoint):
            if isinstance(event, Said):
                came.set()

    task = asyncio.create_task(ask())
    await asyncio.wait_for(came.wait(), 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in range(100):
        if chat_server.gone:
            break
        await asyncio.sleep(0.05)
    assert chat_server.gone == 1, "the server sees that nobody listens"
    assert conversation.turns[-1].text == "The first half"
    assert not conversation.turns[-1].ended
    await asked(conversation, endpoint, "And?")
    assert chat_server.asked[-1].messages[2] == {"role": "assistant", "content": "The first half"}


async def test_stopping_while_a_tool_runs_ends_the_tool(conversation, endpoint, chat_server, desk):
    ended = asyncio.Event()

    async def what_is_due() -> str:
        """Never answers."""
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()
        return ""

    conversation._toolbox._tools["what_is_due"] = what_is_due
    chat_server.then(calls(("what_is_due", {})))
    task = asyncio.create_task(asked(conversation, endpoint))
    while not conversation.turns or Called("what_is_due", "") not in conversation.turns[-1].parts:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
    assert conversation.turns[-1].messages == [], "half a round is not sent"


async def test_a_question_without_an_answer_is_not_sent_again(conversation, endpoint, chat_server):
    chat_server.then(refuses(500, "out of memory"), says("Yes."))
    assert isinstance((await asked(conversation, endpoint))[-1], Failed)
    await asked(conversation, endpoint, "Again?")
    assert [message["role"] for message in chat_server.asked[-1].messages] == ["system", "user"]
    assert len(conversation.turns) == 2, "the learner sees both"


@pytest.mark.parametrize(
    ("why", "text", "note"),
    [("length", "Half", SHORT), ("content_filter", "Half", FILTERED), ("stop", "", EMPTY)],
)
async def test_how_an_answer_ended_is_said(conversation, endpoint, chat_server, why, text, note):
    chat_server.then(says(text, why=why))
    assert (await asked(conversation, endpoint))[-2:] == [Noted(note), Finished()]


async def test_an_answer_without_end_is_ended(conversation, endpoint, chat_server):
    chat_server.then(says(*["x" * 10_000] * 50))
    assert (await asked(conversation, endpoint))[-2:] == [Noted(SHORT), Finished()]
    assert len(conversation.turns[-1].text) <= LONGEST_ANSWER + 10_000


async def test_what_is_sent_fits_what_the_model_reads_and_what_is_left_out_is_said(conversation, chat_server):
    small = Endpoint(chat_server.url, "small", 8_000)
    chat_server.always = says("x" * 2_500)
    notes = []
    for _ in range(6):
        notes += [event.text for event in await asked(conversation, small) if isinstance(event, Noted)]
    assert len(notes) >= 2
    assert "8,000 tokens" in notes[0]
    for sent in chat_server.asked:
        whole = json.dumps(sent.body["messages"], ensure_ascii=False) + json.dumps(sent.body["tools"])
        assert len(whole) <= 8_000 * 3
        assert "(cut here to keep the pack short)" in sent.system


async def test_a_long_answer_of_a_tool_is_cut_to_a_part_of_what_the_model_reads(conversation, chat_server):
    small = Endpoint(chat_server.url, "small", 8_000)
    chat_server.then(calls(("lesson_pack", {"lesson": "scales"})), says("I see."))
    await asked(conversation, small)
    reply = chat_server.asked[-1].messages[-1]["content"]
    assert len(reply) < 3_000
    assert "more characters)" in reply


async def test_a_question_is_neither_empty_nor_endless(conversation, endpoint):
    for question in ("", " \n", "x" * (LONGEST_QUESTION + 1)):
        with pytest.raises(UsageProblem):
            conversation.ask(question, endpoint)
    assert conversation.turns == []


async def test_hostile_characters_in_a_question_are_sent_as_harmless_ones(
    conversation, endpoint, chat_server
):
    await asked(conversation, endpoint, "a\ud800b\x1b[31m?")
    assert chat_server.asked[-1].messages[1]["content"] == "a\ufffdb?"


async def test_a_tool_and_then_a_break_keeps_the_history_whole(conversation, endpoint, chat_server):
    chat_server.then(calls(("what_is_due", {}), text="Let me look."), breaks_off(), says("Here."))
    events = await asked(conversation, endpoint)
    assert isinstance(events[-1], Failed)
    assert events[-1].kept
    await asked(conversation, endpoint, "Again?")
    roles = [message["role"] for message in chat_server.asked[-1].messages]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "user"]
