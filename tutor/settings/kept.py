"""Settings as they stand: ``config.toml`` read, the environment over it, one setting changed in the file."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tutor.errors import UsageProblem
from tutor.settings.table import BY_KEY, SETTINGS, Setting, Value

FILE = "config.toml"
HEADING = """\
# The settings of the quantization tutor. Change them here, in the app (comma), or by 'tutor config KEY VALUE'.
# An environment variable that is named beside a setting wins over this file.
"""
_SECRET = re.compile(r"(?i).*(key|token|secret|password)s?")


@dataclass(frozen=True)
class Chosen:
    """A setting's value, and where it comes from: a variable's name, the file's, or empty for the default."""

    setting: Setting
    value: Value
    origin: str = ""


@dataclass(frozen=True)
class Settings:
    """All settings as they stand, by key; see ``SETTINGS`` for what each means."""

    chosen: Mapping[str, Chosen]

    @property
    def theme(self) -> str:
        """The name of the app's theme."""
        return str(self.chosen["theme"].value)

    @property
    def language(self) -> str:
        """The language of lessons and exercises, such as ``de``; empty for the course's own."""
        return str(self.chosen["language"].value)

    @property
    def glyphs(self) -> str:
        """``auto``, ``unicode`` or ``ascii``."""
        return str(self.chosen["glyphs"].value)

    @property
    def motion(self) -> bool:
        """Whether anything on the screen moves by itself."""
        return bool(self.chosen["motion"].value)

    @property
    def editor(self) -> str:
        """The command that opens the learner's file; ``builtin`` or empty: the app's own editor."""
        return str(self.chosen["editor"].value)

    @property
    def wrap(self) -> bool:
        """Whether long lines are broken in the built-in editor."""
        return bool(self.chosen["wrap"].value)

    @property
    def device(self) -> str:
        """Where submissions and demos run unless a command says otherwise, as ``--device`` takes it."""
        return str(self.chosen["device"].value)

    @property
    def assistant(self) -> str:
        """The id of the assistant that a prompt is handed to first; empty where none was chosen."""
        return str(self.chosen["assistant"].value)

    @property
    def chat_url(self) -> str:
        """The address of the chat's server, without a slash at its end; empty where none was set."""
        return str(self.chosen["chat_url"].value).rstrip("/")

    @property
    def chat_model(self) -> str:
        """The chat's model as its server names it; empty where none was set."""
        return str(self.chosen["chat_model"].value)

    @property
    def chat_context(self) -> int:
        """Tokens that the chat's model reads at once, at most."""
        return int(self.chosen["chat_context"].value)

    @property
    def daily_cap(self) -> int:
        """Quiz items that come back for review in one day, at most."""
        return int(self.chosen["daily_cap"].value)


def settings(home: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in ``home``, with the environment over them.

    Raises:
        UsageProblem: the file is no TOML, or holds what is no setting; it says where.
    """
    return _chosen(_read(home), environment, _refuse)


def settings_or_defaults(
    home: Path, environment: Mapping[str, str] = os.environ
) -> tuple[Settings, UsageProblem | None]:
    """The same, for a face that must open: what can't be used counts as not set, and the first problem is told."""
    problems: list[UsageProblem] = []
    try:
        kept = _read(home)
    except UsageProblem as problem:
        kept = {}
        problems.append(problem)
    chosen = _chosen(kept, environment, problems.append)
    return chosen, problems[0] if problems else None


def change(home: Path, key: str, word: str) -> Value:
    """Set one setting in the file, which is made if it is missing; its comments stay. The value.

    Raises:
        UsageProblem: no such setting or value; the file is no TOML. EnvironmentProblem: it can't be written.
    """
    import tomlkit

    from tutor.progress.files import make_folder, write_atomically

    setting = known(key)
    try:
        value = setting.read(word)
    except ValueError as error:
        raise UsageProblem(
            f"{error}.", where=f"tutor config {key}", next_step="Nothing was changed: give it such a value."
        ) from None
    kept = _read(home)  # a broken file is told, not written over
    path = home / FILE
    text = path.read_text("utf-8") if path.is_file() else template()
    if key not in kept:  # take its place among the comments, where it stands commented out
        text = re.sub(rf"(?m)^# *{key} *=.*$", f"{key} = 0", text, count=1)
    document = tomlkit.parse(text)
    document[key] = value
    make_folder(home)
    write_atomically(path, tomlkit.dumps(document).encode("utf-8"))
    return value


def unset(home: Path, key: str) -> None:
    """Take one setting out of the file, where it stands commented out again; the others stay.

    Raises:
        UsageProblem: no such setting; the file is no TOML. EnvironmentProblem: it can't be written.
    """
    import tomlkit

    from tutor.progress.files import write_atomically

    setting = known(key)
    if key not in _read(home):
        return
    path = home / FILE
    document = tomlkit.parse(path.read_text("utf-8"))
    document[key] = setting.default  # on one line, whatever stood there
    text = re.sub(rf"(?m)^{key} = .*$", lambda line: f"# {line[0]}", tomlkit.dumps(document), count=1)
    document = tomlkit.parse(text)
    document.pop(key, None)  # where the key was written in another way
    write_atomically(path, tomlkit.dumps(document).encode("utf-8"))


def shown(value: Value) -> str:
    """A value as a person writes it."""
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def known(key: str) -> Setting:
    """Raises UsageProblem, with the nearest key, where there is none of that name."""
    import difflib

    if key in BY_KEY:
        return BY_KEY[key]
    if _SECRET.fullmatch(key):
        raise _no_place_for_keys("tutor config", "Nothing was written.")
    near = difflib.get_close_matches(key, BY_KEY, n=1)
    guess = f"Did you mean '{near[0]}'?" if near else f"There are {', '.join(BY_KEY)}."
    raise UsageProblem(f"There is no setting '{key[:40]}'.", where="tutor config", next_step=guess)


def template() -> str:
    """The file as it begins: each setting with what it means, commented out at its default."""
    parts = [HEADING]
    for setting in SETTINGS:
        variables = ", ".join((*setting.variables, *setting.negated))
        about = f"# {setting.about}\n# {setting.allowed}. Environment: {variables}."
        parts.append(f"{about}\n# {setting.key} = {_toml(setting.default)}\n")
    return "\n".join(parts)


def _toml(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else f'"{value}"'


def _read(home: Path) -> dict[str, object]:
    path = home / FILE
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(
            f"The settings can't be read: {getattr(error, 'strerror', None) or error}.",
            where=str(path),
            next_step="Mend the file, or take it away.",
        ) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageProblem(
            f"This is no TOML: {error}.", where=str(path), next_step="Mend the line, or take the file away."
        ) from None


def _chosen(
    kept: Mapping[str, object], environment: Mapping[str, str], trouble: Callable[[UsageProblem], None]
) -> Settings:
    for key in kept:
        if _SECRET.fullmatch(key):
            trouble(_no_place_for_keys(FILE, "Take that line out of the file."))
        elif key not in BY_KEY:
            trouble(UsageProblem(f"There is no setting '{key[:40]}'.", where=FILE, next_step=_named()))
    return Settings({setting.key: _choice(setting, kept, environment, trouble) for setting in SETTINGS})


def _choice(
    setting: Setting,
    kept: Mapping[str, object],
    environment: Mapping[str, str],
    trouble: Callable[[UsageProblem], None],
) -> Chosen:
    for name in setting.negated:
        if environment.get(name):
            return Chosen(setting, False, name)
    sources = [(name, environment[name]) for name in setting.variables if environment.get(name, "").strip()]
    if setting.key in kept:
        value = kept[setting.key]
        sources.append((FILE, str(value).lower() if isinstance(value, bool) else str(value)))
    for origin, text in sources:
        try:
            return Chosen(setting, setting.read(text), origin)
        except ValueError as error:
            given = f", not '{text[:40]}'" if setting.quotable else ""
            trouble(UsageProblem(f"{error}{given}.", where=origin, next_step=_named()))
    return Chosen(setting, setting.default)


def _no_place_for_keys(where: str, step: str) -> UsageProblem:
    return UsageProblem(
        "Keys are never kept in a file.",
        where=where,
        next_step=f"{step} Set TUTOR_CHAT_KEY, or keep the key in the keyring: 'tutor chat --help' says how.",
    )


def _named() -> str:
    return "'tutor config' shows them all."


def _refuse(problem: UsageProblem) -> None:
    raise problem
