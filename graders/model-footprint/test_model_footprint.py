"""Hidden checks of model-footprint: an account that is exact, and models that are what they say."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from gpt2_accounts import PARTS, SIZES, Bytes, Shape, above_half, above_half_ideas, count, ideas
from gpt2_loading import ask_logits, judge_footprint, judge_tensors, load
from gpt2_models import SmallModel
from torch import Tensor

from tutor.grading.checks import nearest
from tutor.grading.proxy import Kept

EXACT = 1e-4  # relative error of float32 logits
ERROR_FACTOR = 1.5  # times the judge's own error in the same arithmetic
QUANTIZED_FACTOR = 0.5  # with less error than this share of it, nothing was multiplied in int8
KEYS = (*PARTS, "footprint", "scales")
OF_ABOVE_HALF = {"half-of-the-same-dtype", "sixteen-bits-not-halved"}
GPT2: Shape = {
    "vocab_size": 50257,
    "n_positions": 1024,
    "n_embd": 768,
    "n_layer": 12,
    "n_inner": None,
    "tie_word_embeddings": True,
}


class Account:
    """Counts that came beside the right ones. One idea must explain all of them."""

    def __init__(self) -> None:
        self._named: set[str] = set()
        self._nameless = (
            False  # whether there were counts that nothing explains: then the same may be behind others
        )

    def judge(
        self,
        expect: Any,
        cases: list[tuple[str, Bytes, Bytes, list[tuple[str, Bytes]]]],
        compares: bool = False,
    ) -> None:
        """Ends the check at the first wrong number. A case: what was asked, what came, the truth, ideas.

        ``compares``: the numbers are bytes above half.
        """
        for asked, came, right, _ in cases:
            for part in right:
                expect(
                    came[part] == right[part],
                    expected=f"the exact bytes of {part!r} for {asked}",
                    came=compare(came[part], right[part]),
                    misconception=lambda: self._thought(cases, compares),
                )

    def _thought(
        self, cases: list[tuple[str, Bytes, Bytes, list[tuple[str, Bytes]]]], compares: bool
    ) -> str | None:
        variants = [[came == given for _, given in suspects] for _, came, _, suspects in cases]
        names = [idea for idea, _ in cases[0][3]]
        found = {idea for number, idea in enumerate(names) if all(explains[number] for explains in variants)}
        if self._named:
            found &= self._named  # what has explained other counts must explain these
        elif compares and not self._nameless:
            found &= OF_ABOVE_HALF  # the account was right, so no idea about it can be behind these
        if len(found) != 1 or self._nameless:
            self._nameless = True
            return None
        self._named = found
        return next(iter(found))


@pytest.fixture(scope="session")
def account() -> Account:
    return Account()


def counted(solution: Any, expect: Any, shape: Shape, dtype: str, int8: bool) -> Any:
    """One case: the learner's account of this shape."""
    came = numbers_in(expect, solution.account(shape, dtype, int8), "account", KEYS)
    asked = f"{'8-bit linear layers, the rest ' if int8 else ''}{dtype}, {told(shape)}"
    return asked, came, count(shape, dtype, int8), [(idea, by(shape, dtype, int8)) for idea, by in ideas()]


def compared(solution: Any, expect: Any, shape: Shape, dtype: str) -> Any:
    """One case: the learner's bytes above half."""
    keys = (*PARTS, "scales")
    came = numbers_in(expect, solution.above_half(shape, dtype), "above_half", keys)
    asked = f"a rest of {dtype}, {told(shape)}"
    return asked, came, above_half(shape, dtype), list(above_half_ideas(shape, dtype))


def numbers_in(expect: Any, result: Any, function: str, keys: tuple[str, ...]) -> Bytes:
    wanted = f"{function} to return a dict with {', '.join(keys)}"
    expect(isinstance(result, dict), expected=wanted, came=f"a value of type {type(result).__name__}")
    missing = [key for key in keys if key not in result]
    expect(not missing, expected=wanted, came=f"one without {', '.join(missing)}")
    return {key: expect.number(result[key], name=f"{function}(…)[{key!r}]") for key in keys}


def told(shape: Shape) -> str:
    """What is special about a shape, without its numbers."""
    head = "a tied head" if shape["tie_word_embeddings"] else "a head of its own"
    return f"{head} and n_inner {'None' if shape['n_inner'] is None else 'given'}"


def compare(came: float, right: float) -> str:
    return f"{came / right:.7g} times as many" if right else f"{came:,} where the exact number is 0"


def drawn_shape(draw: Any, *, tied: bool, inner: bool) -> Shape:
    width = 4 * draw.integer(5, 40)
    return {
        "vocab_size": draw.integer(300, 3000),
        "n_positions": draw.integer(30, 200),
        "n_embd": width,
        "n_layer": draw.integer(2, 9),
        "n_inner": draw.integer(2 * width, 3 * width) if inner else None,
        "tie_word_embeddings": tied,
    }


# --- the account --------------------------------------------------------------------------------


def test_account(solution, draw, expect, account):
    """The account of every part is exact, in 32, 16 and 8 bits, for drawn shapes."""
    kinds = ((True, False), (False, False), (True, True), (False, True))
    shapes = [drawn_shape(draw, tied=tied, inner=inner) for tied, inner in kinds]
    shapes.append({**shapes[0], "vocab_size": shapes[0]["vocab_size"] + 1, "tie_word_embeddings": False})
    cases = []
    for shape in shapes:
        for dtype in SIZES:
            cases += [counted(solution, expect, shape, dtype, int8) for int8 in (False, True)]
    account.judge(expect, cases)


def test_gpt2(solution, expect, account):
    """GPT-2: 497,759,232 bytes in 32 bits, 248,879,616 in 16, 242,955,264 with 8-bit linear layers."""
    schemes = (("float32", False), ("float16", False), ("float32", True), ("bfloat16", True))
    account.judge(expect, [counted(solution, expect, GPT2, *scheme) for scheme in schemes])


def test_above_half(solution, draw, expect, account):
    """You tell, part by part, which bytes keep 8 bits from being half of 16."""
    shapes = [drawn_shape(draw, tied=tied, inner=inner) for tied, inner in ((True, False), (False, True))]
    cases = [compared(solution, expect, shape, dtype) for shape in (*shapes, GPT2) for dtype in SIZES]
    account.judge(expect, cases, compares=True)


# --- the models ---------------------------------------------------------------------------------


def judge_model(solution, draw, measure, expect, small: SmallModel, dtype: str, int8: bool) -> None:
    """Loads, and looks at the model's tensors, its footprint, and what it says."""
    model = loaded(solution, expect, small, dtype, int8)
    ask_twice(solution, draw, measure, expect, model, small, dtype, int8)


def loaded(solution, expect, small: SmallModel, dtype: str, int8: bool) -> Kept:
    """The learner's model, whose tensors and footprint are right."""
    model = load(solution, expect, small, dtype, int8)
    judge_tensors(expect, model, small, dtype, int8)
    judge_footprint(expect, model, small, dtype, int8)
    return model


def ask_twice(
    solution, draw, measure, expect, model: Kept, small: SmallModel, dtype: str, int8: bool
) -> None:
    """What the model says about two batches of one size, so that no answer is kept for the second."""
    for tokens in (small.tokens(draw, 3, 24), small.tokens(draw, 3, 24)):
        judge_logits(solution, measure, expect, model, small, tokens, dtype, int8)


def judge_logits(
    solution, measure, expect, model: Kept, small: SmallModel, tokens: Tensor, dtype, int8
) -> None:
    sequences, length = tokens.shape
    raw = ask_logits(solution, expect, model, tokens)
    vocabulary = small.shape["vocab_size"]
    came = expect.tensor(
        raw,
        name="logits",
        dtype=(torch.float32, torch.float16, torch.bfloat16),
        shape=(sequences, length, vocabulary),
        misconception=lambda: "last-position-only" if of_one_position(raw, vocabulary) else None,
    ).double()
    exact = small.logits(tokens)

    def thought() -> str | None:
        again = solution.logits(model, tokens)
        if not torch.equal(again, raw):
            return "dropout-left-on"
        suspects = {"softmax": exact.softmax(-1), "log_softmax": exact.log_softmax(-1)}
        return "probabilities-for-logits" if nearest(came, suspects, tolerance=0.1) else None

    error = float((came - exact).norm())
    if dtype == "float32" and not int8:
        measure(
            "relative error of the logits",
            error / float(exact.norm()),
            EXACT,
            expected=f"the logits of these weights, within {EXACT:g} of their size",
            misconception=thought,
        )
        return
    own = float((small.logits(tokens, dtype, quantized=int8) - exact).norm())
    measure(
        f"error of the logits, {'8-bit' if int8 else '16-bit'}",
        error / own,
        ERROR_FACTOR,
        unit="times that of the same arithmetic",
        expected=f"at most {ERROR_FACTOR} times the error that {'int8 layers' if int8 else dtype} must have",
        came=f"{error / own:.3g} times",
        misconception=thought,
    )
    expect(
        not int8 or error >= QUANTIZED_FACTOR * own,
        expected=f"at least {QUANTIZED_FACTOR} times the error that int8 layers must have",
        came=f"{error / own:.3g} times: nothing was multiplied in 8 bits",
    )


def of_one_position(logits: Tensor, vocabulary: int) -> bool:
    """Whether these are logits of one position a sequence: [b, v] or [b, 1, v]."""
    return logits.shape[-1] == vocabulary and (logits.dim() < 3 or logits.shape[-2] == 1)


def test_thirty_two_bits(solution, draw, measure, expect):
    """In float32 the model holds the numbers of its file, and says what they say."""
    first, second = SmallModel(draw, tied=True), SmallModel(draw, tied=False)
    while second.shape["n_embd"] == first.shape["n_embd"]:  # one can't be taken for the other
        second = SmallModel(draw, tied=False)
    models = [(small, loaded(solution, expect, small, "float32", False)) for small in (first, second)]
    for small, model in models:  # both are there by now, so each must be asked itself
        ask_twice(solution, draw, measure, expect, model, small, "float32", False)


def test_sixteen_bits(solution, draw, measure, expect):
    """In float16 and in bfloat16 it takes half of that."""
    judge_model(solution, draw, measure, expect, SmallModel(draw, tied=True), "float16", False)
    judge_model(solution, draw, measure, expect, SmallModel(draw, tied=False), "bfloat16", False)


def test_eight_bits(solution, draw, measure, expect):
    """With int8 the linear layers are codes, and everything else has the dtype that you were given."""
    judge_model(solution, draw, measure, expect, SmallModel(draw, tied=True), "float32", True)
    narrow = draw.choice(("float16", "bfloat16"))
    judge_model(solution, draw, measure, expect, SmallModel(draw, tied=False), narrow, True)
