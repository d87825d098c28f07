"""What each page needs before its commands run, and the commands that a test can't run, with the reason."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.docs.guide import write_course
from tests.docs.pages import ROOT


@dataclass(frozen=True)
class Preparation:
    """``lay`` fills the scratch folder and ``before`` are commands that come first; ``values`` stand for words that a
    reader replaces; ``answers`` are typed after a command; ``exits`` are exit codes other than 0."""

    lay: tuple[Callable[[Path], None], ...] = ()
    before: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    exits: Mapping[str, int] = field(default_factory=dict)


def a_class(folder: Path) -> None:
    """``submissions``: two students, one right and one wrong."""
    grader = ROOT / "graders/absmax-int8"
    for student, file in (("ada", "reference.py"), ("ben", "wrong/scale-from-signed-max.py")):
        place = folder / "submissions" / student / "absmax_int8.py"
        place.parent.mkdir(parents=True)
        shutil.copy(grader / file, place)


def a_course_of_others(folder: Path) -> None:
    write_course(folder / "their-course")


def the_guides_course(folder: Path) -> None:
    write_course(folder / "course")


def a_solution(folder: Path) -> None:
    """The learner has written absmax-int8, and has a copy of it here."""
    for place in (folder / "absmax_int8.py", folder / "home/work/absmax_int8.py"):
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "graders/absmax-int8/reference.py", place)


SAYING_YES = "./their-course --yes"  # without a terminal nobody is asked
NOTHING = Preparation()
PREPARED: dict[str, Preparation] = {
    "README.md": Preparation(
        lay=(a_class, a_course_of_others),
        values={"ID": "my-exercise", "DIR": "mine", "./their-course": SAYING_YES},
        answers={"tutor quiz bits": "28\n:q\n"},
        exits={f"tutor {command} per-row-scales": 1 for command in ("try", "submit", "look")},
    ),
    "docs/accessibility.md": Preparation(lay=(a_solution,), values={"ID": "absmax-int8"}),
    "docs/assistants.md": Preparation(
        lay=(a_class,),
        before=("tutor submit absmax-int8 submissions/ben/absmax_int8.py",),
        answers={"tutor quiz outliers --open": "It has no outliers.\n\nn\nn\nn\ny\nn\n:q\n"},
    ),
    "docs/authoring.md": Preparation(
        lay=(the_guides_course,),
        values={
            "exercise ID": "exercise my-exercise",
            "lesson ID": "lesson my-lesson",
            "ID": "nearest-code",
            "DIR": "course",
        },
    ),
    "docs/classroom.md": Preparation(lay=(a_class, a_solution), values={"17": "1"}),
    "docs/how-to/courses.md": Preparation(
        lay=(a_course_of_others,),
        values={"rounding-course": "my-course", "./their-course": SAYING_YES},
    ),
    "docs/how-to/editor.md": Preparation(exits={"tutor submit per-row-scales --json --junit verdict.xml": 1}),
    "docs/how-to/move-progress.md": Preparation(values={"/media/stick": "stick"}),
    "docs/how-to/offline.md": Preparation(values={"/media/stick": "stick"}),
}

APP = "opens the app, which needs a terminal: tests/app and tests/e2e walk it"
WHOLE = "takes many minutes: it is a part of CI, or of a release"
NETWORK = "needs a network: tests/compute fetches from servers of its own"
INDEX = "asks the package index or an advisory database"
INSTALLS = "would install into the environment that runs the tests"
MEASURES = "takes minutes, on a machine that does nothing else"
ENDLESS = "runs until Ctrl+C: tests/cli and tests/web start and end it"
ELSEWHERE = "is a program or a machine of the reader's"
CLUSTER = "needs the extra ray: tests/classroom runs it where that is installed"

CANNOT_RUN: dict[str, str] = {
    "make tutor": APP,
    "make test": WHOLE,
    "make proofs": WHOLE,
    "make lint": WHOLE,
    "make prove": WHOLE,
    "make docs": "is a part of CI of its own; test_site.py lays the same pages and checks the navigation",
    "make lock": INDEX,
    "make wheels": INDEX,
    "make audit": INDEX,
    "make licences": "writes a file of the checkout: tests/supply/test_licences.py compares it",
    ".ci/run": WHOLE,
    "source .venv/bin/activate": "is what the tests' own environment has done",
    "tutor author DIR": APP,
    "tutor watch per-row-scales": ENDLESS,
    "tutor watch memory-footprint": ENDLESS,
    "tutor web": ENDLESS,
    "tutor web --open": ENDLESS,
    "tutor web --port 8123": ENDLESS,
    "tutor chat bits": "needs a model's server: tests/cli/test_chat.py has one",
    "tutor model fetch": NETWORK,
    "tutor model fetch gpt2": NETWORK,
    "tutor model fetch ./my-model --as mine": "needs a model: tests/compute brings one",
    "tutor submit per-row-scales --device cuda:1": "needs two GPUs",
    "tutor validate DIR --only ID --mutants": "takes a minute: test_authoring_guide.py runs it, and looks at its proof",
    "tutor validate DIR --full": WHOLE,
    "pip install 'tutor[ray]'": INSTALLS,
    "pip install 'tutor[triton]'": INSTALLS,
    "pip install 'tutor[web]'": INSTALLS,
    "ssh -L 8123:127.0.0.1:8123 HOST": ELSEWHERE,
    "llama-server -m model.gguf -c 32768 --jinja": ELSEWHERE,
    "tutor grade submissions --out book.csv --engine ray": CLUSTER,
    "tutor grade submissions --out book.csv --engine ray --address HOST:6379": CLUSTER,
    "tutor grade submissions --out book.csv --engine ray --gpus 0.25": CLUSTER,
    "python -m pytest tests/grading/test_faults.py": WHOLE,
    "python -m pytest tests/grading/test_memory.py": WHOLE,
    "python -m pytest tests/progress": WHOLE,
}
BENCHMARKS = ("python benchmarks/", "nice python benchmarks/")  # whatever follows


def why_not_run(line: str) -> str:
    """Why a command is not run; empty for one that is."""
    return MEASURES if line.startswith(BENCHMARKS) else CANNOT_RUN.get(line, "")
