"""Settings, environment variables and exit codes, from the tables that the program reads."""

from __future__ import annotations

from docs.site.tables import NOTE, code, prose, table
from tutor.errors import ContentProblem, EnvironmentProblem, GraderFault, RefusedProblem, UsageProblem
from tutor.grading.verdict import EXIT_CODES
from tutor.settings.table import SETTINGS

# Variables that stand for no setting. A test finds every name that the code reads.
VARIABLES = {
    "TUTOR_HOME": "Where progress, work and settings live; else the platform's folder for data.",
    "TUTOR_CONTENT": "Another course: its folder, or the id of one that was added. `--content` wins over it.",
    "TUTOR_MODELS": "Where language models are kept; else `models` in the home.",
    "TUTOR_MODEL_FOLDER": "Set by the program for demos: the folder of the real model, where it was fetched.",
    "TUTOR_CHAT_KEY": "The key of the chat's server, where it asks for one. It is in no file of the tutor.",
    "NO_COLOR": "Set to anything: no colours, and nothing moves.",
}


def settings_page() -> str:
    rows = [
        (code(s.key), prose(s.about), s.allowed, code(_word(s.default)) if s.default != "" else "empty",
         ", ".join(code(name) for name in (*s.variables, *s.negated)))
        for s in SETTINGS
    ]  # fmt: skip
    return "\n".join(
        [
            "# Settings and variables\n",
            NOTE,
            "## Settings\n",
            "`tutor config` shows them and says which file they are kept in, `tutor config KEY VALUE` sets one, and "
            "`,` opens them in the app. An environment variable wins over the file; of several the first that is "
            "set.\n",
            table(("key", "what it is for", "may be", "default", "variables"), rows),
            "## Other variables\n",
            table(("variable", "what it is for"), [(code(name), about) for name, about in VARIABLES.items()]),
        ]
    )


def exit_codes_page() -> str:
    meaning: dict[int, list[str]] = {
        0: ["All is well; a submission passed; every row of a class has a verdict."]
    }
    for problem in (RefusedProblem, UsageProblem, ContentProblem, EnvironmentProblem, GraderFault):
        meaning.setdefault(problem.exit_code, []).append(prose((problem.__doc__ or "").splitlines()[0]))
    for verdict, number in EXIT_CODES.items():
        meaning.setdefault(number, []).append(f"The verdict is `{verdict}`.")
    meaning.setdefault(130, []).append("Cancelled, by Ctrl+C say.")
    rows = [(str(number), " ".join(meaning[number])) for number in sorted(meaning)]
    return "\n".join(
        [
            "# Exit codes\n",
            NOTE,
            table(("code", "meaning"), rows),
            "A message on standard error says what happened, where, and what to do next. With `--json` it is one "
            "document on standard output instead, `tutor.problem/1` ([JSON documents](documents.md)).\n",
        ]
    )  # fmt: skip


def _word(value: object) -> object:
    return ("on" if value else "off") if isinstance(value, bool) else value
