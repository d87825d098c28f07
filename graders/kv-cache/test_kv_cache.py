"""Hidden checks of kv-cache: what append stores, what attend makes of it, and how many bytes it takes."""

from __future__ import annotations

import math

import torch
from kv_attention import Asked, asked, lopsided, peaked, spiked, steady, vectors
from kv_suspects import right_bytes, thought_of_attention, thought_of_bytes
from torch import Tensor

from tutor.grading.checks import describe

ERROR_FACTOR = 1.4
LONE_FACTOR = 1.5  # few numbers: chance does not average out
FLOAT32_SLACK = 2e-6  # times the norm of the output
LLAMA_3_70B = (80, 64, 8, 128)
NAMES = ("k_codes", "k_scale", "v_codes", "v_scale")


# --- the learner's functions, with the form of their results ------------------------------------


def grown(solution, expect, cache, K: Tensor, V: Tensor, before: tuple[Tensor, ...] = ()) -> tuple:
    """The cache after append, as it came; ends the check if its form is not the brief's, or old tokens changed."""
    came = solution.append(cache, K, V)
    parts = expect.sequence(came, 4, names=", ".join(NAMES))
    old = len(before[0]) if before else 0
    tokens, heads, d = old + len(K), K.shape[1], K.shape[2]
    for name, part in zip(NAMES, parts, strict=True):
        suspicion = lambda part=part: thought_of_form(part, tokens, len(K), heads, d)  # noqa: E731
        if name.endswith("codes"):
            expect.tensor(
                part, name=name, dtype=torch.int8, shape=(tokens, heads, d), misconception=suspicion
            )
        else:
            expect(
                isinstance(part, Tensor) and part.is_floating_point() and part.element_size() <= 4,
                expected=f"{name}: a tensor of float32, or of a shorter float type",
                came=describe(part),
                misconception=suspicion,
            )
            shapes = ((tokens, heads), (tokens, heads, 1))
            expect.tensor(part, name=name, shape=shapes, misconception=suspicion)
    for name, part, was in zip(NAMES, parts, before, strict=False):
        expect(
            torch.equal(part[:old], was),
            expected=f"{name} of the {old} tokens that were there, unchanged and in front",
            came="other numbers",
            misconception=lambda: thought_of_change(parts, before, len(K)),
        )
    return came


def thought_of_form(part: object, tokens: int, new: int, heads: int, d: int) -> str | None:
    """What the wrong shape or type of one part of the cache tells."""
    if not isinstance(part, Tensor):
        return None
    shape = tuple(part.shape)
    if shape == (tokens, heads, d):
        return "cache-left-in-float" if part.is_floating_point() else None
    if shape in ((new, heads, d), (new, heads), (new, heads, 1)) and new < tokens:
        return "only-the-newest-kept"
    if not part.is_floating_point():
        return None
    if part.dtype == torch.float64 and shape in ((tokens, heads), (tokens, heads, 1)):
        return "scale-in-float64"
    if shape in ((tokens,), (tokens, 1), (tokens, 1, 1)) and heads > 1:
        return "one-scale-for-all-heads"
    if shape in ((heads,), (1, heads), (1, heads, 1), (heads, 1)):
        return "one-scale-for-all-tokens"
    if shape in ((heads, d), (1, heads, d), (d,), (1, 1, d)):
        return "scale-for-each-channel"
    return "one-scale-for-all" if part.numel() == 1 and tokens * heads > 1 else None


def thought_of_change(parts: tuple, before: tuple, new: int) -> str | None:
    """Old tokens that are not where they were, or not what they were."""
    old = len(before[0])
    if all(torch.equal(part[new:], was) for part, was in zip(parts, before, strict=True)):
        return "new-tokens-in-front"
    scales = [
        (part[:old].double(), was.double()) for part, was in zip(parts[1::2], before[1::2], strict=True)
    ]
    kept = all(torch.equal(now, was) for now, was in scales)
    return None if kept else "old-tokens-requantized"


def filled(solution, expect, drawn: Asked, chunks: tuple[int, ...] = ()):
    """A cache of all keys and values, appended in chunks of these sizes, and the rest token by token."""
    sizes = chunks or (len(drawn.K),)
    cache, before, start = None, (), 0
    for size in (*sizes, *[1] * (len(drawn.K) - sum(sizes))):
        cache = grown(
            solution, expect, cache, drawn.K[start : start + size], drawn.V[start : start + size], before
        )
        before, start = tuple(cache), start + size
    return cache


def judge_attention(solution, measure, expect, pairs, factor: float = ERROR_FACTOR):
    """Judges the error over several queries and caches: pairs of what is asked and the learner's cache."""
    ratios, slack = [], 0.0
    for drawn, cache in pairs:
        came = solution.attend(drawn.Q, cache)
        came = expect.tensor(
            came, name="what attend returns", dtype=torch.float32, shape=tuple(drawn.exact.shape)
        )
        error = drawn.yardstick_error
        ratios.append((drawn.error_of(came) / error, drawn, came))
        slack = max(slack, FLOAT32_SLACK * float(drawn.exact.norm()) / error)
    ratio = math.hypot(*(one for one, _, _ in ratios)) / len(ratios) ** 0.5
    _, drawn, came = max(ratios, key=lambda one: one[0] if math.isfinite(one[0]) else math.inf)
    measure(
        "error of attention",
        ratio,
        factor + slack,
        unit="× that of an absmax/127 cache",
        expected=f"an error of at most {factor:g} times that of an absmax/127 cache",
        came=f"{times(ratio)}, with {sizes_of(drawn)}",
        misconception=lambda: (
            thought_of_sharing(solution, drawn.K, drawn.V) or thought_of_attention(drawn, came)
        ),
    )


def one_by_one(drawn: Asked, cache) -> list:
    """The queries asked one at a time, each as if it were the newest token's."""
    return [(Asked(q[None], drawn.K, drawn.V), cache) for q in drawn.Q]


def times(ratio: float) -> str:
    return f"{ratio:.3g} times that error" if math.isfinite(ratio) else "results that are not finite"


def sizes_of(drawn: Asked) -> str:
    (m, q_heads, d), (tokens, kv_heads, _) = drawn.Q.shape, drawn.K.shape
    asked_for = f"{m} {'query' if m == 1 else 'queries'}, {tokens} {'token' if tokens == 1 else 'tokens'}"
    return f"{asked_for}, {q_heads} query heads, {kv_heads} KV heads of {d}"


# --- the checks ---------------------------------------------------------------------------------


def test_form(solution, draw, expect):
    """append returns int8 codes and one scale for each token and head, of keys and of values."""
    tokens = draw.integer(5, 9)
    for size in (tokens, 1):
        K, V = vectors(draw, size, 3, 6), vectors(draw, size, 3, 6)
        grown(solution, expect, None, K, V)


def test_growth(solution, draw, expect):
    """A new token goes behind the old ones, which stay as they are; two caches don't mix."""
    caches = [None, None]
    before = [(), ()]
    heads, d = 3, draw.integer(5, 8)
    for size in (draw.integer(5, 9), 1, 1, draw.integer(2, 4), 1):
        for one in range(2):
            K, V = (vectors(draw, size, heads, d) * draw.uniform(1.0, 8.0) for _ in range(2))
            caches[one] = grown(solution, expect, caches[one], K, V, before[one])
            before[one] = tuple(caches[one])


def test_apart(solution, draw, expect):
    """The codes and the scale of a key depend on nothing but that key; those of a value likewise."""
    for keys in (True, False):
        tokens, heads = draw.integer(5, 9), 3
        K, V = vectors(draw, tokens, heads, 6), vectors(draw, tokens, heads, 6)
        was = grown(solution, expect, None, K, V)
        place = draw.integer(0, tokens - 1), draw.integer(0, heads - 1)
        now = grown(solution, expect, None, *larger(K, V, keys, place))
        own, other = changed(was, now, keys, place)
        expect(
            not bool(own.any()) and not bool(other.any()),
            expected=f"one {'key' if keys else 'value'} made larger to change its own scale alone",
            came="other codes and scales, too",
            misconception=lambda: thought_of_sharing(solution, K, V),  # noqa: B023
        )


def larger(K: Tensor, V: Tensor, keys: bool, place: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """The same keys and values, with one of them far larger."""
    K, V = K.clone(), V.clone()
    (K if keys else V)[place] *= 40.0
    return K, V


def changed(was, now, keys: bool, place: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """bool[tokens, heads]: which keys are coded otherwise because one is larger, and which values; or the reverse."""
    shape = (*was[0].shape[:2], -1)
    differs = [(a != b).reshape(shape).any(dim=-1) for a, b in zip(now, was, strict=True)]
    of_keys, of_values = differs[0] | differs[1], differs[2] | differs[3]
    own, other = (of_keys, of_values) if keys else (of_values, of_keys)
    own[place] = False
    return own, other


def thought_of_sharing(solution, K: Tensor, V: Tensor) -> str | None:
    """Who shares a scale with whom: the function is asked again, with one key or value far larger."""
    was, place = solution.append(None, K, V), (0, 0)
    for keys in (True, False):
        own, other = changed(was, solution.append(None, *larger(K, V, keys, place)), keys, place)
        other_heads, other_tokens = bool(own[0].any()), bool(own[:, 0].any())
        if bool(other.any()):
            return "keys-and-values-share-a-scale"
        if other_tokens:
            now = solution.append(was, 40 * K[:1], 40 * V[:1])
            if not all(torch.equal(part[: len(K)], old) for part, old in zip(now, was, strict=True)):
                return "old-tokens-requantized"
            return "one-scale-for-all" if other_heads else "one-scale-for-all-tokens"
        if other_heads:
            return "one-scale-for-all-heads"
    return None


def test_payload(solution, draw, measure, expect, payload_bytes):
    """The cache takes one byte a number, and four for each scale."""
    K, V = vectors(draw, 31, 4, 32), vectors(draw, 31, 4, 32)
    cache = grown(solution, expect, None, K, V)
    measure(
        "payload",
        payload_bytes(cache),
        2 * 31 * 4 * (32 + 4),
        unit="bytes",
        expected="codes and scales alone",
    )


def test_one_query(solution, draw, measure, expect):
    """One new token attends to the cache, with as many query heads as KV heads."""
    for make in (lambda drawn: drawn, lopsided):
        pairs = []
        for _ in range(2):
            drawn = make(asked(draw, 5, draw.integer(44, 52), 6, 1, draw.integer(28, 34)))
            pairs += one_by_one(drawn, filled(solution, expect, drawn, (40,)))
        judge_attention(solution, measure, expect, pairs)


def test_grouped_heads(solution, draw, measure, expect):
    """Neighbouring query heads share a KV head; all of them, if there is but one."""
    for heads, group in ((3, 4), (4, 3), (1, 8)):
        drawn = asked(draw, 5, draw.integer(44, 52), heads, group, draw.integer(40, 48))
        pairs = one_by_one(drawn, filled(solution, expect, drawn))
        judge_attention(solution, measure, expect, pairs)


def test_many_queries(solution, draw, measure, expect):
    """The newest tokens see themselves and what came before them, and nothing later."""
    tokens = draw.integer(40, 48)
    for queries, heads, group in ((draw.integer(9, 12), 3, 3), (tokens, 3, 1)):
        drawn = asked(draw, queries, tokens, heads, group, draw.integer(30, 36))
        judge_attention(solution, measure, expect, [(drawn, filled(solution, expect, drawn))])


def test_queries(solution, draw, measure, expect):
    """Queries stay as they are: one large number in them does not cost the others their precision."""
    drawn = spiked(draw, 5, draw.integer(44, 52), 4, 2, draw.integer(30, 36))
    pairs = one_by_one(drawn, filled(solution, expect, drawn))
    judge_attention(solution, measure, expect, pairs)


def test_one_token(solution, draw, measure, expect):
    """With one token in the cache there is one thing to see: its value."""
    drawn = asked(draw, 1, 1, 3, 2, draw.integer(96, 128))
    judge_attention(solution, measure, expect, [(drawn, filled(solution, expect, drawn))], LONE_FACTOR)


def test_zeros(solution, draw, measure, expect):
    """Keys and values of zeros are served: padding and idle heads have them."""
    drawn = asked(draw, 5, draw.integer(44, 52), 4, 3, draw.integer(30, 36))
    for A in (drawn.K, drawn.V):
        A[draw.permutation(len(A))[:3], draw.integer(0, 3)] = 0.0
    drawn.V[:, 0] = 0.0
    cache = filled(solution, expect, drawn)
    judge_attention(solution, measure, expect, one_by_one(drawn, cache))
    came = solution.attend(drawn.Q[-1:], cache)
    came = expect.tensor(came, name="what attend returns", shape=(1, *drawn.Q.shape[1:]))
    expect(
        not came[:, :3].count_nonzero(),
        expected="exact zeros from a head whose values are all zeros",
        came="numbers that are not zero",
    )


def test_sizes(solution, draw, measure, expect):
    """Vectors as small as 1e-3 and as large as 1e3 are served alike."""
    for size in (1e-3, 1e3):
        drawn = asked(draw, 5, draw.integer(44, 52), 4, 1, draw.integer(30, 36))
        K, V = (size * A / A.abs().amax(dim=-1, keepdim=True) for A in (drawn.K, drawn.V))
        drawn = Asked(steady(drawn.Q, K), K, V)
        pairs = one_by_one(drawn, filled(solution, expect, drawn))
        judge_attention(solution, measure, expect, pairs)


def test_large_scores(solution, draw, measure, expect):
    """Scores of 200 are served, though e^200 is no float32."""
    drawn = peaked(draw, draw.integer(12, 18), 4, draw.integer(30, 36))
    judge_attention(solution, measure, expect, [(drawn, filled(solution, expect, drawn))], LONE_FACTOR)


def test_views(solution, draw, measure, expect):
    """Keys, values and queries may be views that are not contiguous."""
    drawn = asked(draw, 5, draw.integer(44, 52), 4, 3, draw.integer(30, 36))
    drawn = Asked(*(A.permute(1, 2, 0).contiguous().permute(2, 0, 1) for A in (drawn.Q, drawn.K, drawn.V)))
    pairs = one_by_one(drawn, filled(solution, expect, drawn, (30, 10)))
    judge_attention(solution, measure, expect, pairs)


def test_bytes(solution, draw, expect):
    """cache_bytes counts every code and every scale of the whole model."""
    shapes = [(*LLAMA_3_70B, draw.integer(2, 9) * 1000, draw.integer(3, 40), 2)]
    for scale_bytes in (2, 4):
        kv_heads = draw.choice((3, 5, 7))
        q_heads = kv_heads * draw.choice((4, 6, 9))
        sizes = (draw.integer(11, 40), q_heads, kv_heads, draw.choice((48, 80, 112)))
        shapes.append((*sizes, draw.integer(50, 5000), draw.integer(3, 40), scale_bytes))
    for shape in shapes:
        came = expect.number(solution.cache_bytes(*shape), name="what cache_bytes returns")
        expect(
            came == right_bytes(*shape),
            expected="the bytes of all codes and scales",
            came=f"{came / right_bytes(*shape):.4g} times as many",
            misconception=lambda: thought_of_bytes(came, *shape),  # noqa: B023
        )
