"""What stands behind the numbers of the capstone's lesson: the shapes of SmolLM2-135M, and bytes computed from them."""

from __future__ import annotations

import math
from collections.abc import Callable

from tests.content.claims import Cited, Claim, cited, given, loosely, said, source
from tests.content.demos import module
from tests.content.exercise_text import given_by_the_brief

BLOCKS, WIDTH, KEYS, INNER, VOCABULARY = 30, 576, 192, 1536, 49_152
SHAPES = {
    "q": (WIDTH, WIDTH),
    "k": (KEYS, WIDTH),
    "v": (KEYS, WIDTH),
    "o": (WIDTH, WIDTH),
    "gate": (INNER, WIDTH),
    "up": (INNER, WIDTH),
    "down": (WIDTH, INNER),
}
HEAD = (VOCABULARY, WIDTH)
BESIDE = 128


def required(tokens: str) -> list[Claim]:
    """What the brief of the exercise demands, as it is written there."""
    assert set(tokens.split()) <= given_by_the_brief("capstone")
    return [Cited(token) for token in tokens.split()]


REQUIRED = required("4.5 8 8.5")


def bytes_of(shape: tuple[int, int], bits: int, group: int = 64) -> int:
    outputs, inputs = shape
    return outputs * (math.ceil(inputs * bits / 8) + 2 * math.ceil(inputs / group))


def plan_bytes(bits: int, **other: int) -> int:
    """All layers in ``bits``, but those of the kinds named."""
    body = sum(bytes_of(shape, other.get(kind, bits)) for kind, shape in SHAPES.items())
    return BLOCKS * body + bytes_of(HEAD, other.get("head", bits))


def measured() -> dict[str, list[float]]:
    """``capstone-demo``'s plans, their bytes held against the formula."""
    plans = source("capstone-demo", "plans")
    computed = {
        "all 4": plan_bytes(4),
        "all 4, v 8": plan_bytes(4, v=8),
        "all 4, head 5": plan_bytes(4, head=5),
        "all 4, head 8": plan_bytes(4, head=8),
        "all 5, head 4": plan_bytes(5, head=4),
        "all 5": plan_bytes(5),
        "all 4, head k v 8": plan_bytes(4, head=8, k=8, v=8),
        "GPTQ 4, head 8": plan_bytes(4, head=8),
        "GPTQ 4, head k v 8": plan_bytes(4, head=8, k=8, v=8),
    }
    assert {name: row[0] for name, row in plans.items() if name != "NF4, head 16"} == computed
    calm = source("capstone-demo", "perplexity in fp32")
    for name, (_, level, more, _) in plans.items():
        assert abs(100 * (level / calm - 1) - more) < 0.01, name
    return dict(plans)


def bought(plans: dict[str, list[float]]) -> list[float]:
    """MB, perplexity, and points of perplexity for each MB of the purchases, from 4 bits everywhere."""
    rows, values = [], []
    for before, after in (
        ("all 4", "all 4, head 5"),
        ("all 4", "all 4, v 8"),
        ("all 4", "all 5, head 4"),
        ("all 4, head 5", "all 4, head 8"),
    ):
        size = (plans[after][0] - plans[before][0]) / 1e6
        rows.append((plans[before][1] - plans[after][1]) / size)
        values += [size, plans[after][1], rows[-1]]
    assert rows == sorted(rows, reverse=True)
    return values


def claims(_demo: Callable[..., str]) -> dict[str, list[Claim]]:
    body = BLOCKS * sum(o * i for o, i in SHAPES.values())
    head = HEAD[0] * HEAD[1]
    layers = BLOCKS * len(SHAPES) + 1
    nf4_body, nf4_head = body * 4.5 / 8, head * 2
    budget = int(body * 4.5) // 8 + int(head * 8.5) // 8 + layers * BESIDE
    wider = bytes_of(SHAPES["k"], 8) - bytes_of(SHAPES["k"], 4)
    assert 2 * BLOCKS * wider == body * 0.25 / 8, "keys and values from 4 to 8 bits take what is left"
    big = source("llama3-70b-params")

    block = {name: bytes_of(shape, 8 if name in "kv" else 4) for name, shape in SHAPES.items()}
    one = sum(block.values())
    assert 8 * one * BLOCKS / body == 4.5
    in_head = bytes_of(HEAD, 8)
    plan = BLOCKS * one + in_head
    assert budget - plan > 60 * layers, "names and numbers fit into the rest"
    plans, three = measured(), source("capstone-demo", "3 bits")
    assert {kind: BLOCKS * o * i for kind, (o, i) in SHAPES.items()} | {"head": head} == {
        kind: row[0] for kind, row in three.items()
    }
    for kind, row in three.items():
        saved = 2 * row[0] - (bytes_of(HEAD, 3) if kind == "head" else BLOCKS * bytes_of(SHAPES[kind], 3))
        assert abs(row[1] / (saved / 1e6) - row[3]) < 2e-3, kind
    a, b, by_gptq, nf4 = (
        plans[name] for name in ("all 5", "all 4, head k v 8", "GPTQ 4, head k v 8", "NF4, head 16")
    )
    assert nf4[0] == nf4_body + nf4_head
    assert by_gptq[1] < a[1] < nf4[1] < b[1]
    assert max(a[0], b[0]) < budget, "both plans keep to it"
    prices = bought(plans)[2::3]
    calm = source("capstone-demo", "perplexity in fp32")
    sizes: list[Claim] = [bytes_of(shape, bits) for shape in SHAPES.values() for bits in (4, 8)]
    return {
        "one-budget": [
            said("a fifth", head / (body + head)),
            said("half", nf4_head / (nf4_body + nf4_head)),
            *(body, head, body + head, BLOCKS, BESIDE),
            *((body + head) * 2 / 1e6, (nf4_body + nf4_head) / 1e6, nf4_body / 1e6, nf4_head / 1e6),
            *(budget / 1e6, a[0] / 1e6, b[0] / 1e6),
            layers,
            *given("4 16 5 64"),
            *REQUIRED,
        ],
        "budget-as-equation": [
            said("a quarter", 4.5 - (4 + 16 / 64)),
            *sizes,
            *(WIDTH, KEYS, INNER, 4 + 16 / 64, 4.5, body * 0.25 / 8 / 1e6, 2 * BLOCKS, wider),
            *given("2 4 8 64"),
        ],
        "errors-travel": [
            said("half", nf4_head / (nf4_body + nf4_head)),
            source(
                "capstone-demo",
                "largest eigenvalue of H by its smallest, output layer of block 0, damped by a hundredth",
            ),
            *given("2 12"),
        ],
        "plan-by-hand": [
            said("half", (32 - 16) / 32),
            *(bytes_of(SHAPES[name], 4) for name in ("q", "gate", "down")),
            *(bytes_of(SHAPES["k"], 8), 2 * block["q"], 2 * block["k"], 2 * block["gate"], one),
            *(BLOCKS, BLOCKS * one, VOCABULARY, WIDTH, in_head, 8 * in_head / head, plan, budget, layers),
            *given("2 4 4.5 8 9 60 64"),
        ],
        "one-kind-at-a-time": [
            said("ten times", len(three) + 2),
            module("capstone").parse_options([]).tokens,
            *cited("capstone-demo", "3 4"),
        ],
        "what-to-see": [
            said("a third", three["down"][1] / 100),
            said("three times", WIDTH / KEYS),
            *(value for row in three.values() for value in (row[0] / 1e6, row[1], row[3])),
            *(three["v"][2], three["k"][2], calm, three["head"][3] / three["gate"][3]),
            *source("capstone-demo", "3 bits, times: all kinds at once, the single changes multiplied"),
            *cited("capstone-demo", "3"),
        ],
        "next-megabyte": [
            said("a ninth", prices[3] / prices[0]),
            *bought(plans),
            plans["all 4"][0] / 1e6,
            plans["all 4"][1],
            *given("3 4 6 8"),
        ],
        "two-plans": [
            *loosely("a third"),
            *(value for row in (a, b, nf4, by_gptq) for value in (row[0] / 1e6, *row[1:])),
            *(plans[name][1] for name in ("GPTQ 4, head 8", "all 4, head 8")),
            *((nf4[0] - a[0]) / 1e6, source("capstone-demo", "tokens predicted"), budget / 1e6),
            *given("4 5 6 8 16"),
        ],
        "what-it-cannot": [
            said("a fifth", head / (body + head)),
            said("a sixty-seventh", big["output head"] / big["total"]),
            *cited("capstone-demo", "4"),
            *given("16"),
        ],
        "sources": cited("capstone-demo", "3"),
        "try-it": [*loosely("four times", "a sixth")],
        "beginner": [
            *(BLOCKS, body, head, (nf4_body + nf4_head) / 1e6, 4 + 16 / 64),
            *given("4 4.5 16 64"),
        ],
        "intermediate": [KEYS, WIDTH, INNER, 2 * BLOCKS, wider, *given("2 4 8 64")],
        "advanced": [
            said("a sixty-seventh", big["output head"] / big["total"]),
            *(budget, body + head, nf4_body + nf4_head, BESIDE),
            *(a[0], a[2], b[0], b[2], by_gptq[2], nf4[2], source("capstone-demo", "tokens predicted")),
            *REQUIRED,
            *required("1.05 2,048"),
            *given("4 5 70"),
        ],
    }
