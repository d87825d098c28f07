"""No attack passes, harms, goes unanswered, or is felt by the next grading; and no single layer is all there is.

The corpus is in the folders beside this file, one file an attack; ``corpus.py`` says how to write one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.attacks.battery import Battery
from tests.attacks.corpus import ATTACKS, Attack, fill
from tests.attacks.ground import REPOSITORY, Ground

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the corpus attacks Linux")

ALL = frozenset({"namespaces", "root", "landlock", "seccomp", "privileges", "identity", "limits"})
HELD = [attack for attack in ATTACKS if attack.held_by]
# Where a first layer is left out: the way Docker's default profile does it, an old kernel, one without filters.
LEFT_OUT = {"namespaces": {"namespaces", "root"}, "landlock": {"landlock"}, "seccomp": {"seccomp"}}
FELT_BY_THE_NEXT = {"exhausting", "exit_tricks", "harming"}
ORDINARY_USER = 54321
AS_ORDINARY_USER = [
    "exhausting/fork_bomb",
    "exit_tricks/daemon_left_behind",
    "harming/attributes_of_other_files",
    "harming/calls_home",
    "harming/links_for_the_cleaner",
    "harming/moves_other_files",
    "harming/priority_of_the_user",
    "harming/signals_to_others",
    "harming/writes_to_other_files",
    "payload_lies/files_between_the_workers",
    "payload_lies/locks_on_a_shared_file",
    "reading_hidden/hidden_checks",
    "reading_hidden/other_processes",
    "reading_hidden/the_tutor_itself",
]


def by_id(attacks: list[Attack]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("attack", attacks, ids=[attack.id for attack in attacks])


def named(name: str) -> Attack:
    return next(attack for attack in ATTACKS if attack.path.stem == name)


def only_where_active(battery: Battery, layers: Iterable[str]) -> None:
    missing = [layer for layer in layers if not battery.protections[layer].startswith("active")]
    if missing:
        pytest.skip(f"this machine has no {missing[0]}: {battery.protections[missing[0]]}")


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    ground = Ground()
    yield ground
    ground.close()


class Armoury:
    """Batteries by the layers they are without, one at a time, since each looks for processes left behind."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._battery: Battery | None = None

    def without(self, layers: Iterable[str], *, keep_warm: bool = False) -> Battery:
        kept = self._battery
        if kept is None or kept.without != frozenset(layers) or kept.keep_warm != keep_warm:
            self.close()
            self._ground.accept()
            self._battery = Battery(self._ground, layers, keep_warm=keep_warm)
        return self._battery  # type: ignore[return-value]

    def close(self) -> None:
        if self._battery is not None:
            self._battery.close()
        self._battery = None


@pytest.fixture(scope="module")
def armoury(ground: Ground) -> Iterator[Armoury]:
    armoury = Armoury(ground)
    yield armoury
    armoury.close()


def test_the_corpus_has_ten_families_and_at_least_sixty_attacks_that_each_say_what_they_try() -> None:
    families = Counter(attack.path.parent.name for attack in ATTACKS)

    assert len(families) == 10
    assert min(families.values()) >= 6
    assert sum(families.values()) >= 60
    assert all(attack.title.endswith(".") for attack in ATTACKS)
    assert all(attack.held_by <= ALL for attack in ATTACKS)


@by_id(ATTACKS)
def test_an_attack_gets_its_verdict_and_leaves_no_trace(armoury: Armoury, attack: Attack) -> None:
    battery = armoury.without(())

    verdict = battery.fire(attack)

    assert battery.wrongs(attack, verdict) == []
    if attack.path.parent.name in FELT_BY_THE_NEXT:
        assert battery.wrongs_of_next() == []


def test_a_spare_team_feels_nothing_of_the_grading_before(armoury: Armoury) -> None:
    battery = armoury.without((), keep_warm=True)
    for name in ("what_is_left_in_the_arena", "worker_that_echoes", "exit_zero_in_a_call", "threads"):
        attack = named(name)

        verdict = battery.fire(attack)

        assert verdict.verdict in attack.verdicts
        assert "SUCCEEDED" not in verdict.stdout
        assert battery.wrongs_of_next() == []


@pytest.mark.parametrize(
    ("layer", "attack"),
    [
        pytest.param(layer, attack, id=f"{layer}-{attack.id}")
        for layer, left_out in LEFT_OUT.items()
        for attack in HELD
        if attack.held_by - left_out
    ],
)
def test_an_attack_is_held_without_one_of_the_layers(armoury: Armoury, layer: str, attack: Attack) -> None:
    battery = armoury.without(LEFT_OUT[layer])
    only_where_active(battery, attack.held_by - battery.without)

    assert battery.wrongs(attack, battery.fire(attack)) == []


def test_a_daemon_dies_with_the_namespace_it_was_left_in(armoury: Armoury, ground: Ground) -> None:
    battery = armoury.without({"seccomp"})
    only_where_active(battery, {"namespaces"})
    attack = named("daemon_left_behind")

    verdict = battery.fire(attack)
    time.sleep(2.0)

    assert "SUCCEEDED" in verdict.stdout
    assert not os.path.lexists(fill(attack.traces[0], ground.names))
    assert battery.strays() == []


def test_scratch_folders_are_removed_whatever_was_made_of_them(armoury: Armoury) -> None:
    battery = armoury.without(LEFT_OUT["namespaces"])

    for name in ("links_for_the_cleaner", "many_small_files"):
        assert battery.wrongs(named(name), battery.fire(named(name))) == []
    armoury.close()

    assert battery.scratch_left() == []


@by_id(HELD)
def test_an_attack_works_where_no_layer_holds_it(armoury: Armoury, attack: Attack) -> None:
    if attack.path.stem == "fork_bomb" and os.geteuid() == 0:
        pytest.skip("a fork bomb never runs as root")

    assert "SUCCEEDED" in armoury.without(ALL).fire(attack).stdout


@pytest.mark.parametrize("without", [set(), {"namespaces", "root"}], ids=["all layers", "no namespaces"])
def test_an_ordinary_user_is_protected_as_well(without: set[str], tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.attacks.battery",
        ",".join(sorted(without)) or "-",
        *AS_ORDINARY_USER,
    ]
    if os.geteuid() == 0:
        command = [*as_ordinary_user(tmp_path), *command]

    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout)
    assert said["user"] != 0
    assert {layer: why for layer, why in said["protections"].items() if not why} == {}
    assert set(said["protections"]) == ALL | {"cgroup"}
    assert {attack: wrongs for attack, wrongs in said["wrongs"].items() if wrongs} == {}
    assert set(said["wrongs"]) == {*AS_ORDINARY_USER, "the next grading", "closing"}


def as_ordinary_user(stage: Path) -> list[str]:
    """A command that runs another as nobody in particular; where Python lies in root's home, in a mount
    namespace that opens the way to it."""
    tools = [shutil.which(name) for name in ("setpriv", "unshare", "mount")]
    if None in tools:
        pytest.skip("setpriv, unshare or mount is missing")
    drop = [str(tools[0]), f"--reuid={ORDINARY_USER}", f"--regid={ORDINARY_USER}", "--clear-groups"]
    hidden = sorted({str(folder) for folder in closed_folders()})
    if not hidden:
        return drop
    if len(hidden) > 1:
        pytest.skip(f"Python lies where an ordinary user can't read: {hidden}")
    home, python = hidden[0], str(Path(sys.executable).resolve().parents[1])
    script = (
        f"set -e; mount --bind {python} {stage}; mount -t tmpfs -o mode=755 none {home}; "
        f'mkdir -p {python}; mount --move {stage} {python}; exec "$@"'
    )
    opened = [str(tools[1]), "--mount", "sh", "-c", script, "sh"]
    if subprocess.run([*opened, "true"], capture_output=True).returncode != 0:
        pytest.skip("a mount namespace is refused, and Python lies where an ordinary user can't read")
    return [*opened, *drop]


def closed_folders() -> Iterator[Path]:
    """Folders above Python, its packages and this repository that others may not enter."""
    for place in (Path(sys.executable).resolve(), Path(sys.prefix).resolve(), REPOSITORY):
        for folder in (place, *place.parents):
            if folder.is_dir() and not folder.stat().st_mode & 0o001:
                yield folder
