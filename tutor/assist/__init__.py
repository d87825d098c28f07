"""Help from the learner's own AI assistant: prompts, lesson packs, and ways to hand them over."""

from __future__ import annotations

from tutor.assist.clipboard import CopyAttempt, copy_text
from tutor.assist.explaining import explain_prompt
from tutor.assist.links import Assistant, Handover, assistant, assistants, hand_over
from tutor.assist.pack import lesson_pack, make_pack
from tutor.assist.prompts import LEVELS, prompt_text

__all__ = [
    "LEVELS",
    "Assistant",
    "CopyAttempt",
    "Handover",
    "assistant",
    "assistants",
    "copy_text",
    "explain_prompt",
    "hand_over",
    "lesson_pack",
    "make_pack",
    "prompt_text",
]
