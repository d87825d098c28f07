"""``tutor config``: the settings, one of them, or a new value for one."""

from __future__ import annotations

from typing import Annotated

import typer

from tutor.cli import console
from tutor.cli.options import JsonOption
from tutor.errors import UsageProblem
from tutor.paths import content_root, tutor_home
from tutor.settings import BY_KEY, FILE, SETTINGS, Chosen, known, settings
from tutor.settings import shown as as_written
from tutor.settings.table import Value


def _complete(incomplete: str) -> list[str]:
    return [key for key in BY_KEY if key.startswith(incomplete)]


def config_command(
    key: Annotated[str | None, typer.Argument(metavar="KEY", autocompletion=_complete)] = None,
    value: Annotated[str | None, typer.Argument(metavar="VALUE")] = None,
    unset: Annotated[bool, typer.Option("--unset", help="Take KEY out of the file again.")] = False,
    json: JsonOption = False,
) -> int:
    """Show the settings, show one, or set one. They are kept in config.toml; environment variables win."""
    home = tutor_home()
    if unset and (key is None or value is not None):
        raise UsageProblem(
            "'--unset' takes one setting, and no value.",
            where="tutor config",
            next_step="tutor config KEY --unset",
        )
    if key is not None and (unset or value is not None):
        from tutor.app.choosing import choose

        choose(home, key, value)
    chosen = settings(home).chosen
    shown = [chosen[known(key).key]] if key is not None else [chosen[setting.key] for setting in SETTINGS]
    if json:
        rows = [{"key": one.setting.key, "value": one.value, "from": _origin(one)} for one in shown]
        console.write_json({"schema": "tutor.config/1", "file": str(home / FILE), "settings": rows})
    elif value is not None:
        console.write(_told(shown[0], shown[0].setting.read(value)))
    elif unset:
        console.write(_told(shown[0], shown[0].setting.default))
    elif key is not None:
        console.write(as_written(shown[0].value))
    else:
        console.write("\n".join([*map(_entry, shown), f"\n{home / FILE}"]))
    return 0


def _origin(one: Chosen) -> str:
    return one.origin or "default"


def _entry(one: Chosen) -> str:
    head = f"{one.setting.key:<12} {as_written(one.value) or '(empty)':<14} {_origin(one)}"
    return f"{console.styled(head, 'bold')}\n             {console.styled(one.setting.about, 'dim')}"


def _told(one: Chosen, kept: Value) -> str:
    line = f"{one.setting.key} = {as_written(kept) or '(empty)'}"
    if one.origin not in (FILE, ""):
        return f"{line}, but {one.origin} is set in the environment and wins: {as_written(one.value)}"
    if one.setting.key == "language" and _untranslated(str(kept)):
        return f"{line}\nNothing in the course is translated into '{kept}' yet: its own texts are shown."
    return line


def _untranslated(language: str) -> bool:
    from tutor.course.translations import has_texts_in  # a tenth of a second, for this setting only

    return not has_texts_in(content_root(None), language)
