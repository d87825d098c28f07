"""Values of settings that only the app's rooms can judge: the table of settings knows their form alone."""

from __future__ import annotations


def require_choice(key: str, word: str) -> None:
    """Refuse what the setting would take and nothing would follow. Raises UsageProblem."""
    if key == "theme":
        from tutor.app.theme import require_theme

        require_theme(word)
    if key == "assistant" and word.strip():
        from tutor.assist import assistant

        assistant(word, where="the setting 'assistant'")
