"""Hidden checks of serving-plan: real models and cards, a little changed, against the judge's own planner."""

from __future__ import annotations

from typing import Any

import pytest
from serving_draws import (
    BF16,
    GPUS,
    INT4,
    INT4_ZEROS,
    INT8_WEIGHTS,
    MODELS,
    NF4,
    SCHEMES,
    W8A8,
    drawn_gpu,
    drawn_setup,
    drawn_to_fit,
    plan_is_firm,
    room_is_firm,
)
from serving_judge import RIGHT, Ask, Case, Judge, plain, telling
from serving_planner import Config
from serving_plans import asking_plan, judge_no_plan, judge_plans, planned

LLAMA = MODELS["Llama-3-70B"]
A100 = GPUS["A100 80GB"]
CALM = {
    "gpus": 2,
    "usable": 0.92,
    "kv_bits": 16,
    "prefill_tokens": 0,
    "context": 4096,
    "wanted": 20,
    "price": 2.0,
}


@pytest.fixture(scope="session")
def judge() -> Judge:
    return Judge()


def drawn_model(draw: Any, name: str | None = None) -> Config:
    """A real model, or one like it with other depth and vocabulary."""
    model = dict(MODELS[name or draw.choice(sorted(MODELS))])
    if draw.integer(0, 1):
        model["num_hidden_layers"] += draw.integer(1, 9)
        model["vocab_size"] += 64 * draw.integer(1, 90)
    return model


def about(model: Config, scheme: Config) -> str:
    head = "a tied head" if model["tie_word_embeddings"] else "a head of its own"
    shared = "as many KV heads as heads"
    if model["num_key_value_heads"] < model["num_attention_heads"]:
        shared = "fewer KV heads than heads"
    return f"{scheme['name']}, {head}, {shared}"


# --- form ---------------------------------------------------------------------------------------


def test_form(solution, expect):
    """Each function answers in the form that the brief names."""
    small = MODELS["Llama-3-8B"]  # it fits, whatever is counted wrongly
    for name, arguments in (
        ("weight_bytes", (small, BF16)),
        ("read_bytes", (small, BF16)),
        ("kv_bytes", (small, 16, 1)),
        ("kv_room", (small, A100, CALM, BF16)),
        ("step_seconds", (small, A100, CALM, BF16, 1, 0)),
    ):
        expect.number(getattr(solution, name)(*arguments), name=name)
    planned(expect, solution.plan(small, A100, CALM, [BF16, W8A8, INT4]))


# --- bytes --------------------------------------------------------------------------------------

KINDS = ("Llama-3-70B", "Llama-3.2-3B", "Mistral-Nemo", "Llama-2-13B", "SmolLM2-135M")


def test_weights_in_16_bits(solution, draw, measure, expect, judge):
    """The bytes of all weights in 16 bits: blocks, norms, embedding table, head."""
    cases = []
    for model in (LLAMA, *(drawn_model(draw, name) for name in KINDS), drawn_model(draw)):
        scheme = BF16 | {
            "scale_bits": draw.choice((0, 16))
        }  # without a group there are no scales, however wide
        came = expect.number(solution.weight_bytes(model, scheme), name="weight_bytes")
        cases.append(Case(about(model, BF16), came, lambda p, m=model, s=scheme: p.weight_bytes(m, s)))
    judge.counts(measure, cases, "the stored weights", "bytes")


def test_quantized_weights(solution, draw, measure, expect, judge):
    """Quantized, the linear layers of the blocks shrink, with scales and zero points; the rest does not."""
    cases = []
    for scheme in (INT8_WEIGHTS, W8A8, NF4, INT4_ZEROS, INT4):
        for name in (draw.choice(KINDS[:4]), "SmolLM2-135M"):
            model = drawn_model(draw, name)
            came = expect.number(solution.weight_bytes(model, scheme), name="weight_bytes")
            cases.append(Case(about(model, scheme), came, lambda p, m=model, s=scheme: p.weight_bytes(m, s)))
    judge.counts(measure, cases, "the stored weights", "bytes")


def test_read(solution, draw, measure, expect, judge):
    """What is read in a step: all but an embedding table that is no head as well."""
    cases = []
    for name in (*KINDS, None):
        model, scheme = drawn_model(draw, name), draw.choice(SCHEMES)
        came = expect.number(solution.read_bytes(model, scheme), name="read_bytes")
        cases.append(Case(about(model, scheme), came, lambda p, m=model, s=scheme: p.read_bytes(m, s)))
    came = expect.number(solution.read_bytes(LLAMA, BF16), name="read_bytes")
    cases.append(Case(about(LLAMA, BF16), came, lambda p: p.read_bytes(LLAMA, BF16)))
    judge.counts(measure, cases, "what is read", "bytes")


def test_cache(solution, draw, measure, expect, judge):
    """The KV cache of so many tokens, in 8 and in 16 bits."""
    cases = []
    for name in KINDS:
        for kv_bits in (8, 16):
            model, tokens = drawn_model(draw, name), draw.integer(1, 200_000)
            came = expect.number(solution.kv_bytes(model, kv_bits, tokens), name="kv_bytes")
            told = f"{kv_bits} bits, {about(model, BF16).partition(', ')[2]}"
            cases.append(Case(told, came, lambda p, m=model, b=kv_bits, t=tokens: p.kv_bytes(m, b, t)))
    judge.counts(measure, cases, "the KV cache", "bytes")


# --- room ---------------------------------------------------------------------------------------

ROOM = (
    "one-card-counted",
    "weights-whole-on-every-card",
    "whole-card-usable",
    "share-of-what-is-left",
    "activations-left-out",
    "activations-on-one-card",
)


def asking_room(case: tuple[Config, ...]) -> Ask:
    return lambda planner: planner.kv_room(*case)


def drawn_room(draw: Any, fits: bool) -> tuple[Config, ...] | None:
    case = (drawn_model(draw), drawn_gpu(draw), drawn_setup(draw), draw.choice(SCHEMES))
    return case if room_is_firm(*case) and (RIGHT.kv_room(*case) is not None) == fits else None


def test_room(solution, draw, measure, expect, judge):
    """The tokens of KV cache that fit on all cards beside weights and activations."""
    drawn = telling(lambda: drawn_room(draw, True), asking_room, ROOM, least=8)
    cases = []
    for case in [(LLAMA, A100, CALM, BF16), (LLAMA, A100, CALM, INT4_ZEROS), *drawn]:
        came = solution.kv_room(*case)
        told = f"{'one card' if case[2]['gpus'] == 1 else 'several cards'}, {case[3]['name']}"
        if came is not None:
            came = expect.number(came, name="kv_room")
        cases.append(Case(told, came, asking_room(case)))
    for case in cases:
        expect(
            case.came is not None,
            expected=f"a number of tokens, since the weights do fit: {case.told}",
            came="None",
            misconception=lambda: judge.idea(cases),
        )
    judge.counts(measure, cases, "whole tokens of room, rounded down,", "tokens")


def test_no_room(solution, draw, expect, judge):
    """Where weights and activations alone are too large, the room is None."""
    cases = []
    for case in telling(lambda: drawn_room(draw, False), asking_room, ["no-fit-gets-a-number"], least=5):
        came = plain(solution.kv_room(*case))
        cases.append(Case("weights and activations do not fit", came, asking_room(case)))
    judge.remember(cases)
    for case in cases:
        expect(
            case.came is None,
            expected="None, since weights and activations alone do not fit",
            came="a number" if isinstance(case.came, (int, float)) else "something else",
            misconception=lambda: judge.idea(cases),
        )


# --- time ---------------------------------------------------------------------------------------

TIME = (
    "kv-heads-taken-for-query-heads",
    "embedding-table-read",
    "tied-table-not-read",
    "keys-without-values",
    "binary-bandwidth",
    "one-card-reads",
    "weights-read-for-each-stream",
    "new-tokens-read-back",
    "cache-not-read",
    "cache-alone-read",
    "computing-forgotten",
    "reading-forgotten",
    "reading-and-computing-added",
    "one-operation-a-weight",
    "codes-thought-to-be-multiplied",
    "always-multiplied-in-16-bits",
    "embedding-multiplied",
    "head-not-multiplied",
)


def asking_seconds(case: tuple[Any, ...]) -> Ask:
    return lambda planner: planner.step_seconds(*case)


def timed(solution: Any, expect: Any, case: tuple[Any, ...]) -> Case:
    came = expect.number(solution.step_seconds(*case), name="step_seconds")
    new, cached = case[4:]
    told = "a prompt" if not cached and new > 1 else "one stream" if new == 1 else "a batch"
    return Case(f"{told}, {case[3]['name']}", came, asking_seconds(case))


def test_one_stream(solution, draw, measure, expect, judge):
    """One stream is bounded by what is read; Llama-3-70B in bf16 on two A100 by 29.3 tokens/s."""
    drawn = []
    for gpus in (1, 2, 4, 8):
        setup = {**drawn_setup(draw), "gpus": gpus}
        cached = draw.choice((0, setup["context"]))
        drawn.append((drawn_model(draw), drawn_gpu(draw), setup, draw.choice(SCHEMES), 1, cached))
    known = [(LLAMA, A100, {**CALM, "gpus": n}, s, 1, 0) for n, s in ((2, BF16), (2, W8A8), (1, INT4_ZEROS))]
    judge.figures(measure, [timed(solution, expect, case) for case in known + drawn], "seconds of a step")


def test_batches_and_prompts(solution, draw, measure, expect, judge):
    """A batch reads the weights once and every stream's cache; at some size computing takes longer."""

    def drawn_step() -> tuple[Any, ...]:
        setup, new = drawn_setup(draw), draw.choice((2, 8, 64, 256, 1024, 4096))
        cached = draw.choice((0, new * draw.integer(1, setup["context"])))
        return drawn_model(draw), drawn_gpu(draw), setup, draw.choice(SCHEMES), new, cached

    drawn = telling(drawn_step, asking_seconds, TIME, least=12)
    judge.figures(measure, [timed(solution, expect, case) for case in drawn], "seconds of a step")


# --- choice -------------------------------------------------------------------------------------

CHOICE = (
    "price-an-hour-taken-for-a-second",
    "price-of-one-card",
    "cost-of-one-token",
    "rate-of-one-stream-for-all",
    "wanted-rate-forgotten",
    "caches-thought-empty",
    "least-loss-not-preferred",
    "largest-batch-for-cheapest",
    "least-loss-for-cheapest",
    "room-for-one-stream-not-asked",
    "search-ended-too-early",
)


def drawn_plan(draw: Any) -> tuple[Any, ...] | None:
    order = [int(i) for i in draw.permutation(len(SCHEMES))][: draw.integer(2, 4)]
    schemes = [SCHEMES[i] for i in order]
    case = (drawn_model(draw), drawn_gpu(draw), drawn_setup(draw), schemes)
    return case if plan_is_firm(*case) else None


def test_plan(solution, draw, measure, expect, judge):
    """The plan takes the first scheme that will do for one stream, and the cheapest for many."""
    drawn = telling(lambda: drawn_plan(draw), asking_plan, CHOICE, least=10)
    tight = [drawn_to_fit(draw, (0.6, 0.95)) for _ in range(2)]  # room for one stream, not for two
    judge_plans(solution, measure, expect, judge, [*drawn, *tight])


def test_plans_that_fail(solution, draw, measure, expect, judge):
    """No plan where nothing fits; no scheme where none is fast enough."""
    model, gpu = drawn_model(draw, "Llama-3.1-405B"), drawn_gpu(draw)
    setup = {**drawn_setup(draw), "gpus": 1}
    too_large = (model, gpu, setup, [BF16, INT4])
    judge_no_plan(expect, judge, solution.plan(*too_large))
    small = MODELS["TinyLlama"]
    too_slow = (small, gpu, {**setup, "gpus": 8, "wanted": 10**6}, [BF16, INT4])
    judge_plans(solution, measure, expect, judge, [too_large, too_slow, drawn_to_fit(draw, (1.05, 1.9))])
