from __future__ import annotations

import pytest

from tutor.quiz.units import UnitError, factor_between, related


@pytest.mark.parametrize(
    ("given", "asked", "factor"),
    [
        ("GB", "GB", 1),
        ("MB", "GB", 1e-3),
        ("gigabytes", "GB", 1),
        ("mb", "MB", 1),
        ("GiB", "GB", 1.073741824),
        ("bytes", "GB", 1e-9),
        ("B", "bytes", 1),
        ("bits", "bytes", 1 / 8),
        ("Gbit", "GB", 1 / 8),
        ("KiB", "bytes", 1024),
        ("mebibytes", "MiB", 1),
        ("%", "", 0.01),
        ("", "%", 100),
        ("x", "", 1),
        ("ms", "s", 1e-3),
        ("µs", "ms", 1e-3),
        ("GB/s", "TB/s", 1e-3),
        ("GB per second", "GB/s", 1),
        ("bytes/ms", "KB/s", 1),
        ("TFLOPS", "GFLOP/s", 1e3),
        ("token/s", "tokens/s", 1),
        ("tokens per second", "tok/s", 1),
        ("bits per weight", "bits/weight", 1),
        ("bits per parameter", "bits/weight", 1),
        ("bits", "bits per weight", 1),
        ("Codes", "codes", 1),
    ],
)
def test_a_unit_of_the_same_kind_is_converted(given: str, asked: str, factor: float) -> None:
    assert factor_between(given, asked) == pytest.approx(factor)


@pytest.mark.parametrize(
    ("given", "asked"), [("ms", "GB"), ("GB", ""), ("GB/s", "GB"), ("parsec", "GB"), ("FLOPS", "FLOPs")]
)
def test_a_unit_of_another_kind_is_refused(given: str, asked: str) -> None:
    with pytest.raises(UnitError, match="does not measure"):
        factor_between(given, asked)


@pytest.mark.parametrize("given", ["b", "Gb", "Mb"])
def test_a_unit_that_may_mean_bits_or_bytes_is_refused_with_both_ways_to_write_it(given: str) -> None:
    with pytest.raises(UnitError, match=r"bits or bytes; write '\w*B' or '\w*bit'"):
        factor_between(given, "GB")


@pytest.mark.parametrize(
    ("unit", "others"),
    [
        ("GB", ["bits", "bytes", "kB", "MB", "TB", "MiB", "GiB"]),
        ("bits per weight", ["bytes/weight"]),
        ("GB/s", ["bits/s", "bytes/s", "kB/s", "MB/s", "TB/s", "MiB/s", "GiB/s"]),
        ("µs", ["ns", "ms", "s", "min", "h"]),
        ("tokens/s", []),
        ("%", []),
        ("", []),
    ],
)
def test_the_units_that_may_be_written_instead_are_told_and_are_understood(
    unit: str, others: list[str]
) -> None:
    assert related(unit) == others
    assert all(factor_between(one, unit) > 0 for one in others)
