"""How much of a conversation is sent: the newest of it, whole turns, never more than there is room for."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tutor.assist.chat.events import Called, Failed, Finished, Said, Thinking
from tutor.assist.chat.history import LEFT_OUT, Turn, fitted, size, without_calls
from tutor.errors import EnvironmentProblem

CALL = {"id": "a", "type": "function", "function": {"name": "read_step", "arguments": "{}"}}


def turn(question: str, *tools: str, answer: str = "So it is.") -> Turn:
    made = Turn(question)
    made.messages = [{"role": "user", "content": question}]
    for said in tools:
        made.messages.append({"role": "assistant", "content": None, "tool_calls": [CALL]})
        made.messages.append({"role": "tool", "tool_call_id": "a", "content": said})
    made.messages.append({"role": "assistant", "content": answer})
    return made


WORDS = st.text("ab \n", max_size=200)
TURNS = st.lists(
    st.builds(lambda q, t, a: turn(q, *t, answer=a), WORDS, st.lists(WORDS, max_size=3), WORDS), max_size=6
)


@given(turns=TURNS, room=st.integers(2_500, 6_000))
def test_it_fits_and_ends_with_the_last_turn(turns: list[Turn], room: int) -> None:
    messages, left_out = fitted(turns, room)
    assert sum(map(size, messages)) <= room
    assert 0 <= left_out <= max(0, len(turns) - 1)
    kept = turns[left_out:]
    assert [message["role"] for message in messages] == [m["role"] for one in kept for m in one.messages]
    if turns:
        assert messages[-len(turns[-1].messages)] == turns[-1].messages[0], "the question as it was asked"


@given(turns=TURNS)
def test_a_server_without_tools_is_sent_words_by_turns(turns: list[Turn]) -> None:
    plain = without_calls(fitted(turns, 100_000)[0])
    assert all(set(message) == {"role", "content"} and message["content"] for message in plain)
    assert all(a["role"] != b["role"] for a, b in pairwise(plain))


def test_the_oldest_turns_are_left_out_first() -> None:
    turns = [turn(f"question {n}", answer="x" * 1000) for n in range(5)]
    messages, left_out = fitted(turns, 2_500)
    assert left_out == 3
    assert [m["content"] for m in messages if m["role"] == "user"] == ["question 3", "question 4"]


def test_what_tools_said_first_is_left_out_of_a_long_turn() -> None:
    messages, left_out = fitted([turn("why?", "x" * 3000, "y" * 1000)], 2_000)
    assert left_out == 0
    said = [message["content"] for message in messages if message["role"] == "tool"]
    assert said == [LEFT_OUT, "y" * 1000]


def test_a_turn_that_was_not_answered_is_not_sent() -> None:
    for messages, kept in [(1, 0), (3, 4)]:
        made = turn("why?", "a brief")
        made.messages = made.messages[:messages]
        made.close()
        assert len(made.messages) == kept
    assert fitted([Turn("why?")], 1000) == ([], 0)


def test_what_the_learner_sees_keeps_its_order() -> None:
    made = Turn("why?")
    for event in (Thinking(), Said("a"), Said("b"), Called("submit", "x"), Said("c")):
        made.add(event)
    assert made.parts == [Said("ab"), Called("submit", "x"), Said("c")]
    assert made.text == "ab\n\nc"
    assert not made.ended
    for last in (Finished(), Failed(EnvironmentProblem("gone"), kept=True)):
        made.add(last)
        assert made.ended
