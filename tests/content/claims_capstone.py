"""What stands behind the numbers of the capstone's lesson: the shapes of SmolLM2-135M, and bytes computed from them."""

from __future__ import annotations

import math
from collections.abc import Callable

from tests.content.claims import Claim, given, source

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


def bytes_of(shape: tuple[int, int], bits: int, group: int = 64) -> int:
    outputs, inputs = shape
    return outputs * (math.ceil(inputs * bits / 8) + 2 * math.ceil(inputs / group))


def claims(_demo: Callable[..., str]) -> dict[str, list[Claim]]:
    body = BLOCKS * sum(o * i for o, i in SHAPES.values())
    head = HEAD[0] * HEAD[1]
    layers = BLOCKS * len(SHAPES) + 1
    nf4_body, nf4_head = body * 4.5 / 8, head * 2
    budget = int(body * 4.5) // 8 + int(head * 8.5) // 8 + layers * BESIDE
    wider = bytes_of(SHAPES["k"], 8) - bytes_of(SHAPES["k"], 4)
    assert head / (body + head) > 0.2, "a fifth of the weights"
    assert 0.45 < nf4_head / (nf4_body + nf4_head) < 0.5, "nearly half of the bytes"
    assert 2 * BLOCKS * wider == body * 0.25 / 8, "keys and values from 4 to 8 bits take what is left"
    big = source("llama3-70b-params")
    assert round(big["total"] / big["output head"]) == 67, "a sixty-seventh"

    block = {name: bytes_of(shape, 8 if name in "kv" else 4) for name, shape in SHAPES.items()}
    one = sum(block.values())
    assert 8 * one * BLOCKS / body == 4.5
    in_head = bytes_of(HEAD, 8)
    plan = BLOCKS * one + in_head
    assert budget - plan > 60 * layers, "names and numbers fit into the rest"
    sizes: list[Claim] = [bytes_of(shape, bits) for shape in SHAPES.values() for bits in (4, 8)]
    return {
        "one-budget": [
            *(body, head, body + head, BLOCKS, BESIDE),
            *((body + head) * 2 / 1e6, (nf4_body + nf4_head) / 1e6, nf4_body / 1e6, nf4_head / 1e6),
            budget / 1e6,
            *given("4.5 8.5 16 5"),
        ],
        "budget-as-equation": [
            *sizes,
            *(WIDTH, KEYS, INNER, 4 + 16 / 64, 4.5, body * 0.25 / 8 / 1e6, 2 * BLOCKS, wider),
            *given("2 4 8 64"),
        ],
        "errors-travel": given("2 12"),
        "plan-by-hand": [
            *(bytes_of(SHAPES[name], 4) for name in ("q", "gate", "down")),
            *(bytes_of(SHAPES["k"], 8), 2 * block["q"], 2 * block["k"], 2 * block["gate"], one),
            *(BLOCKS, BLOCKS * one, VOCABULARY, WIDTH, in_head, 8 * in_head / head, plan, budget, layers),
            *given("2 4 4.5 8 9 60 64"),
        ],
        "one-kind-at-a-time": given("3 4 1,024"),
        "what-to-see": [body * 0.25 / 8 / 1e6, *given("3 4 8")],
        "what-it-cannot": given("4 16"),
        "sources": [],
        "try-it": [],
        "beginner": [
            *(BLOCKS, body, head, (nf4_body + nf4_head) / 1e6, 4 + 16 / 64),
            *given("4 4.5 16 64"),
        ],
        "intermediate": [KEYS, WIDTH, INNER, 2 * BLOCKS, wider, *given("2 4 8 64")],
        "advanced": [
            *(budget, body + head, nf4_body + nf4_head, BESIDE),
            *given("1.05 4 4.5 8.5 70 2,048"),
        ],
    }
