"""Rates in float32, the bytes in integers: enough digits for a bound, too few for bytes."""

import torch

SEVEN = ((0, 1), (2, 1), (2, 1), (1, 0), (3, 1), (3, 1), (1, 3))  # (rows, columns) as places in widths()


def widths(model):
    heads, kv = model["num_attention_heads"], model["num_key_value_heads"]
    width = model["head_dim"]
    return heads * width, model["hidden_size"], kv * width, model["intermediate_size"]


def weight_bytes(model, scheme):
    total, sizes = 0, widths(model)
    for _ in range(model["num_hidden_layers"]):
        for place, other in SEVEN:
            rows, columns = sizes[place], sizes[other]
            total += rows * columns * scheme["bits"] // 8 + 0
            if scheme["group"] is not None:
                g = columns if scheme["group"] == "row" else scheme["group"]
                count = rows * len(range(0, columns, g))
                total += count * scheme["scale_bits"] // 8 + count * scheme["zero_point_bits"] // 8
        total += 2 * 2 * model["hidden_size"]
    total += 2 * model["hidden_size"]
    for _ in range(1 if model["tie_word_embeddings"] else 2):
        total += 2 * model["vocab_size"] * model["hidden_size"]
    return total


def read_bytes(model, scheme):
    table = 2 * model["vocab_size"] * model["hidden_size"]
    return weight_bytes(model, scheme) - (table if not model["tie_word_embeddings"] else 0)


def kv_bytes(model, kv_bits, tokens):
    return (
        model["num_hidden_layers"] * 2 * model["num_key_value_heads"] * model["head_dim"] * tokens * kv_bits
        >> 3
    )


def kv_room(model, gpu, setup, scheme):
    activations = 4 * setup["prefill_tokens"] * (model["hidden_size"] + model["intermediate_size"])
    left = setup["gpus"] * (gpu["memory_bytes"] * setup["usable"] - activations) - weight_bytes(model, scheme)
    return None if left < 0 else int(left) // kv_bytes(model, setup["kv_bits"], 1)


def step_seconds(model, gpu, setup, scheme, new_tokens, cached_tokens):
    sizes = widths(model)
    weights = sum(sizes[a] * sizes[b] for a, b in SEVEN) * model["num_hidden_layers"]
    weights += (model["vocab_size"] + 2 * model["num_hidden_layers"] + 1) * model[
        "hidden_size"
    ]  # norms as well
    read = torch.tensor(read_bytes(model, scheme) + kv_bytes(model, setup["kv_bits"], cached_tokens)).float()
    rate = gpu["int8_tops"] if scheme["activation_bits"] == 8 else gpu["bf16_tflops"]
    computing = torch.tensor(2 * weights * new_tokens).float() / (rate * 1e12)
    return torch.maximum(read / (gpu["bandwidth_gb_s"] * 1e9), computing) / setup["gpus"]


def plan(model, gpu, setup, schemes):
    fits, entries = False, {}
    for scheme in schemes:
        most = (kv_room(model, gpu, setup, scheme) or 0) // setup["context"]
        fits = fits or most > 0
        batches = [1]
        while batches[-1] < most:
            batches.append(batches[-1] + 1)
        for batch in reversed(batches if most else []):
            seconds = step_seconds(model, gpu, setup, scheme, batch, batch * setup["context"]).item()
            if 1 / seconds >= setup["wanted"]:
                entries[scheme["name"]] = (batch, scheme)
                break
    if not fits:
        return None

    def entry(scheme, batch):
        rate = batch / step_seconds(model, gpu, setup, scheme, batch, batch * setup["context"]).item()
        cost = setup["gpus"] * setup["price"] / (3600 * rate / 1e6)
        return {"cost": cost, "rate": rate, "batch": batch, "scheme": scheme["name"]}

    many = [entry(scheme, batch) for batch, scheme in entries.values()]
    first = next((scheme for scheme in schemes if scheme["name"] in entries), None)
    return {
        "best_batch": min(many, key=lambda found: found["cost"]) if many else None,
        "one_stream": entry(first, 1) if first else None,
    }
