"""What an author can do about each kind of problem, where the problem does not say so itself."""

from __future__ import annotations

from tutor.errors import ContentProblem

FIXES = {
    # files
    "missing-file": "Write the file; 'tutor new' shows what one looks like.",
    "not-a-file": "Put a file in its place.",
    "unreadable": "Check who may read it.",
    "too-large": "Split it, or shorten it.",
    "encoding": "Save it as UTF-8.",
    "empty": "Write it, or remove the file.",
    "stray-file": "Remove it, or say in the YAML beside it that it belongs there.",
    "folder-name": "Rename the folder.",
    # YAML and its schema
    "yaml": "Mend the line: spaces for indentation, quotes around texts that hold a colon. A quote left "
    "open above shows only here.",
    "alias": "Write the value out.",
    "tag": "Take the tag away.",
    "bad-key": "A key is a plain word.",
    "duplicate-key": "Remove one of the two.",
    "duplicate-id": "Give one of them another id.",
    "unknown-key": "Remove it.",
    "missing-key": "Add the key.",
    "bad-value": "Change the value; the schema says what may stand here.",
    "unknown-id": "Name one that there is.",
    "cycle": "Remove one of these requirements.",
    "order": "An exercise may require only what comes before it.",
    # proofs
    "stub-verdict": "Let each function of the stub raise NotImplementedError, and do nothing else.",
    "stub-syntax": "Mend the line.",
    "stub-function": "Write it there, or take it out of 'interface'.",
    "stub-docstring": "Say in it what goes in and what comes out: shapes, types, units.",
    "stub-raise": "End it with: raise NotImplementedError",
    "stub-line-removed": "Give the reference that line, or take it out of the stub.",
    "right-fails": "Mend the solution if it is wrong; loosen the check, and say so in the brief, if it is right.",
    "wrong-passes": "Draw an input on which the wrong idea shows, or move the file to right/ if it is right.",
    "wrong-not-named": "Compare what came with what the wrong idea gives on the same input, and name it then.",
    "lazy-passes": "Check a value that this answer cannot have.",
    "leak": "Say in words what was expected; a learner must not see hidden inputs or results.",
    "slow": "Draw smaller or fewer inputs, or raise 'limits' in exercise.yaml.",
    "grader-fault": "Run the check alone: the fault is in the check, or in what it imports.",
    "near-limit": "Loosen the limit a little, so that a right solution never fails by chance.",
    "mutant-passes": "Draw an input that rejects it, simplify the reference, or list it in equivalent.yaml.",
    "mutants-survive": "Reject more of them: the warnings list those that pass.",
    "stale-equivalent": "Remove this entry.",
    "template": "Mend the expression; it may name what 'draw' and 'let' define.",
    "quiz-unfair": "Mend the question; tutor quiz LESSON --seed N shows a draw of it.",
}


def fix_of(problem: ContentProblem) -> str:
    """The next step that the problem names, else what helps against problems of its code."""
    return problem.next_step or FIXES.get(problem.code, "")
