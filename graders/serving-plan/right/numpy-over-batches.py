"""In numpy: all batches of a scheme at once, in an array as long as the largest; answers are numbers of numpy."""

import numpy as np


def shapes(model):
    """Rows and columns of the linear layers of one block: i64[7] each."""
    h, inner = model["hidden_size"], model["intermediate_size"]
    q = model["num_attention_heads"] * model["head_dim"]
    kv = model["num_key_value_heads"] * model["head_dim"]
    return np.array([q, kv, kv, h, inner, inner, h], np.int64), np.array([h, h, h, q, h, h, inner], np.int64)


def weight_bytes(model, scheme):
    rows, columns = shapes(model)
    bits = rows * columns * scheme["bits"]
    if scheme["group"] is not None:
        group = columns if scheme["group"] == "row" else np.int64(scheme["group"])
        bits = bits + rows * -(-columns // group) * (scheme["scale_bits"] + scheme["zero_point_bits"])
    vocabulary = model["vocab_size"] * (1 if model["tie_word_embeddings"] else 2)
    kept = (vocabulary + 2 * model["num_hidden_layers"] + 1) * model["hidden_size"]
    return np.sum(bits // 8) * model["num_hidden_layers"] + 2 * kept


def read_bytes(model, scheme):
    unread = 0 if model["tie_word_embeddings"] else 2 * model["vocab_size"] * model["hidden_size"]
    return weight_bytes(model, scheme) - unread


def kv_bytes(model, kv_bits, tokens):
    heads = np.float64(model["num_hidden_layers"] * model["num_key_value_heads"])
    return 2 * heads * model["head_dim"] * kv_bits / 8 * tokens


def kv_room(model, gpu, setup, scheme):
    width = np.float64(model["hidden_size"] + model["intermediate_size"]) * 2
    each = setup["usable"] * gpu["memory_bytes"] - 2 * width * setup["prefill_tokens"]
    left = setup["gpus"] * each - weight_bytes(model, scheme)
    return np.floor(left / kv_bytes(model, setup["kv_bits"], 1)) if left >= 0 else None


def step_seconds(model, gpu, setup, scheme, new_tokens, cached_tokens):
    rows, columns = shapes(model)
    products = (rows * columns).sum() * model["num_hidden_layers"] + model["vocab_size"] * model[
        "hidden_size"
    ]
    rate = gpu["int8_tops"] if scheme["activation_bits"] == 8 else gpu["bf16_tflops"]
    read = read_bytes(model, scheme) + kv_bytes(model, setup["kv_bits"], cached_tokens)
    reading = read / (gpu["bandwidth_gb_s"] * 1e9)
    return np.maximum(reading, 2.0 * products * new_tokens / (rate * 1e12)) / setup["gpus"]


def plan(model, gpu, setup, schemes):
    one, many, fits = [], [], 0
    for scheme in schemes:
        room = kv_room(model, gpu, setup, scheme)
        streams = np.arange(1, (int(room) if room is not None else 0) // setup["context"] + 1)
        fits += len(streams)
        if not len(streams):
            continue
        seconds = step_seconds(model, gpu, setup, scheme, streams, streams * setup["context"])
        good = np.flatnonzero(1 / seconds >= setup["wanted"])
        if not len(good):
            continue
        for entries, i in ((one, good[0]), (many, good[-1])):
            rate = streams[i] / seconds[i]
            cost = setup["gpus"] * setup["price"] * 1e6 / 3600 / rate
            entries.append({"scheme": scheme["name"], "batch": streams[i], "rate": rate, "cost": cost})
    if not fits:
        return None
    cheapest = many[int(np.argmin([entry["cost"] for entry in many]))] if many else None
    return {"one_stream": one[0] if one else None, "best_batch": cheapest}
