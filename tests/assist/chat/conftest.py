from __future__ import annotations

from contextlib import aclosing

import pytest

pytest.importorskip("openai")

from tests.chat_server import KEY
from tutor.assist.chat import Conversation, Endpoint, Failed
from tutor.assist.tools import Desk


@pytest.fixture
def desk(real_content, store):
    return Desk(real_content, store, device="cpu")


@pytest.fixture
def conversation(desk, real_content):
    return Conversation(desk, real_content.lesson("bits"), silent_seconds=20.0)


@pytest.fixture
def endpoint(chat_server):
    return Endpoint(chat_server.url, "small", 32_768, KEY)


async def asked(conversation, endpoint, question="Why absmax?", **more):
    """All events of one answer."""
    async with aclosing(conversation.ask(question, endpoint, **more)) as events:
        return [event async for event in events]


def failure(events):
    """The problem with which an answer ended."""
    assert isinstance(events[-1], Failed)
    return events[-1].problem
