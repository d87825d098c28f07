"""The glossary, from the file that ``tutor glossary`` reads."""

from __future__ import annotations

from docs.site.tables import NOTE, code, table
from tutor.course import load_content
from tutor.paths import installed_root


def glossary_page() -> str:
    content = load_content(installed_root())
    rows = [
        (", ".join((f"**{term.term}**", *term.also)), term.definition,
         f"{content.lesson(term.lesson).title} ({code(term.lesson)})")
        for term in content.glossary
    ]  # fmt: skip
    return f"# Glossary\n\n{NOTE}\n{table(('term, and other names', 'what it means', 'lesson'), rows)}"
