"""The lessons' demos: their figures against an independent computation, their knobs, and bad input."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
import torch

from tests.content.demos import module, output
from tests.content.lesson_text import FOLDERS, LESSONS, WITH_DEMO, lesson
from tutor.course.models import Knob


@pytest.fixture(autouse=True)
def clocks_that_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the demo of Speed measures is looked at elsewhere: here its clocks may stop early."""
    demo = module("speed")
    clock = demo.seconds_of
    monkeypatch.setattr(demo, "seconds_of", lambda run, device, budget=0.01: clock(run, device, 0.01))


def drawn(size: int, seed: int) -> np.ndarray:
    return torch.randn(size, size, generator=torch.Generator().manual_seed(seed)).numpy()


def peaks(W: np.ndarray, granularity: str) -> np.ndarray:
    """The largest magnitude among the weights that share a scale, for each weight, found one by one."""
    result = np.zeros_like(W)
    for (i, j), _ in np.ndenumerate(W):
        start = j - j % 16
        shared = {"tensor": W, "row": W[i], "column": W[:, j], "group": W[i, start : start + 16]}[granularity]
        result[i, j] = np.abs(shared).max()
    return result


def scales_of(size: int, granularity: str) -> int:
    return {"tensor": 1, "row": size, "column": size, "group": size * -(-size // 16)}[granularity]


def figure(text: str, name: str) -> list[str]:
    """Every value printed after ``name`` at the start of a line, in order."""
    return re.findall(rf"(?m)^   {name} +(\S+)", text)


def as_number(text: str) -> float:
    return float(text.replace(",", ""))


@pytest.mark.parametrize("granularity", ["tensor", "row", "column", "group"])
@pytest.mark.parametrize(
    ("bits", "outlier", "size", "seed"), [(8, 1000, 64, 0), (4, 20, 24, 7), (2, 0, 17, 1)]
)
def test_the_bits_demo_prints_what_the_formula_gives(
    granularity: str, bits: int, outlier: float, size: int, seed: int
) -> None:
    text = output(
        "bits",
        *f"--granularity {granularity} --bits {bits} --outlier {outlier}".split(),
        *f"--size {size} --seed {seed}".split(),
    )
    calm, loud = drawn(size, seed), drawn(size, seed)
    others = np.ones_like(calm, dtype=bool)
    loud[size // 2, size // 2], others[size // 2, size // 2] = outlier, False

    for part, (W, judged) in enumerate([(calm, np.ones_like(others)), (loud, others)]):
        scale = peaks(W, granularity).astype(np.float64) / (2 ** (bits - 1) - 1)
        codes = np.round(W / scale)
        error = np.abs(W - codes * scale)[judged]
        assert as_number(figure(text, "mean error")[part]) == pytest.approx(error.mean(), rel=2e-4)
        assert as_number(figure(text, "largest error")[part]) == pytest.approx(error.max(), rel=2e-4)
        assert as_number(figure(text, "scale")[part]) == pytest.approx(scale.min(), rel=2e-4)
        assert as_number(figure(text, "became zero")[part]) == (codes[judged] == 0).sum()
        assert as_number(figure(text, "codes in use")[part]) == len(np.unique(codes[judged]))
    payload = -(-size * size * bits // 8) + 4 * scales_of(size, granularity)
    assert as_number(figure(text, "bytes before")[0]) == 4 * size * size
    assert as_number(figure(text, "bytes after")[0]) == payload


def test_the_histogram_counts_every_weight_once_in_each_column() -> None:
    text = output("bits", "--outlier", "30")
    rows = re.findall(r"(?m)^ +-?\d+\.\d\d  (.+)$", text)
    counts = [[as_number(n) if n else 0 for n in re.findall(r"█+ ([\d,]+)|·", row)] for row in rows]
    assert len(rows) == 15
    assert [sum(column) for column in zip(*counts, strict=True)] == [4095, 4095, 4095]


@pytest.mark.parametrize("bits", [4, 5, 6])
def test_fewer_bits_cost_the_ratio_of_levels(bits: int) -> None:
    """What the quiz says of going from 8 bits to fewer."""
    fine, coarse = output("bits"), output("bits", "--bits", str(bits))
    ratio = as_number(figure(coarse, "mean error")[0]) / as_number(figure(fine, "mean error")[0])
    assert ratio == pytest.approx(127 / (2 ** (bits - 1) - 1), rel=0.1)


@pytest.mark.parametrize("id", WITH_DEMO)
def test_the_lesson_shows_what_the_demo_prints(id: str) -> None:
    """Each line of a notice's fenced blocks that holds a label is a line of the demo's output."""
    printed = [" ".join(line.split()) for line in output(id).splitlines()]
    for step in lesson(id).steps:
        if step.kind != "notice":
            continue
        for block in re.findall(r"(?ms)^```\n(.*?)^```$", step.markdown):
            for line in filter(None, block.splitlines()):
                shown = " ".join(line.split()).removeprefix("one scale per ")
                assert any(shown in whole for whole in printed), f"{id}/{step.id}: {line}"


def loud_in(size: int, where: str, seed: int) -> np.ndarray:
    """Which weights the demo of Scales makes loud."""
    loud = np.zeros((size, size), dtype=bool)
    if where == "weights":
        order = torch.randperm(size * size, generator=torch.Generator().manual_seed(seed + 1)).numpy()
        loud.flat[order[: min(64, size * size // 2)]] = True
    elif where != "nowhere":
        loud[np.s_[size // 2] if where == "row" else np.s_[:, size // 2]] = True
    return loud


def one_by_one(W: np.ndarray, bits: int, granularity: str, group: int, codes: str) -> np.ndarray:
    """Quantized and brought back, each part by itself; scales are rounded to fp16."""
    back = np.zeros(W.shape)
    width = {"tensor": W.shape[1], "row": W.shape[1], "group": group}[granularity]
    for i, j in np.ndindex(len(W), -(-W.shape[1] // width)):
        place = np.s_[i, j * width : (j + 1) * width]
        part = W if granularity == "tensor" else W[place]
        if codes == "symmetric":
            levels = 2 ** (bits - 1) - 1
            scale = float(np.float16(np.abs(part).max() / np.float32(levels)))
            back[place] = np.clip(np.round(W[place] / scale), -levels, levels) * scale
        else:
            levels = 2**bits - 1
            low, high = min(part.min(), np.float32(0)), max(part.max(), np.float32(0))
            scale = float(np.float16((high - low) / np.float32(levels)))
            zero_point = np.round(-low / scale)
            q = np.clip(np.round(W[place] / scale) + zero_point, 0, levels)
            back[place] = (q - zero_point) * scale
    return back


@pytest.mark.parametrize(
    ("codes", "where", "shift", "group"), [("symmetric", "weights", 0, 6), ("asymmetric", "column", 2, 32)]
)
def test_the_scales_demo_prints_what_the_formula_gives(
    codes: str, where: str, shift: int, group: int
) -> None:
    size, seed = 20, 3
    text = output(
        "scales",
        *f"--size {size} --seed {seed} --group {group} --outlier 9 --bits 5".split(),
        *f"--codes {codes} --where {where} --shift {shift}".split(),
    )
    calm = drawn(size, seed) + np.float32(shift)

    def expected(where: str, bits: int, granularity: str) -> float:
        loud = loud_in(size, where, seed)
        W = np.where(loud, np.float32(9) * np.sign(drawn(size, seed)), calm)
        error = W - one_by_one(W, bits, granularity, group, codes)
        return float(100 * np.linalg.norm(error[~loud]) / np.linalg.norm(W[~loud]))

    def printed_bytes(bits: int, granularity: str) -> float:
        scales = {"tensor": 1, "row": size, "group": size * -(-size // group)}[granularity]
        zero_points = 0 if codes == "symmetric" else -(-scales * bits // 8)
        return size * -(-size * bits // 8) + 2 * scales + zero_points

    sweep = re.findall(
        r"(?m)^ +(\d) +([\d.]+) +([\d.]+) % +([\d.]+) +([\d.]+) % +([\d.]+) +([\d.]+) %$", text
    )
    assert [int(row[0]) for row in sweep] == list(range(2, 9))
    for bits, *shown in sweep:
        for place, granularity in enumerate(("tensor", "row", "group")):
            weight_bits, error = map(float, shown[2 * place : 2 * place + 2])
            assert error == pytest.approx(expected(where, int(bits), granularity), abs=0.02)
            assert weight_bits == pytest.approx(8 * printed_bytes(int(bits), granularity) / size**2, abs=6e-4)
    for row in ("nowhere", "weights", "row", "column"):
        line = next(line for line in text.splitlines() if line.startswith(f"   {row} ") and "%" in line)
        for granularity, shown in zip(
            ("tensor", "row", "group"), re.findall(r"([\d.]+) %", line), strict=True
        ):
            assert float(shown) == pytest.approx(expected(row, 5, granularity), abs=0.02)


def test_the_map_of_the_scales_demo_has_a_letter_for_each_number_of_bits() -> None:
    text = output("scales")
    rows = re.findall(r"(?m)^ +(?:[\d.]+ %)? +\|(.*)$", text)
    marks = Counter("".join(rows).replace(" ", ""))
    assert len(rows) == 15
    assert marks["T"] + marks["R"] + marks["G"] + 2 * marks["+"] >= 20
    columns = {mark: [j for row in rows for j, came in enumerate(row) if came == mark] for mark in "TRG"}
    assert all(places == sorted(places) for places in columns.values()), "more bytes, less error"


# --- knobs and bad input ----------------------------------------------------------------------

KNOBS = [(id, knob) for id in WITH_DEMO for knob in (lesson(id).demo.knobs if lesson(id).demo else ())]  # type: ignore[union-attr]


SMALL = {
    "bits": ["--size=8"],
    "scales": ["--size=8"],
    "speed": ["--width=256", "--tokens=4"],
    "training": ["--epochs=8"],
}
"""Settings that cost little, for tests that look at no figure; those that follow count."""


@pytest.mark.parametrize(("id", "knob"), KNOBS, ids=[f"{id}-{knob.name}" for id, knob in KNOBS])
def test_each_knob_has_the_demos_default_and_reaches_its_ends(id: str, knob: Knob) -> None:
    assert getattr(module(id).parse_options(["--device", "cpu"]), knob.name) == knob.default
    for value in knob.choices or (knob.minimum, knob.maximum):
        sized = knob.name == "size"
        setting = f"--{knob.name}={100 if sized and value == knob.maximum else _plain(value)}"
        text = output(id, *([] if sized else SMALL.get(id, [])), setting)
        assert not re.search(r"\b(nan|inf)\b", text)
        assert max(map(len, text.splitlines())) <= 78


def _plain(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


@pytest.mark.parametrize("id", WITH_DEMO)
def test_knobs_are_all_the_options_there_are(id: str) -> None:
    options = set(vars(module(id).parse_options(["--device", "cpu"])))
    demo = lesson(id).demo
    assert demo is not None
    assert options == {"device"} | {knob.name for knob in demo.knobs}


@pytest.mark.parametrize("id", WITH_DEMO)
def test_try_it_variations_run(id: str) -> None:
    for item in lesson(id).try_it:
        kind, _, settings = item.opens.partition(":")
        if kind == "demo":
            assert output(id, *SMALL.get(id, []), *(f"--{setting}" for setting in settings.split(",")))


@pytest.mark.parametrize(
    "arguments",
    [
        "--size 1",
        "--size 1 --outlier 0",
        "--size 1 --outlier 1e-45",
        "--size 1 --granularity group",
        "--bits 2 --size 3",
        "--outlier 0 --bits 2 --granularity column --size 2",
        "--outlier=-1e6 --granularity group --size 33",
    ],
)
def test_the_bits_demo_survives_extremes(arguments: str) -> None:
    text = output("bits", *arguments.split())
    assert not re.search(r"\b(nan|inf)\b", text)
    assert max(map(len, text.splitlines())) <= 78


@pytest.mark.parametrize(
    ("id", "arguments"),
    [
        ("bits", "--outlier nan"),
        ("bits", "--outlier inf"),
        ("bits", "--size 0"),
        ("bits", "--size 2.5"),
        ("bits", "--bits 1"),
        ("bits", "--bits 9"),
        ("bits", "--granularity rows"),
        ("bits", "--seed -1"),
        ("bits", "--device tpu"),
        ("bits", "--device cuda:x"),
        ("scales", "--outlier nan"),
        ("scales", "--group 0"),
        ("scales", "--where corner"),
        ("outliers", "--magnitude nan"),
        ("outliers", "--alpha 1.5"),
        ("outliers", "--layer 30"),
        ("four-bits", "--bits 1"),
        ("four-bits", "--damping nan"),
        ("four-bits", "--codes signed"),
        ("four-bits", "--tokens 2000"),
        ("training", "--bits 9"),
        ("training", "--epochs 0"),
        ("training", "--ste maybe"),
    ],
)
def test_impossible_settings_are_refused_in_one_line(
    id: str, arguments: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refusal:
        module(id).parse_options(arguments.split())
    assert refusal.value.code == 2
    name, value = arguments.split()
    last = capsys.readouterr().err.splitlines()[-1]
    assert name in last
    assert value in last


@pytest.mark.skipif(torch.cuda.is_available(), reason="asks for a GPU that is not there")
def test_a_missing_gpu_is_told_with_the_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        module("bits").parse_options(["--device", "cuda"])
    assert refusal.value.code == 3
    assert "--device cpu" in capsys.readouterr().err


def test_a_demo_runs_alone_and_says_its_device_first() -> None:
    file = LESSONS / FOLDERS["bits"] / "demo.py"
    run = subprocess.run(
        [sys.executable, "-I", file, "--device", "cpu", "--size", "8"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert run.stdout.startswith("Device   cpu, torch ")
    assert run.stderr == ""
