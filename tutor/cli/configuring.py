"""``tutor config``: the settings, one of them, or a new value for one."""

from __future__ import annotations

from typing import Annotated

import typer

from tutor.cli import console
from tutor.cli.options import JsonOption
from tutor.paths import tutor_home
from tutor.settings import BY_KEY, FILE, SETTINGS, Chosen, change, known, settings
from tutor.settings import shown as as_written


def _complete(incomplete: str) -> list[str]:
    return [key for key in BY_KEY if key.startswith(incomplete)]


def config_command(
    key: Annotated[str | None, typer.Argument(metavar="KEY", autocompletion=_complete)] = None,
    value: Annotated[str | None, typer.Argument(metavar="VALUE")] = None,
    json: JsonOption = False,
) -> int:
    """Show the settings, show one, or set one. They are kept in config.toml; environment variables win."""
    home = tutor_home()
    if key is not None and value is not None:
        from tutor.app.choosing import require_choice

        require_choice(key, value)
        change(home, key, value)
    chosen = settings(home).chosen
    shown = [chosen[known(key).key]] if key is not None else [chosen[setting.key] for setting in SETTINGS]
    if json:
        rows = [{"key": one.setting.key, "value": one.value, "from": _origin(one)} for one in shown]
        console.write_json({"schema": "tutor.config/1", "file": str(home / FILE), "settings": rows})
    elif value is not None:
        console.write(_told(shown[0], value))
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


def _told(one: Chosen, value: str) -> str:
    line = f"{one.setting.key} = {as_written(one.setting.read(value)) or '(empty)'}"
    if one.origin not in (FILE, ""):
        return f"{line}, but {one.origin} is set in the environment and wins: {as_written(one.value)}"
    return line
