"""Solves the two inequalities for the batch: no search, but a formula that must be derived and explained."""

import math


def linear(m):
    h, w = m["hidden_size"], m["head_dim"]
    q, kv, f = m["num_attention_heads"] * w, m["num_key_value_heads"] * w, m["intermediate_size"]
    return [(q, h), (h, q)] + [(kv, h)] * 2 + [(f, h)] * 2 + [(h, f)]


def weight_bytes(m, s):
    each = [r * c * s["bits"] for r, c in linear(m)]
    if s["group"] is not None:
        side = s["scale_bits"] + s["zero_point_bits"]
        each += [r * (1 if s["group"] == "row" else math.ceil(c / s["group"])) * side for r, c in linear(m)]
    tables = 2 - bool(m["tie_word_embeddings"])
    kept = tables * m["vocab_size"] + 2 * m["num_hidden_layers"] + 1
    return m["num_hidden_layers"] * sum(each) // 8 + 2 * kept * m["hidden_size"]


def read_bytes(m, s):
    return weight_bytes({**m, "tie_word_embeddings": True}, s)  # one table is read, tied or not


def kv_bytes(m, kv_bits, tokens):
    return tokens * m["num_hidden_layers"] * m["num_key_value_heads"] * m["head_dim"] * kv_bits / 4


def free(m, g, u, s):
    activations = u["prefill_tokens"] * 4 * (m["hidden_size"] + m["intermediate_size"])
    return u["gpus"] * (u["usable"] * g["memory_bytes"] - activations) - weight_bytes(m, s)


def kv_room(m, g, u, s):
    left = free(m, g, u, s)
    if left >= 0:
        return left // kv_bytes(m, u["kv_bits"], 1)
    return None


def rates(m, g, u, s):
    """Bytes a second, and tokens a second of the multipliers."""
    products = m["num_hidden_layers"] * sum(r * c for r, c in linear(m)) + m["vocab_size"] * m["hidden_size"]
    tera = g["int8_tops" if s["activation_bits"] == 8 else "bf16_tflops"]
    return u["gpus"] * g["bandwidth_gb_s"] * 10**9, u["gpus"] * tera * 10**12 / (2 * products)


def step_seconds(m, g, u, s, new_tokens, cached_tokens):
    bandwidth, tokens = rates(m, g, u, s)
    return max((read_bytes(m, s) + kv_bytes(m, u["kv_bits"], cached_tokens)) / bandwidth, new_tokens / tokens)


def largest(m, g, u, s, most):
    """seconds(batch) <= 1 / wanted, solved for the batch on either side of the roofline."""
    bandwidth, tokens = rates(m, g, u, s)
    by_reading = (bandwidth / u["wanted"] - read_bytes(m, s)) / kv_bytes(m, u["kv_bits"], u["context"])
    return max(0, math.floor(min(most, by_reading, tokens / u["wanted"])))


def plan(m, g, u, schemes):
    fitting = [s for s in schemes if (kv_room(m, g, u, s) or 0) >= u["context"]]
    if len(fitting) == 0:
        return None

    def entry(s, batch):
        rate = batch / step_seconds(m, g, u, s, batch, batch * u["context"])
        dollars_a_second = u["gpus"] * u["price"] / 3600
        return {"scheme": s["name"], "batch": batch, "rate": rate, "cost": dollars_a_second / rate * 10**6}

    sized = [(s, largest(m, g, u, s, kv_room(m, g, u, s) // u["context"])) for s in fitting]
    able = [(s, batch) for s, batch in sized if batch > 0]
    if not able:
        return {"one_stream": None, "best_batch": None}
    cheapest = sorted((entry(s, batch) for s, batch in able), key=lambda e: e["cost"])[0]
    return {"one_stream": entry(able[0][0], 1), "best_batch": cheapest}
