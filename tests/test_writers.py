"""Every place of the program that writes, moves or deletes files is known here, with why no learner's work lies there.

A learner's file is replaced only by ``tutor.progress.keeping``, which keeps what it held. Whoever needs another writer
goes through there, or names the module below with the reason.
"""

from __future__ import annotations

import ast
from pathlib import Path

import tutor

PACKAGE = Path(tutor.__file__).parent

WRITERS = {
    "progress/files.py": "the two ways to write a file whole, of which one never replaces",
    "progress/keeping.py": "the one place that replaces a learner's file, which it keeps first",
    "progress/workspace.py": "stubs where no file is; the learner's own text over what they saw of it (save)",
    "progress/backup.py": "the database's backups, and their leftovers",
    "progress/database.py": "the lock file beside the database",
    "progress/rescue.py": "the database's replacement, its copy to read, and the damaged one moved aside",
    "settings/kept.py": "settings.toml, in which all that it does not know is kept",
    "classroom/remembered.py": "which class was graded last: a file of its own in the home",
    "classroom/signing.py": "a key, where none is",
    "classroom/engines/station.py": "an archive in memory",
    "classroom/autograder.py": "an archive in memory",
    "classroom/journal.py": "a class's journal, which is opened as it is",
    "cli/console.py": "nothing: the null device",
    "grading/judge.py": "nothing: the null device",
    "assist/clipboard.py": "the clipboard's file in the home, and the terminal",
    "proving/error_map.py": "measured points, in the cache",
    "app/terminal.py": "fault.txt, in the home",
    "cli/problems.py": "crash reports, each a new file",
    "cli/serving.py": "the signpost of a server that runs",
    "cli/creating.py": "a new lesson's files, where none are",
    "cli/validating.py": "JSON Schemas, in a course's folder for them",
    "course/index.py": "the index, in the cache",
    "course/library/copying.py": "a course's copy, under a new name",
    "course/library/kept.py": "courses that were added, in a folder of their own",
    "course/library/sources.py": "a course that is being fetched, in a folder of its own",
    "compute/models/children.py": "messages of a child process, in a folder of its own",
    "compute/models/download.py": "a model that is being fetched",
    "compute/models/fetching.py": "a model that is being fetched",
    "compute/models/hub.py": "a model that is being fetched",
    "compute/models/installing.py": "the shelf of models",
    "compute/models/local.py": "a model that is being copied",
    "compute/models/manifest.py": "a model's manifest",
    "compute/models/measurer.py": "a descriptor of its own process",
    "compute/models/shelf.py": "a model that is removed",
    "sandbox/confinement/world.py": "a confined process's own world",
    "sandbox/arena.py": "memory that processes share",
    "sandbox/cgroups.py": "control groups",
    "sandbox/scratch.py": "a confined process's scratch folder",
    "sandbox/answering.py": "a confined process's scratch folder",
}

# Names of functions and methods that write, whatever they are called on.
ALWAYS = {
    "write_atomically", "write_new", "write_bytes", "write_text", "unlink", "rename", "renames", "rmtree", "rmdir",
    "copyfile", "copy2", "copytree", "copyfileobj", "move", "remove_tree", "truncate", "symlink_to",
    "hardlink_to", "touch", "extractall",
}  # fmt: skip
OPENERS = {"open", "fdopen", "NamedTemporaryFile", "ZipFile", "TarFile"}
CREATING = {"O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"}


def writes(call: ast.Call) -> bool:
    """Whether a call writes, moves or deletes a file, as far as its text shows."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in ALWAYS:
        return True
    owner = getattr(getattr(call.func, "value", None), "id", "")
    if name in ("replace", "remove", "link", "symlink") and owner == "os":
        return True
    if name == "replace" and isinstance(call.func, ast.Attribute):  # of a path: one argument; of a text: two
        return len(call.args) == 1 and not call.keywords and owner not in ("dataclasses", "copy")
    if name not in OPENERS:
        return False
    texts = [
        one.value
        for one in [*call.args, *(word.value for word in call.keywords if word.arg == "mode")]
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    modes = [text for text in texts if len(text) <= 4 and set(text) <= set("rwaxbt+:gz")]
    flags = {node.attr for node in ast.walk(call) if isinstance(node, ast.Attribute)} & CREATING
    return bool(flags) or any(set(mode) & set("wax+") for mode in modes)


def lines_that_write(source: str) -> list[int]:
    return [
        node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and writes(node)
    ]


def test_no_other_place_writes_files_than_those_that_cannot_meet_a_learners_work():
    found = {
        path.relative_to(PACKAGE).as_posix(): lines
        for path in PACKAGE.rglob("*.py")
        if "content" not in path.relative_to(PACKAGE).parts[:1]
        and "templates" not in path.parts
        and (lines := lines_that_write(path.read_text(encoding="utf-8")))
    }
    unknown = {name: lines for name, lines in found.items() if name not in WRITERS}
    assert not unknown, "these write files: go through tutor.progress.keeping, or say above why it need not"
    assert set(WRITERS) - set(found) == set(), "these no longer write files"


def test_the_search_finds_each_way_to_write():
    ways = [
        "path.write_text('x')", "Path('a').write_bytes(b'')", "open(p, 'w')", "open(p, mode='ab')", "p.open('r+')",
        "os.replace(a, b)", "a.replace(b)", "a.rename(b)", "os.remove(a)", "a.unlink()", "shutil.rmtree(a)",
        "shutil.copyfile(a, b)", "os.open(a, os.O_WRONLY | os.O_CREAT)", "write_atomically(a, b)", "write_new(a, b)",
        "gzip.open(a, 'wb')", "zipfile.ZipFile(a, 'w')", "files.write_new(a, b)", "os.truncate(a, 0)",
    ]  # fmt: skip
    assert [way for way in ways if not lines_that_write(way)] == []
    others = [
        "open(p)",
        "p.open('rb')",
        "text.replace('a', 'b')",
        "replace(state, at=1)",
        "p.read_text()",
        "x.move",
    ]
    assert [other for other in others if lines_that_write(other)] == []
