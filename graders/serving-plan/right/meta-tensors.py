"""Builds the model on the meta device and asks its tensors: torch counts, at the price of a slower planner."""

import math

import torch


def tensors(model):
    """Every tensor by name; a tied head is the embedding itself."""
    h, inner = model["hidden_size"], model["intermediate_size"]
    q = model["num_attention_heads"] * model["head_dim"]
    kv = model["num_key_value_heads"] * model["head_dim"]
    table = torch.empty(model["vocab_size"], h, dtype=torch.bfloat16, device="meta")
    found = {"embedding": table, "head": table if model["tie_word_embeddings"] else table.clone()}
    block = {"q": (q, h), "k": (kv, h), "v": (kv, h), "o": (h, q)}
    block |= {"gate": (inner, h), "up": (inner, h), "down": (h, inner)}
    for name, shape in block.items():
        found[name] = torch.empty(model["num_hidden_layers"], *shape, dtype=torch.bfloat16, device="meta")
    found["norms"] = torch.empty(2 * model["num_hidden_layers"] + 1, h, dtype=torch.bfloat16, device="meta")
    return found


def stored(tensor, scheme):
    """Bytes of one tensor [blocks, rows, columns] under the scheme."""
    if scheme["group"] is None:
        return tensor.nbytes
    blocks, rows, columns = tensor.shape
    in_a_row = 1 if scheme["group"] == "row" else math.ceil(columns / scheme["group"])
    beside = blocks * rows * in_a_row * (scheme["scale_bits"] + scheme["zero_point_bits"])
    return (tensor.numel() * scheme["bits"] + beside) // 8


def weight_bytes(model, scheme):
    found = {id(tensor): (name, tensor) for name, tensor in tensors(model).items()}
    return sum(
        tensor.nbytes if name in ("embedding", "head", "norms") else stored(tensor, scheme)
        for name, tensor in found.values()
    )


def read_bytes(model, scheme):
    found = tensors(model)
    looked_up = found["embedding"].nbytes if found["embedding"] is not found["head"] else 0
    return weight_bytes(model, scheme) - looked_up


def kv_bytes(model, kv_bits, tokens):
    one = torch.empty(
        model["num_hidden_layers"], 2, model["num_key_value_heads"], model["head_dim"], device="meta"
    )
    return one.numel() * kv_bits * tokens / 8


def kv_room(model, gpu, setup, scheme):
    width = 2 * (model["hidden_size"] + model["intermediate_size"])
    held = torch.empty(
        setup["gpus"], setup["prefill_tokens"], width, dtype=torch.float16, device="meta"
    ).nbytes
    left = gpu["memory_bytes"] * setup["gpus"] * setup["usable"] - held - weight_bytes(model, scheme)
    return None if left < 0 else math.floor(left / kv_bytes(model, setup["kv_bits"], 1))


def step_seconds(model, gpu, setup, scheme, new_tokens, cached_tokens):
    multiplied = sum(t.numel() for name, t in tensors(model).items() if name not in ("embedding", "norms"))
    rate = {16: gpu["bf16_tflops"], 8: gpu["int8_tops"]}[scheme["activation_bits"]] * 1e12
    read = read_bytes(model, scheme) + kv_bytes(model, setup["kv_bits"], cached_tokens)
    times = torch.tensor(
        [read / (gpu["bandwidth_gb_s"] * 1e9), 2 * multiplied * new_tokens / rate], dtype=torch.float64
    )
    return times.amax() / setup["gpus"]


def plan(model, gpu, setup, schemes):
    def each(scheme, batch):
        return 1 / float(step_seconds(model, gpu, setup, scheme, batch, batch * setup["context"]))

    def entry(scheme, batch):
        rate = batch * each(scheme, batch)
        return {
            "scheme": scheme["name"],
            "batch": torch.tensor(batch),
            "rate": torch.tensor(rate),
            "cost": torch.tensor(setup["price"] * setup["gpus"] / 3600 / rate * 1e6, dtype=torch.float64),
        }

    rooms = [(scheme, kv_room(model, gpu, setup, scheme)) for scheme in schemes]
    rooms = [(scheme, room // setup["context"]) for scheme, room in rooms if room is not None]
    rooms = [(scheme, most) for scheme, most in rooms if most]
    if not rooms:
        return None
    answer = {"one_stream": None, "best_batch": None}
    for scheme, most in rooms:
        if each(scheme, 1) < setup["wanted"]:
            continue
        batch, step = 1, 1 << most.bit_length()
        while step:  # the largest batch, bit by bit
            if batch + step <= most and each(scheme, batch + step) >= setup["wanted"]:
                batch += step
            step >>= 1
        answer["one_stream"] = answer["one_stream"] or entry(scheme, 1)
        tried = entry(scheme, batch)
        if answer["best_batch"] is None or tried["cost"] < answer["best_batch"]["cost"]:
            answer["best_batch"] = tried
    return answer
