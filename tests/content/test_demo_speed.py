"""The demo of Speed: its roofs and tables against an independent computation, and its int8 products."""

from __future__ import annotations

import re

import pytest
import torch

from tests.content.claims import source
from tests.content.demos import module, output

SHORT = ("--width=256", "--tokens=8", "--threads=1")
PEAKS = {"A100": (2039e9, 312e12), "H100": (3350e9, 989e12), "RTX4090": (1008e9, 165e12)}


@pytest.mark.parametrize("machine", PEAKS)
def test_a_card_is_drawn_from_its_two_numbers(machine: str) -> None:
    text = output("speed", f"--machine={machine}", "--width=4096")
    bandwidth, rate = PEAKS[machine]
    rows = re.findall(
        r"(?m)^ +(\d+) +([\d.]+) ms   (memory|computing) +([\d.]+) ms +([\d.]+) × as fast$", text
    )
    assert [int(row[0]) for row in rows] == [2**power for power in range(13)]
    for tokens, least, limit, four, gain in rows:
        computing = 2 * int(tokens) * 4096**2 / rate
        moved = {bits: bits / 8 * 4096**2 + 4 * int(tokens) * 4096 for bits in (16, 4.125)}
        times = {bits: max(computing, count / bandwidth) for bits, count in moved.items()}
        assert float(least) == pytest.approx(1e3 * times[16], abs=6e-5)
        assert float(four) == pytest.approx(1e3 * times[4.125], abs=6e-5)
        assert float(gain) == pytest.approx(times[16] / times[4.125], abs=6e-3)
        assert limit == ("computing" if computing >= moved[16] / bandwidth else "memory")
    assert "int8 × int8" not in text, "nothing is measured"


def test_a_machine_is_measured_and_no_product_lies_above_its_roof() -> None:
    text = output("speed", *SHORT)
    assert text.startswith("Device   cpu, threads: 1")
    shares = [int(share) for share in re.findall(r"(?m) ms +(\d+) %$", text)]
    assert len(shares) == 4
    assert all(0 <= share <= 100 for share in shares)
    assert len(re.findall(r"(?m)^ +[\d.e+-]+ \|.*o", text)) >= 1, "at least a row of the plot holds a point"
    ways = re.findall(
        r"(?m)^   (floats|int8, made floats first|int8 × int8, then scaled) +([\d,]+)(.*)$", text
    )
    assert [row[1] for row in ways] == ["262,144", "66,560", "66,560"]
    assert all(row[2].count("ms") == 3 for row in ways)


def test_both_int8_ways_compute_the_product() -> None:
    """Each call takes the next of several equally drawn weights, so one stack of two is gone through in turn."""
    torch.manual_seed(1)
    demo = module("speed")
    X = torch.randn(5, 256)
    results = []
    for number in range(3):
        torch.manual_seed(1)
        way = list(demo.int8_ways(256, torch.float32, torch.device("cpu")).values())[number]
        results.append(way(X))
    exact, converted, integers = results
    assert torch.allclose(converted, exact, rtol=1e-4, atol=1e-4)
    assert float((integers - exact).norm() / exact.norm()) < 0.02


def test_codes_that_are_made_floats_first_take_longer_than_floats_on_this_machine_too() -> None:
    """What the lesson says of one core (12 times) holds as far as it claims it of others: several times."""
    demo, cpu = module("speed"), torch.device("cpu")
    torch.manual_seed(0)
    ways, X = demo.int8_ways(2048, torch.float32, cpu), torch.randn(1, 2048)
    with demo.threads_set(demo.parse_options(["--device", "cpu", "--threads", "1"])), torch.no_grad():
        floats, converted = (
            demo.seconds_of(lambda way=way: ways[way](X), cpu)
            for way in ("floats", "int8, made floats first")
        )
    assert converted > 2 * floats


def test_the_figures_of_the_demo_agree_with_each_other() -> None:
    """They were measured once; a time is the bytes by the bandwidth, and no product lies above its roof."""
    seen, bytes_of_W = source("speed-demo"), 4 * 2048**2
    one, many = seen["floats, 1 and 16 tokens"]
    assert bytes_of_W / one / 1e6 == pytest.approx(seen["bandwidth"], rel=0.01)
    assert seen["ridge"] == round(seen["rate"] / seen["bandwidth"])
    assert seen["tokens at the ridge"] == round(2 * seen["rate"] / seen["bandwidth"])
    for tokens, taken in ((1, one), (2, seen["floats, 2 tokens"]), (16, many)):
        least = max(bytes_of_W / seen["bandwidth"] / 1e6, 2 * tokens * 2048**2 / seen["rate"] / 1e6)
        assert taken >= 0.99 * least


def test_the_cache_is_that_of_the_models_config() -> None:
    text = output("speed", "--machine=H100", "--context=8192")
    rows = re.findall(r"(?m)^ +(\d+) +139\.0 GB +([\d.]+) GB +([\d.]+) GB$", text)
    assert [int(row[0]) for row in rows] == [1, 8, 32, 128]
    for sequences, plain, small in rows:
        numbers = 2 * 80 * 8 * 128 * 8192 * int(sequences)
        assert float(plain) == pytest.approx(2 * numbers / 1e9, abs=0.051)
        assert float(small) == pytest.approx((numbers + numbers / 128 * 2) / 1e9, abs=0.051)


def test_the_clock_takes_the_best_and_stops_early_where_one_run_is_long() -> None:
    runs = []
    seconds = module("speed").seconds_of(lambda: runs.append(0), torch.device("cpu"), 0.01)
    assert 0 < seconds < 1e-3
    assert len(runs) > 10
    slow = []
    module("speed").seconds_of(
        lambda: (slow.append(0), torch.randn(300, 300) @ torch.randn(300, 300)), torch.device("cpu"), 0.0
    )
    assert len(slow) == 1
