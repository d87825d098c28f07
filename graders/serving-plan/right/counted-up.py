"""Counts batches up one by one and keeps everything in one function each: longer to run, nothing to prove."""

FIELDS = ("num_hidden_layers", "hidden_size", "num_attention_heads", "num_key_value_heads", "head_dim")


def parameters(model):
    blocks, hidden, heads, kv_heads, width = (model[name] for name in FIELDS)
    attention = 2 * heads * width * hidden + 2 * kv_heads * width * hidden
    linear = blocks * (attention + 3 * hidden * model["intermediate_size"])
    return linear, (2 * blocks + 1) * hidden, model["vocab_size"] * hidden


def scales(model, group):
    """How many scales all linear layers have, row by row."""
    blocks, hidden, heads, kv_heads, width = (model[name] for name in FIELDS)
    inner = model["intermediate_size"]
    rows = {hidden: heads * width + 2 * kv_heads * width + 2 * inner}
    for columns, outputs in ((heads * width, hidden), (inner, hidden)):
        rows[columns] = rows.get(columns, 0) + outputs
    if group is None:
        return 0
    total = 0
    for columns, outputs in rows.items():
        in_a_row = 1 if group == "row" else columns // group + (columns % group > 0)
        total += outputs * in_a_row
    return blocks * total


def weight_bytes(model, scheme):
    linear, norms, table = parameters(model)
    bits = linear * scheme["bits"]
    bits += scales(model, scheme["group"]) * (scheme["scale_bits"] + scheme["zero_point_bits"])
    kept = norms + table
    if not model["tie_word_embeddings"]:
        kept += table
    return bits / 8 + 2 * kept


def read_bytes(model, scheme):
    if model["tie_word_embeddings"]:
        return weight_bytes(model, scheme)
    return weight_bytes(model, scheme) - 2 * model["vocab_size"] * model["hidden_size"]


def kv_bytes(model, kv_bits, tokens):
    one = model["num_hidden_layers"] * model["num_key_value_heads"] * model["head_dim"]
    return 2 * one * tokens * kv_bits // 8


def kv_room(model, gpu, setup, scheme):
    on_a_card = 4 * setup["prefill_tokens"] * (model["hidden_size"] + model["intermediate_size"])
    a_card = setup["usable"] * gpu["memory_bytes"] - weight_bytes(model, scheme) / setup["gpus"] - on_a_card
    if a_card < 0:
        return None
    return int(a_card * setup["gpus"] / kv_bytes(model, setup["kv_bits"], 1))


def step_seconds(model, gpu, setup, scheme, new_tokens, cached_tokens):
    linear, _, table = parameters(model)
    n = setup["gpus"]
    read = (read_bytes(model, scheme) + kv_bytes(model, setup["kv_bits"], cached_tokens)) / n
    tops = gpu["bf16_tflops"]
    if scheme["activation_bits"] == 8:
        tops = gpu["int8_tops"]
    done = 2 * (linear + table) * new_tokens / n
    seconds_reading = read / gpu["bandwidth_gb_s"] / 1e9
    seconds_computing = done / tops / 1e12
    if seconds_reading > seconds_computing:
        return seconds_reading
    return seconds_computing


def plan(model, gpu, setup, schemes):
    anything_fits = False
    one_stream = best = None
    for scheme in schemes:
        room = kv_room(model, gpu, setup, scheme)
        if room is None or room < setup["context"]:
            continue
        anything_fits = True
        batch = 0
        while (batch + 1) * setup["context"] <= room:
            seconds = step_seconds(model, gpu, setup, scheme, batch + 1, (batch + 1) * setup["context"])
            if seconds * setup["wanted"] > 1:
                break
            batch += 1
        if batch == 0:
            continue
        entries = []
        for streams in (1, batch):
            seconds = step_seconds(model, gpu, setup, scheme, streams, streams * setup["context"])
            tokens_an_hour = 3600 * streams / seconds
            cost = 1_000_000 * setup["price"] * setup["gpus"] / tokens_an_hour
            entries.append(
                {"scheme": scheme["name"], "batch": streams, "rate": streams / seconds, "cost": cost}
            )
        one_stream = one_stream or entries[0]
        if best is None or entries[1]["cost"] < best["cost"]:
            best = entries[1]
    return {"one_stream": one_stream, "best_batch": best} if anything_fits else None
