"""``tutor lab``: a quantizer over a whole model, as text, JSON, CSV and a picture, and what it refuses."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.cli.conftest import Tutor
from tutor.cli.lab_svg import lab_svg
from tutor.proving.lab import Comparison, Scheme

ROOT = Path(__file__).resolve().parents[2]
GRADER = ROOT / "graders/capstone"
KNOWN = {"16 bits", "bitsandbytes int8", "bitsandbytes NF4", "nearest int4", "GPTQ int4", "AWQ int4"}


@pytest.mark.slow
def test_a_quantizer_is_compared_on_a_small_model(tutor: Tutor, tmp_path: Path) -> None:
    table, picture = tmp_path / "lab.csv", tmp_path / "lab.svg"
    files = ("--csv", table, "--svg", picture)
    ended = tutor(
        *("lab", GRADER / "reference.py", "--model", GRADER / "model", "--device", "cpu", "--json"),
        *files,
        course=None,
    )
    assert ended.code == 0, ended.err
    document = ended.json
    assert document["schema"] == "tutor.lab/1"
    schemes = {one["name"]: one for one in document["schemes"]}
    assert set(schemes) == {"yours", *KNOWN}
    assert schemes["yours"]["own"]
    assert not schemes["16 bits"]["own"]
    assert schemes["yours"]["bytes"] < schemes["bitsandbytes NF4"]["bytes"] < schemes["16 bits"]["bytes"]
    assert schemes["16 bits"]["perplexity"] < schemes["yours"]["perplexity"] < 60
    # The course's GPTQ and the reference do the same to the body; rounding to nearest is what they improve on.
    assert schemes["GPTQ int4"]["perplexity"] < schemes["nearest int4"]["perplexity"]
    errors = [layer["error_percent"] for layer in document["layers"]]
    assert errors == sorted(errors, reverse=True)
    assert sum(layer["bytes"] for layer in document["layers"]) == schemes["yours"]["bytes"]

    rows = list(csv.DictReader(table.open()))
    assert [row["name"] for row in rows if row["kind"] == "scheme"] == list(schemes)
    assert len([row for row in rows if row["kind"] == "layer"]) == len(errors)
    texts = {element.text for element in ElementTree.parse(picture).iter("{http://www.w3.org/2000/svg}text")}
    assert set(schemes) <= texts


def test_what_does_not_get_through_is_refused(tutor: Tutor) -> None:
    ended = tutor("lab", ROOT / "exercises/capstone/stub.py", "--model", GRADER / "model", course=None)
    assert ended.code == 1
    assert "not written yet" in ended.err
    assert ended.is_clean()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("no-such-file.py",), 2, "no such file"),
        ((GRADER / "reference.py",), 3, "tutor model fetch"),
        ((GRADER / "reference.py", "--model", "no-such-model"), 3, "no model 'no-such-model'"),
        ((GRADER / "reference.py", "--model", GRADER), 3, "config.json"),
    ],
)
def test_what_is_missing_is_named(tutor: Tutor, words: tuple[object, ...], code: int, says: str) -> None:
    ended = tutor("lab", *words, course=None)
    assert ended.code == code
    assert says in " ".join(ended.err.split())
    assert ended.is_clean()


def test_a_course_without_a_capstone_has_no_lab(tutor: Tutor) -> None:
    ended = tutor("lab", GRADER / "reference.py")
    assert ended.code == 2
    assert "no exercise whose solutions" in ended.err


def test_a_perplexity_that_is_not_finite_has_no_place_in_the_picture() -> None:
    lost = Comparison(
        "tiny",
        "cpu",
        (Scheme("yours", 10, 4.0, None, 1.0), Scheme("16 bits", 40, 16.0, 12.0, 1.0)),
        (),
    )
    root = ElementTree.fromstring(lab_svg(lost))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "not finite" in texts
    assert len(root.findall(".//{http://www.w3.org/2000/svg}g")) == 1
