"""Values of settings that only the app's rooms can judge: the table of settings knows their form alone."""

from __future__ import annotations

from pathlib import Path

from tutor.settings import change, unset


def choose(home: Path, key: str, word: str | None) -> None:
    """Write one setting down, or take it out for None. Raises UsageProblem, EnvironmentProblem."""
    if word is None:
        unset(home, key)
    else:
        require_choice(key, word)
        change(home, key, word)


def require_choice(key: str, word: str) -> None:
    """Refuse what the setting would take and nothing would follow. Raises UsageProblem."""
    if key == "theme":
        from tutor.app.theme import require_theme

        require_theme(word)
    if key == "assistant" and word.strip():
        from tutor.assist import assistant

        assistant(word, where="the setting 'assistant'")
