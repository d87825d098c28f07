"""A conversation with a model of the learner's own choice, over any endpoint that speaks OpenAI's protocol."""

from __future__ import annotations

from tutor.assist.chat.conversation import Conversation
from tutor.assist.chat.endpoint import STEPS, Endpoint, NotConfigured, configured
from tutor.assist.chat.events import Called, Event, Failed, Finished, Noted, Returned, Said, Thinking

__all__ = [
    "STEPS",
    "Called",
    "Conversation",
    "Endpoint",
    "Event",
    "Failed",
    "Finished",
    "NotConfigured",
    "Noted",
    "Returned",
    "Said",
    "Thinking",
    "configured",
]
