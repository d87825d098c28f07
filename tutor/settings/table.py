"""The settings that there are: what each is for, what it may be, which environment variables win over the file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutor.languages import LANGUAGE

Value = str | int | bool


@dataclass(frozen=True)
class Setting:
    """One setting: what it is for, what it may be, and which environment variables win over the file.

    ``choices`` are offered; where ``free`` is a pattern, any text that it matches is allowed beside them, and
    ``such_as`` says what it is. ``variables`` are looked at in order; ``negated`` ones turn a switch off when
    they are set at all. What is not ``quotable`` may hold a password: a problem with it does not repeat it.
    """

    key: str
    about: str
    default: Value
    choices: tuple[str, ...] = ()
    free: str = ""
    such_as: str = ""
    quotable: bool = True
    least: int = 0
    most: int = 0
    variables: tuple[str, ...] = ()
    negated: tuple[str, ...] = ()

    def read(self, text: str) -> Value:
        """The value that ``text`` stands for. Raises ValueError, which says what is allowed."""
        word = text.strip()
        if isinstance(self.default, bool):
            if word.lower() in ("true", "on", "yes", "1"):
                return True
            if word.lower() in ("false", "off", "no", "0"):
                return False
            raise ValueError(f"{self.key} is on or off")
        if isinstance(self.default, int):
            if re.fullmatch(r"\d{1,6}", word) and self.least <= int(word) <= self.most:
                return int(word)
            raise ValueError(f"{self.key} is a whole number from {self.least} to {self.most}")
        if word in self.choices or (self.free and re.fullmatch(self.free, word) and _is_text(word)):
            return word
        raise ValueError(f"{self.key} is {self.allowed}")

    @property
    def allowed(self) -> str:
        """What a value may be, for people."""
        if isinstance(self.default, bool):
            return "on or off"
        if isinstance(self.default, int):
            return f"{self.least} to {self.most}"
        return self.such_as or f"{', '.join(self.choices[:-1])} or {self.choices[-1]}"


def _is_text(word: str) -> bool:
    """Whether UTF-8, in which settings are kept, has it: a command line may hold any bytes."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


SETTINGS = (
    Setting(
        "theme",
        "The app's colours: one of the tutor's own themes, or another of Textual's by its name.",
        "tutor-dark",
        choices=("tutor-dark", "tutor-light", "tutor-contrast-dark", "tutor-contrast-light"),
        free=r"[a-z0-9-]{1,40}",
        such_as="tutor-dark, tutor-light, tutor-contrast-dark, tutor-contrast-light, or a theme of Textual's",
        variables=("TUTOR_THEME",),
    ),
    Setting(
        "glyphs",
        "Signs and lines: Unicode, or plain ASCII for terminals that draw nothing else.",
        "auto",
        choices=("auto", "unicode", "ascii"),
        variables=("TUTOR_GLYPHS",),
    ),
    Setting(
        "motion",
        "Whether anything on the screen moves by itself.",
        True,
        variables=("TUTOR_MOTION",),
        negated=("TUTOR_NO_MOTION", "NO_COLOR"),
    ),
    Setting(
        "editor",
        "The command that e starts in the workbench. 'builtin', or empty: the app's own editor.",
        "",
        choices=("", "builtin"),
        free=r"[^\x00-\x1f]{1,400}",
        such_as="empty, builtin, or a command such as vim, or code --wait",
        variables=("TUTOR_EDITOR", "VISUAL", "EDITOR"),
    ),
    Setting(
        "wrap",
        "Whether a long line goes on in the next row of the app's own editor; F4 there changes it, too.",
        True,
        variables=("TUTOR_WRAP",),
    ),
    Setting(
        "device",
        "Where submissions and demos run, unless --device says otherwise.",
        "auto",
        choices=("auto", "cpu"),
        free=r"cuda(:\d{1,3})?|mps",
        such_as="auto, cpu, cuda, a card such as cuda:1, or mps on a Mac",
        variables=("TUTOR_DEVICE",),
    ),
    Setting(
        "assistant",
        "The AI assistant that a prompt is handed to first.",
        "",
        choices=("",),
        free=r"[a-z0-9-]{1,40}",
        such_as="empty, or an assistant's id such as claude, chatgpt or gemini",
        variables=("TUTOR_ASSISTANT",),
    ),
    Setting(
        "language",
        "The language of lessons, questions and briefs, such as de; what is not translated stays as it is.",
        "",
        choices=("",),
        free=LANGUAGE,
        such_as="empty, or a language's code such as de or pt-BR",
        variables=("TUTOR_LANGUAGE",),
    ),
    Setting(
        "chat_url",
        "Where the chat's model answers: llama.cpp, Ollama, vLLM, or any other that speaks OpenAI's protocol.",
        "",
        choices=("",),
        free=r"https?://[^\s/?#@]+(/[^\s?#@]*)?",
        such_as="empty, or an address such as http://127.0.0.1:8080/v1 (a key has no place in it)",
        quotable=False,
        variables=("TUTOR_CHAT_URL",),
    ),
    Setting(
        "chat_model",
        "The chat's model, as its server names it.",
        "",
        choices=("",),
        free=r"(?!sk-)[^\s\x00-\x1f\x7f]{1,200}",  # no key that was pasted into the wrong place
        such_as="empty, or one word: a model's name",
        quotable=False,
        variables=("TUTOR_CHAT_MODEL",),
    ),
    Setting(
        "chat_context",
        "The most tokens that the chat's model reads at once, as its server is set up. The lesson is cut to fit.",
        32_768,
        least=8_000,
        most=999_999,
        variables=("TUTOR_CHAT_CONTEXT",),
    ),
    Setting(
        "daily_cap",
        "The most questions that come back for review in one day; the rest wait for the next.",
        20,  # progress.spreading.DAILY_CAP, which is not imported: the first screen waits for the settings
        least=1,
        most=500,
        variables=("TUTOR_DAILY_CAP",),
    ),
)
BY_KEY = {setting.key: setting for setting in SETTINGS}
