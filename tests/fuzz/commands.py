"""Command lines made of the program's own parameters, with values that nobody meant: in this process, and as real ones.

In this process an example ends, well, where a command starts a program or reaches for the network: it is through
its border then, and what comes after is graded, served or fetched for real.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import typer
from hypothesis import strategies as st

from tests.cli.conftest import environment, write_course
from tests.fuzz.content import MORE
from tests.fuzz.ground import Case, Ground, fresh, seconds_of_children
from tests.fuzz.hostile import either, texts
from tutor.cli import main
from tutor.cli.entry import COMMANDS, program

CODES = {0, 1, 2, 3, 4, 130}
"""What a command may end with. 5 is a fault of ours, which no input may cause."""
FRESH_AFTER = 200
"""Examples that share one home: what one left behind is the next one's start."""

_PLACES = (
    "new.out",
    "made.csv",
    "made.jsonl",
    "made.svg",
    "made.png",
    "made.apkg",
    "made.xml",
    "made.zip",
    "no/such/folder/x",
    ".",
    "folder",
    "given.py",
    "given.json",
    "given.zip",
    "pipe",
    "link",
    "empty",
    "binary",
    "course",
    "a" * 300,
    "x\ty",
    "\udcff.py",
    "-",
    "--",
    "é\u202e.py",
    " ",
    "course/lessons",
    "signed.json",
    "progress.jsonl",
    "class",
    "/dev/null",
)
_WORDS = (
    "first",
    "doubling",
    "doubling",
    "First",
    "why",
    "small",
    "auto",
    "cpu",
    "cuda",
    "cuda:7",
    "cuda:-1",
    "mps",
    "0",
    "1",
    "-1",
    "3",
    "1e9",
    "99999999999999999999",
    "nan",
    "doubling.py",
    "beginner",
    "add",
    "list",
    "remove",
    "fetch",
    "restore",
    "csv",
    "html",
    "progress",
    "anki",
    "notebook",
    "markdown",
    "local",
    "ray",
    "lesson",
    "exercise",
    "theme",
    "language",
    "chat_url",
    "claude",
    "gpt2",
    "tiny",
    "seed=3",
    "seed",
    "mode=loud",
    "=",
    "a=b=c",
    "http://[",
    "https://x.invalid/a b",
    "git@x:y",
    "file:///x.git",
)


def cases(ground: Ground) -> Iterator[Case]:
    """All of this border."""
    course = write_course(fresh(ground.place / "course"), MORE)
    tried = Tried(ground, course)
    _warm()
    yield Case("in this process", lines(), tried.in_process, 6, departs=True)
    yield Case("a quiz, typed", _typed(), tried.in_process, 2, departs=True)
    yield Case("words without a plan", _loose(), tried.in_process, 2, departs=True)
    yield Case(
        "as processes of their own", lines(only=QUICK), tried.as_process, 0.06, clock=seconds_of_children
    )


QUICK = (
    "list",
    "lesson",
    "quiz",
    "prompts",
    "glossary",
    "search",
    "start",
    "hint",
    "diff",
    "solution",
    "progress",
    "config",
    "export",
    "import",
    "verify",
    "course",
    "backups",
    "practice",
)
"""Commands that start no program, so that one example stays short."""


# --- words ---------------------------------------------------------------------------------------------


def _sayable(text: str) -> str:
    """What a shell can hand over: no NUL, and of lone surrogates those that stand for bytes."""
    return re.sub("[\0\ud800-\udc7f\udd00-\udfff]", "", text)[:60_000]


_words = either(
    st.sampled_from(_WORDS), st.sampled_from(_WORDS), st.sampled_from(_WORDS), texts.map(_sayable)
)
_places = st.sampled_from(_PLACES)


def lines(only: tuple[str, ...] = tuple(COMMANDS)) -> st.SearchStrategy[tuple[list[str], bytes]]:
    """A command with some of its own options and arguments, and what its standard input holds."""
    group: Any = typer.main.get_command(program)
    with group.make_context("tutor", ["list"]) as context:
        commands = {name: group.get_command(context, name) for name in only}
    return st.sampled_from(list(commands)).flatmap(
        lambda name: st.tuples(_line(name, commands[name]), inputs)
    )


@st.composite
def _line(draw: Callable[..., Any], name: str, command: Any) -> list[str]:
    words = draw(
        st.sampled_from([[], [], [], [], ["--plain"], ["--content", "course"], ["--content", "small"]])
    )
    said: list[str] = []
    for parameter in command.params:
        if parameter.name == "help" or not draw(
            st.integers(0, 3 if parameter.param_type_name == "option" else 6)
        ):
            continue
        if parameter.param_type_name == "argument":
            said += [draw(_value(parameter)) for _ in range(draw(st.sampled_from([1] * 12 + [0, 2])))]
        elif draw(st.integers(0, 2)) == 0:
            said.append(draw(st.sampled_from(parameter.opts)))
            if not getattr(parameter, "is_flag", False):
                said.append(draw(_value(parameter)))
    if draw(st.integers(0, 9)) == 0:
        said.insert(draw(st.integers(0, len(said))), draw(_words))
    return [*words, name, *said]


def _value(parameter: Any) -> st.SearchStrategy[str]:
    """A value of a parameter's kind, or not. A path is one of this ground's: what a person names is written."""
    kind = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
    if kind is Path or parameter.name in ("file", "answers", "what", "out"):
        return _places
    ids = {"exercise": "doubling", "lesson": "first"}.get(str(parameter.name))
    choices = get_args(kind) or ([ids] if ids else None)
    fitting = st.sampled_from([str(choice) for choice in choices]) if choices else st.sampled_from(_WORDS)
    return either(fitting, fitting, fitting, _words)


@st.composite
def _loose(draw: Callable[..., Any]) -> tuple[list[str], bytes]:
    words = draw(
        st.lists(either(_words, st.sampled_from(list(COMMANDS)), st.sampled_from(_FLAGS)), max_size=6)
    )
    # A path that a person names is written, so that loose words name none but those of this ground.
    return [word for word in words if "/" not in word and not word.startswith("~")], draw(inputs)


_FLAGS = (
    "--json",
    "--help",
    "--version",
    "--plain",
    "--seed",
    "--device",
    "--content",
    "--yes",
    "--",
    "-",
    "-x",
    "--json=1",
    "--all",
)
inputs = either(
    st.just(b""),
    st.just(b"y\n"),
    st.lists(texts, max_size=6).map(lambda said: "\n".join(said).encode("utf-8", "replace")),
    st.binary(max_size=30),
    st.just(b'{"seed": 1, "answers": {"one-right": "twice", "a-number": "8"}}'),
)


def _typed() -> st.SearchStrategy[tuple[list[str], bytes]]:
    """What is typed into a quiz: letters, pairs, numbers, commands, and what no keyboard has."""
    some = st.sampled_from(
        [
            "a",
            "b",
            "a c",
            "c b a",
            "1b 2a 3c",
            "8",
            "16 bytes",
            "?",
            ":s",
            ":q",
            "",
            "x",
            "2 *",
            "A",
            "1-a",
            "٣",
        ]
    )
    lines_ = st.lists(either(some, some, texts), max_size=12)
    typed = either(
        lines_.map(lambda said: "\n".join(said).encode("utf-8", "surrogatepass")), st.binary(max_size=40)
    )
    asked = st.sampled_from(
        [
            ["quiz", "first"],
            ["quiz", "first", "--new"],
            ["quiz", "first", "--open"],
            ["quiz", "--placement"],
            ["--plain"],
        ]
    )
    return st.tuples(asked, typed)


# --- running -------------------------------------------------------------------------------------------


class _Kept(io.BytesIO):
    """Bytes that stay readable whoever closes them."""

    def close(self) -> None:
        self.seek(0)


class Tried:
    """Runs command lines on the small course, each in the same folder, and looks at how they end."""

    def __init__(self, ground: Ground, course: Path) -> None:
        self._ground, self._course, self._count = ground, course, 0
        self._folder = ground.place

    def _prepare(self) -> None:
        """A home that holds something, and files to name."""
        if self._count % FRESH_AFTER == 0:
            fresh(self._ground.home)
            for path in self._folder.iterdir():
                if path.name not in ("course", "index"):
                    _remove(path)
            files = {
                "given.py": b"def double(x):\n    return 2 * x\n",
                "given.json": b'{"seed": 1, "answers": {}}',
                "empty": b"",
                "binary": bytes(range(256)),
                "given.zip": b"PK\x05\x06" + b"\0" * 18,
                "signed.json": b"{}",
                "class/ada/doubling.py": b"x",
                "progress.jsonl": b'{"schema": "tutor.events/1"}\n',
            }
            for name, data in files.items():
                path = self._folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            (self._folder / "folder").mkdir()
            (self._folder / "link").symlink_to("given.py")
            os.mkfifo(self._folder / "pipe")
        self._count += 1

    def in_process(self, given: tuple[list[str], bytes]) -> None:
        words, typed = given
        self._prepare()
        out, err = _Kept(), _Kept()
        before = sys.stdin, sys.stdout, sys.stderr, dict(os.environ), os.getcwd()
        os.chdir(self._folder)
        os.environ["TUTOR_CONTENT"] = str(self._course)
        sys.stdin = io.TextIOWrapper(io.BytesIO(typed), encoding="utf-8")
        sys.stdout, sys.stderr = (
            io.TextIOWrapper(one, encoding="utf-8", write_through=True) for one in (out, err)
        )
        try:
            code = main(words)
        finally:
            sys.stdin, sys.stdout, sys.stderr = before[:3]
            os.chdir(before[4])
            os.environ.clear()
            os.environ |= before[3]
            _linear_off()
        self._judge(words, code, out.getvalue(), err.getvalue())

    def as_process(self, given: tuple[list[str], bytes]) -> None:
        words, typed = given
        # Nothing refuses a write of another process before it happens: it is told of no path of the machine's.
        words = [word for word in words if not word.startswith(("/", "~")) and ".." not in word]
        self._prepare()
        done = subprocess.run(
            [sys.executable, "-m", "tutor", *words],
            input=typed,
            capture_output=True,
            cwd=self._folder,
            timeout=20,
            check=False,
            env={
                **environment(self._ground.home, self._course),
                "PYTHONPATH": str(Path(__file__).parents[2]),
            },
        )
        self._judge(words, done.returncode, done.stdout, done.stderr)

    def _judge(self, words: list[str], code: int, out: bytes, err: bytes) -> None:
        told = err.decode("utf-8", "replace")
        crashes = sorted((self._ground.home / "crashes").glob("*"))
        report = crashes[-1].read_text("utf-8", "replace")[-700:].strip() if crashes else ""
        for crash in crashes:
            crash.unlink()
        assert code in CODES, f"exit {code} {report or told[-400:]}"
        assert "Traceback" not in told, told[-700:]
        assert "\x1b" not in told, "an escape sequence on stderr"
        printed = words[: words.index("--")] if "--" in words else words
        if code in (2, 3) and "--json" in printed:
            document = json.loads(out)
            assert document["schema"] == "tutor.problem/1"
            assert document["exit"] == code
            assert document["message"]
            assert document["next"]
        elif code in (2, 3) and "--json-lines" not in printed:
            assert told.strip(), "no word on stderr"


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        fresh(path).rmdir()
    else:
        path.unlink()


def _linear_off() -> None:
    from tutor.cli import linear

    linear._on = False


def _warm() -> None:
    """Imports what commands import late, which is no part of what an example takes."""
    import importlib

    for name in (
        "openai",
        "mcp.server",
        "aiohttp.web",
        "keyring",
        "cryptography.hazmat.primitives.serialization",
        "genanki",
        "resvg_py",
        "tomlkit",
        "huggingface_hub",
        "jinja2",
        "watchfiles",
        "textual.app",
        "tutor.app",
        "numpy",
    ):
        importlib.import_module(name)
    for module, _ in COMMANDS.values():
        importlib.import_module(f"tutor.cli.{module}")
