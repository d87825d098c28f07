"""The demo of the capstone: its rounding, bytes and prices, on the tiny model and on one of transformers."""

from __future__ import annotations

import math
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tests.content.claims import source
from tests.content.demos import module, output, output_on, printed
from tests.content.lesson_text import lesson

KINDS = ["q", "k", "v", "o", "gate", "up", "down", "head"]
MODEL = Path(__file__).parents[2] / "graders/capstone/model"
ROW = re.compile(
    r"(?m)^(?P<kind>\w+) +(?P<weights>[\d,]+) +(?P<bytes>[\d,]+) +(?P<level>\S+)"
    r" +(?P<more>[+-][\d.]+) ±(?P<se>[\d.]+) % +(?P<price>\S+) %$"
)
BAR = re.compile(r"(?m)^(\w+) +(█+|·) (\S+)$")


def rows(text: str) -> dict[str, dict[str, float]]:
    """The demo's table: kind -> figure -> value; rows that went up tenfold are left out."""
    return {
        row["kind"]: {k: float(v.replace(",", "")) for k, v in row.groupdict().items() if k != "kind"}
        for row in ROW.finditer(text)
    }


def one_by_one(W: np.ndarray, bits: int) -> np.ndarray:
    """Each group by itself, in double precision, its scale in fp16."""
    most, back = 2 ** (bits - 1) - 1, np.zeros(W.shape)
    for i, j in np.ndindex(len(W), -(-W.shape[1] // 64)):
        part = W[i, 64 * j : 64 * j + 64]
        scale = float(np.float16(np.float32(np.abs(part).max()) / np.float32(most)))
        if scale:
            back[i, 64 * j : 64 * j + 64] = np.clip(np.round(part / scale), -most, most) * scale
    return back


@pytest.mark.parametrize("bits", [2, 3, 5, 8])
@pytest.mark.parametrize("inputs", [64, 100, 17])
def test_a_group_is_rounded_to_the_nearest_code_of_its_own_scale(bits: int, inputs: int) -> None:
    W = 0.1 * torch.randn(5, inputs, generator=torch.Generator().manual_seed(bits))
    W[2] = 0
    came = module("capstone").nearest(W, bits)
    assert torch.equal(came[2], torch.zeros(inputs))
    assert came.numpy() == pytest.approx(one_by_one(W.double().numpy(), bits), abs=1e-6)


def test_bytes_count_packed_codes_row_by_row_and_a_scale_for_each_group() -> None:
    size = module("capstone").bytes_of
    assert size(torch.empty(192, 576), 4) == 192 * (288 + 18)
    assert size(torch.empty(192, 576), 8) == 192 * (576 + 18)
    assert size(torch.empty(7, 65), 3) == 7 * (25 + 4), "a byte that is begun, a group that is begun"


def test_weights_come_back_even_if_the_run_is_stopped() -> None:
    demo = module("capstone")
    layers = [torch.nn.Linear(70, 5), torch.nn.Linear(64, 3)]
    kept = [layer.weight.data.clone() for layer in layers]

    def stopped() -> None:
        with demo.rounded(layers, 2):
            assert all(len(layer.weight[0].unique()) <= 6 for layer in layers)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert all(torch.equal(layer.weight, W) for layer, W in zip(layers, kept, strict=True))


@pytest.mark.parametrize(("tokens", "context"), [(130, 64), (129, 64), (20, 64), (65, 8)])
def test_all_tokens_but_the_first_of_each_window_are_predicted(tokens: int, context: int) -> None:
    def model(window: torch.Tensor) -> SimpleNamespace:
        logits = torch.zeros(1, window.shape[1], tokens)
        logits[0, torch.arange(window.shape[1]), window[0].add(1).clamp(max=tokens - 1)] = window[0].float()
        return SimpleNamespace(logits=logits)

    came = module("capstone").read(model, torch.arange(tokens), context)
    predicted = [t for t in range(tokens) if t % context]
    expected = [math.log(math.exp(t - 1) + tokens - 1) - (t - 1) for t in predicted]
    assert came.tolist() == pytest.approx(expected, abs=1e-4)


# --- the table --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tiny() -> tuple[torch.nn.Module, torch.Tensor]:
    model, tokens = module("capstone").tiny_model()
    return model, tokens


def test_the_tiny_model_has_all_kinds_of_layers(tiny: tuple[torch.nn.Module, torch.Tensor]) -> None:
    assert list(module("capstone").kinds_of(tiny[0])) == KINDS


@pytest.mark.parametrize("kind", ["v", "down", "head"])
def test_a_row_is_what_the_model_reads_with_that_kind_rounded(
    kind: str, tiny: tuple[torch.nn.Module, torch.Tensor]
) -> None:
    model, tokens = tiny
    table = rows(output("capstone", "--tokens", "512"))
    name = "lm_head" if kind == "head" else f"{kind}_proj"
    weights = {n: p.detach().clone() for n, p in model.named_parameters()}
    W = weights[f"{name}.weight"]
    changed = weights | {f"{name}.weight": torch.tensor(one_by_one(W.double().numpy(), 3)).float()}

    def level(state: dict[str, torch.Tensor]) -> float:
        total, count = 0.0, 0
        for window in tokens[:512].split(64):
            logits = torch.func.functional_call(model, state, window[None])[0, :-1].double()
            chosen = logits.log_softmax(dim=1)[torch.arange(len(window) - 1), window[1:]]
            total, count = total - float(chosen.sum()), count + len(window) - 1
        return math.exp(total / count)

    calm, more, row = level(weights), level(changed), table[kind]
    assert row["level"] == pytest.approx(more, abs=1e-3)
    assert row["more"] == pytest.approx(100 * (more / calm - 1), abs=0.02)
    assert row["weights"] == W.numel()
    assert row["bytes"] == len(W) * (math.ceil(3 * W.shape[1] / 8) + 2 * math.ceil(W.shape[1] / 64))
    saved = (2 * row["weights"] - row["bytes"]) / 1e3
    assert row["price"] == pytest.approx(100 * (more / calm - 1) / saved, abs=2e-3)


def test_all_is_the_sum_of_the_kinds_in_weights_and_bytes() -> None:
    table = rows(output("capstone"))
    assert list(table) == [*KINDS, "all"]
    for figure in ("weights", "bytes"):
        assert table["all"][figure] == sum(table[kind][figure] for kind in KINDS)


def test_the_bars_are_the_prices_the_dearest_first() -> None:
    text = output("capstone")
    table, bars = rows(text), BAR.findall(text)
    prices = [float(price) for _, _, price in bars]
    assert sorted(kind for kind, _, _ in bars) == sorted(KINDS)
    assert prices == sorted(prices, reverse=True)
    assert all(table[kind]["price"] == float(price) for kind, _, price in bars)
    lengths = [bar.count("█") for _, bar, _ in bars]
    assert lengths == [round(lengths[0] * max(price, 0) / prices[0]) for price in prices]


def test_the_single_changes_are_multiplied() -> None:
    text = output("capstone")
    product = math.prod(1 + row["more"] / 100 for kind, row in rows(text).items() if kind != "all")
    shown = float(re.findall(r"multiplied: (\S+) %", text)[0])
    assert shown == pytest.approx(100 * (product - 1), abs=0.06)


def test_figures_stay_short_however_ruined_the_model_is() -> None:
    demo = module("capstone")
    tokens = [f"{value:g}" for value in (1.0, 12.5, 5e14, 1e300)]
    assert [demo.figure(float(value)) for value in tokens] == ["1.000", "12.500", "5e+14", "1e+300"]
    assert demo.change(1.152, 0.0198) == "+15.20 ±1.98 %"
    assert demo.change(38.4) == "38 times"
    assert demo.change(1.4e13, 1e12) == "1e+13 times"
    ruined = [("head", 2.9e13), ("v", 31.3), ("q", -0.001)]
    assert [len(line) <= 60 for line in demo.bars(ruined)] == [True] * 3


# --- models of transformers -------------------------------------------------------------------


def test_a_models_folder_is_read_and_its_tied_head_changes_the_embedding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    demo = module("capstone")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    model, tokens = demo.real_model(str(MODEL))
    kinds = demo.kinds_of(model)
    assert list(kinds) == KINDS
    assert [len(layers) for layers in kinds.values()] == [3] * 7 + [1]
    assert len(tokens) >= 2048
    before = model.get_input_embeddings().weight.clone()
    with demo.rounded(kinds["head"], 3):
        assert not torch.equal(model.get_input_embeddings().weight, before)
    assert torch.equal(model.get_input_embeddings().weight, before)


def test_with_a_models_folder_it_says_that_the_model_is_dequantized(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTOR_MODEL_FOLDER", str(MODEL))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    text = printed("capstone", "--tokens", "128")
    assert "de-quantized" in text
    assert "for each MB" in text
    assert "fetch" not in text
    assert max(map(len, text.splitlines())) <= 78


@pytest.mark.slow
def test_the_real_model_gives_the_figures_that_the_lesson_states(real_model: Path) -> None:
    printed = output_on(real_model, "capstone", seconds=1200)
    table, stated = rows(printed), source("capstone-demo", "3 bits")
    assert list(table) == list(stated)
    for kind, (weights, more, error, price) in stated.items():
        row = table[kind]
        assert row["weights"] == weights
        assert row["more"] == pytest.approx(more, abs=0.05 + more / 100)
        assert row["se"] == pytest.approx(error, rel=0.05)
        assert row["price"] == pytest.approx(price, rel=0.02, abs=0.005)
    calm = re.search(r"(?m)^fp32 +([\d.]+)$", printed)
    together = re.search(r"(?m)^all .* ([\d,]+) times", printed)
    multiplied = re.search(r"changes, multiplied: ([\d,]+) times", printed)
    assert calm
    assert together
    assert multiplied
    assert float(calm[1]) == pytest.approx(source("capstone-demo", "perplexity in fp32"), rel=2e-4)
    times = source("capstone-demo", "3 bits, times: all kinds at once, the single changes multiplied")
    assert [float(together[1]), float(multiplied[1])] == pytest.approx(times, rel=0.05)


def bits_of(plan: str) -> dict[str, int]:
    """'all 4, head k v 8' in words of the demo: kind -> bits."""
    first, _, rest = plan.partition(", ")
    *kinds, other = rest.split() or [first.split()[1]]
    return dict.fromkeys(KINDS, int(first.split()[1])) | dict.fromkeys(kinds, int(other))


@pytest.mark.slow
def test_the_plans_by_rounding_are_as_far_apart_as_the_lesson_says(real_model: Path) -> None:
    """From plan to plan only those layers are rounded anew, from what they were, whose bits are others."""
    demo = module("capstone")
    model, tokens = demo.real_model(str(real_model))
    kinds, plans = demo.kinds_of(model), source("capstone-demo", "plans")
    exact = {layer: layer.weight.data.clone() for layers in kinds.values() for layer in layers}
    now: dict[str, int] = {}
    for name in (plan for plan in plans if plan.startswith("all")):
        bits = bits_of(name)
        for kind in (kind for kind in KINDS if bits[kind] != now.get(kind)):
            for layer in kinds[kind]:
                layer.weight.data.copy_(demo.nearest(exact[layer], bits[kind]))
        now, level = bits, float(demo.read(model, tokens[:1024], 512).mean().exp())
        assert level == pytest.approx(plans[name][1], rel=5e-3)
        size = sum(demo.bytes_of(layer.weight, bits[kind]) for kind in KINDS for layer in kinds[kind])
        assert size == plans[name][0]


def test_without_the_real_model_it_says_how_to_fetch_it() -> None:
    assert "'tutor model fetch'" in output("capstone")
    assert "fetch" not in output("capstone", "--model", "tiny")
    assert rows(output("capstone")) == rows(output("capstone", "--model", "tiny"))


def test_the_lesson_says_that_the_real_model_is_dequantized() -> None:
    texts = " ".join(step.markdown for step in lesson("capstone").steps)
    assert "de-quantized" in texts
    assert "tutor model fetch" in texts


@pytest.mark.parametrize("arguments", ["--bits 1", "--bits 9", "--tokens 63", "--tokens 4.5", "--model big"])
def test_impossible_settings_are_refused_in_one_line(
    arguments: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refusal:
        module("capstone").parse_options(arguments.split())
    assert refusal.value.code == 2
    name, value = arguments.split()
    last = capsys.readouterr().err.splitlines()[-1]
    assert name in last
    assert value in last
