"""What a learner may set: one commented ``config.toml`` in their home. Environment variables win over it.

``SETTINGS`` is the one list of them: the file, ``tutor config`` and the app's screen are made from it.
"""

from __future__ import annotations

from tutor.settings.kept import (
    FILE,
    Chosen,
    Settings,
    change,
    known,
    settings,
    settings_or_defaults,
    shown,
    template,
    unset,
)
from tutor.settings.table import BY_KEY, SETTINGS, Setting

__all__ = [
    "BY_KEY",
    "FILE",
    "SETTINGS",
    "Chosen",
    "Setting",
    "Settings",
    "change",
    "known",
    "settings",
    "settings_or_defaults",
    "shown",
    "template",
    "unset",
]
