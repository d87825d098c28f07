from __future__ import annotations

import json
import os
import tomllib
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tutor.cli.examining import doctor_command
from tutor.compute.devices import TorchBuild, resolve_device
from tutor.compute.gpus import Device, Gpus
from tutor.proving import exercise_uses, machine_checks, place_checks
from tutor.proving.doctor import examine
from tutor.proving.findings import Diagnosis, ExerciseUse, Finding
from tutor.sandbox import CaseOutcome

H100 = Gpus((Device("cuda:0", "H100", 70, 80),), driver="580.1", cuda="13.0")
CUDA_BUILD, CPU_BUILD = TorchBuild("2.13.0+cu130", "13.0"), TorchBuild("2.13.0+cpu", None)
WORKS = {"cpu": 3.0, "cuda": 3.0, "why": ""}


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    def have(
        gpus: Gpus, build: TorchBuild | None, said: dict[str, object] | None = None, failure: str = ""
    ) -> None:
        monkeypatch.setattr(machine_checks, "find_gpus", lambda: gpus)
        monkeypatch.setattr(machine_checks, "torch_build", lambda: build)
        monkeypatch.setattr(machine_checks, "_try_torch", lambda: (WORKS if said is None else said, failure))

    return have


def test_only_a_problem_makes_the_diagnosis_not_ok() -> None:
    fine, lost = Finding("a", "ok", "x"), Finding("b", "warning", "x", "y")
    assert Diagnosis((fine, lost), ()).ok
    assert not Diagnosis((fine, Finding("c", "problem", "x", "y")), ()).ok


def test_the_document_has_the_keys_of_the_contract(tmp_path: Path) -> None:
    document = examine(home=tmp_path).to_json()
    assert document["schema"] == "tutor.doctor/1"
    assert isinstance(document["ok"], bool)
    findings, devices = document["findings"], document["devices"]
    assert isinstance(findings, list)
    assert isinstance(devices, list)
    assert all(set(finding) == {"id", "state", "detail", "remedy"} for finding in findings)
    assert all(bool(finding["remedy"]) == (finding["state"] != "ok") for finding in findings)
    ids = [finding["id"] for finding in findings]
    assert len(set(ids)) == len(ids)
    assert {"python", "packages", "torch", "gpu", "home", "content", "terminal", "fork", "worker"} <= set(ids)
    assert devices[0]["id"] == "cpu"
    json.dumps(document, allow_nan=False)


def test_each_exercise_of_the_course_has_its_device(tmp_path: Path) -> None:
    diagnosis = examine(home=tmp_path)
    uses = {use.id: use for use in diagnosis.exercises}
    assert len(uses) > 20
    assert {use.device for use in uses.values()} == {resolve_device("auto")}
    assert set(uses["nf4"].to_json()) == {"id", "device", "missing", "note"}
    assert not uses["nf4"].note


def test_an_exercise_about_gpus_says_what_is_lost_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def note(device: str) -> str:
        monkeypatch.setattr(exercise_uses, "resolve_device", lambda wanted: device)
        return {use.id: use.note for use in exercise_uses.look()}["w4a16-kernel"]

    assert "cpu-only" in note("cpu")
    assert "cpu-only" in note("mps")
    assert note("cuda:1") == ""


def test_an_exercise_on_a_real_model_says_how_to_have_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def note(model: Path | None) -> str:
        monkeypatch.setattr(exercise_uses, "find_model", lambda: model)
        return {use.id: use.note for use in exercise_uses.look()}["capstone"]

    assert "tutor model fetch" in note(None)
    assert "tutor model fetch" not in note(tmp_path)


def test_packages_that_exercises_miss_are_named_with_the_command_that_brings_them() -> None:
    uses = [
        ExerciseUse("a", "cpu", ("triton",)),
        ExerciseUse("b", "cpu"),
        ExerciseUse("c", "cpu", ("triton", "x")),
    ]
    (finding,) = exercise_uses.missing(uses)
    assert finding.state == "warning"
    assert finding.detail == "a needs triton; c needs triton and x, not installed."
    assert finding.remedy.endswith("-m pip install triton x")
    (fine,) = exercise_uses.missing(uses[1:2])
    assert fine.state == "ok"


def test_a_course_that_does_not_load_has_no_exercises_and_one_finding(tmp_path: Path) -> None:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons/course.yaml").write_text("id: [")
    diagnosis = examine(content=tmp_path, home=tmp_path)
    findings = {finding.id: finding.state for finding in diagnosis.findings}
    assert findings["content"] == "problem"
    assert "exercises" not in findings
    assert diagnosis.exercises == ()


def test_the_doctor_shows_memory_and_what_each_exercise_uses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    uses = (ExerciseUse("per-row-scales", "cuda:0"), ExerciseUse("w4a16", "cuda:0", ("triton",), "of speed"))
    gpu = Device("cuda:0", "H100", 70 * 10**9, 80 * 10**9, "GPU-secret")
    monkeypatch.setattr("tutor.proving.doctor.examine", lambda content: Diagnosis((), (gpu,), uses))
    assert doctor_command() == 0
    told = capsys.readouterr().out
    assert "cuda:0                   H100, 70 GB of 80 GB free" in told
    assert "graded on cuda:0         per-row-scales, w4a16\n" in told
    assert "w4a16                    needs triton; of speed" in told
    assert doctor_command(json=True) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["exercises"][0] == {"id": "per-row-scales", "device": "cuda:0", "missing": [], "note": ""}
    assert "GPU-secret" not in json.dumps(document)


def test_a_check_that_fails_is_a_finding_and_the_others_are_still_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(machine_checks, "gpu", fail)
    findings = {finding.id: finding for finding in examine().findings}
    assert findings["gpu"].state == "warning"
    assert "ZeroDivisionError: oh" in findings["gpu"].detail
    assert findings["python"].state == "ok"


def test_every_dependency_of_the_package_is_looked_at() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    names = {dependency.split(">")[0].split("=")[0].strip() for dependency in project["dependencies"]}
    assert names == {*machine_checks.GRADING, *machine_checks.OTHERS}


def test_a_missing_package_is_a_problem_only_if_grading_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name in ("pytest", "textual"):
            raise metadata.PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(machine_checks.metadata, "version", version)
    states = {finding.id: finding.state for finding in machine_checks.packages()}
    assert states == {"package-pytest": "problem", "package-textual": "warning", "packages": "ok"}


@pytest.mark.parametrize(
    ("gpus", "build", "state", "said"),
    [
        (Gpus(missing="no NVIDIA driver was found"), CPU_BUILD, "ok", "Everything runs on the CPU"),
        (H100, CUDA_BUILD, "ok", "H100"),
        (H100, CPU_BUILD, "warning", "built for CPUs"),
        (H100, None, "warning", "built for CPUs"),
        (H100, TorchBuild("3.0", "14.1"), "warning", "needs CUDA 14.1"),
        (H100, TorchBuild("2.6", "12.9"), "ok", "H100"),
    ],
)
def test_gpu_driver_and_build_that_do_not_fit_are_told_with_advice(
    machine: Any, gpus: Gpus, build: TorchBuild | None, state: str, said: str
) -> None:
    machine(gpus, build)
    (finding,) = machine_checks.gpu()
    assert finding.state == state
    assert said in finding.detail
    assert (state == "ok") or "CUDA 13.0 or older" in finding.remedy


def test_pytorch_that_does_not_load_is_a_problem(machine: Any) -> None:
    machine(H100, CUDA_BUILD, {}, "ImportError: libgomp.so.1")
    (finding,) = machine_checks.torch()
    assert finding.state == "problem"
    assert "libgomp" in finding.detail
    machine(H100, None)
    (finding,) = machine_checks.torch()
    assert finding.state == "problem"


def test_pytorch_that_fails_on_the_gpu_only_still_grades_on_the_cpu(machine: Any) -> None:
    machine(H100, CUDA_BUILD, {"cpu": 3.0, "cuda": None, "why": "RuntimeError: no kernel image"})
    cpu, gpu = machine_checks.torch()
    assert (cpu.id, cpu.state) == ("torch", "ok")
    assert (gpu.id, gpu.state) == ("torch-gpu", "warning")
    assert "no kernel image" in gpu.detail
    machine(Gpus(missing="no driver"), CUDA_BUILD, {"cpu": 3.0, "cuda": None, "why": "it sees no GPU"})
    assert [finding.id for finding in machine_checks.torch()] == ["torch"]


def test_pytorch_is_really_tried_in_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    said, failure = machine_checks._try_torch()
    assert (said["cpu"], failure) == (3.0, "")
    monkeypatch.setattr(machine_checks, "_TRY_TORCH", "raise ImportError('libgomp.so.1')")
    assert machine_checks._try_torch() == ({}, "ImportError: libgomp.so.1")
    monkeypatch.setattr(machine_checks, "_TRY_TORCH", "import os; os._exit(7)")
    assert machine_checks._try_torch() == ({}, "its process ended with status 7.")


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_home_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    (finding,) = place_checks.home(tmp_path / "tutor")
    assert finding.state == "problem"
    assert "TUTOR_HOME" in finding.remedy


def test_a_home_in_the_place_of_a_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (finding,) = place_checks.home(tmp_path / "file")
    assert finding.state == "problem"
    assert "TUTOR_HOME" in finding.remedy


@pytest.mark.parametrize(("free", "state"), [(1 << 20, "problem"), (100 << 20, "warning"), (5 << 30, "ok")])
def test_free_space_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    monkeypatch.setattr(place_checks.shutil, "disk_usage", lambda place: SimpleNamespace(free=free))
    (finding,) = place_checks.home(tmp_path / "not" / "there")
    assert finding.state == state
    assert not (tmp_path / "not").exists()


def test_a_course_that_does_not_load_is_a_problem_that_names_the_place(tmp_path: Path) -> None:
    (tmp_path / "lessons").mkdir()
    (finding,) = place_checks.content(tmp_path)
    assert finding.state == "problem"
    assert "course.yaml" in finding.detail
    (finding,) = place_checks.content(tmp_path / "lessons")
    assert finding.state == "problem"


@pytest.mark.parametrize(
    ("term", "size", "encoding", "states"),
    [
        ("xterm", (80, 24), "utf-8", {"terminal": "ok"}),
        ("dumb", (80, 24), "utf-8", {"terminal": "warning"}),
        ("", (80, 24), "utf-8", {"terminal": "warning"}),
        ("xterm", (79, 24), "utf-8", {"terminal": "warning"}),
        ("xterm", (120, 40), "latin-1", {"encoding": "warning", "terminal": "ok"}),
    ],
)
def test_a_terminal_is_judged_by_kind_size_and_encoding(
    monkeypatch: pytest.MonkeyPatch, term: str, size: tuple[int, int], encoding: str, states: dict[str, str]
) -> None:
    screen = SimpleNamespace(isatty=lambda: True, encoding=encoding)
    monkeypatch.setattr(place_checks, "sys", SimpleNamespace(stdin=screen, stdout=screen))
    monkeypatch.setattr(place_checks.shutil, "get_terminal_size", lambda: os.terminal_size(size))
    monkeypatch.setenv("TERM", term)
    assert {finding.id: finding.state for finding in place_checks.terminal()} == states


def test_a_worker_that_does_not_answer_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.sandbox.run_cases", lambda code, cases: CaseOutcome((False,), "it ended"))
    (finding,) = machine_checks.worker()
    assert (finding.state, "it ended" in finding.detail) == ("problem", True)


def test_each_layer_of_confinement_and_root_are_lines_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    states = {"landlock": "active", "seccomp": "unavailable: the kernel refuses"}
    monkeypatch.setattr("tutor.sandbox.confinement.probe", lambda: states)
    monkeypatch.setattr(machine_checks.os, "geteuid", lambda: 0)
    findings = {finding.id: finding for finding in machine_checks.confinement()}
    assert findings["confinement-landlock"].state == "ok"
    assert findings["confinement-seccomp"].state == "warning"
    assert "the kernel refuses" in findings["confinement-seccomp"].detail
    assert findings["running-as-root"].state == "warning"
    monkeypatch.setattr(machine_checks.os, "geteuid", lambda: 1000)
    monkeypatch.setattr("tutor.sandbox.confinement.probe", dict)
    (finding,) = machine_checks.confinement()
    assert finding.state == "warning"


def test_a_machine_without_fork_or_sealed_memory_says_what_that_costs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)
    fork, memfd = machine_checks.processes()
    assert (fork.state, memfd.state) == ("ok", "warning")
    monkeypatch.delattr(os, "fork")
    fork, _ = machine_checks.processes()
    assert fork.state == "problem"
