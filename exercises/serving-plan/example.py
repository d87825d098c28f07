"""Public examples of serving-plan: run with `tutor try serving-plan`."""

from solution import kv_bytes, kv_room, plan, read_bytes, step_seconds, weight_bytes

LLAMA_3_70B = {
    "num_hidden_layers": 80,
    "hidden_size": 8192,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "intermediate_size": 28672,
    "vocab_size": 128256,
    "tie_word_embeddings": False,
}
A100 = {"memory_bytes": 85_198_045_184, "bandwidth_gb_s": 2039, "bf16_tflops": 312, "int8_tops": 624}


def scheme(name, bits, group, scale_bits, zero_point_bits, activation_bits):
    return {
        "name": name,
        "bits": bits,
        "group": group,
        "scale_bits": scale_bits,
        "zero_point_bits": zero_point_bits,
        "activation_bits": activation_bits,
    }


# From the least loss to the most. W8A8: weights and activations are int8.
SCHEMES = [
    scheme("bf16", 16, None, 0, 0, 16),
    scheme("W8A8", 8, "row", 16, 0, 8),
    scheme("int4", 4, 128, 16, 4, 16),
]
SETUP = {
    "gpus": 2,
    "usable": 0.92,
    "kv_bits": 16,
    "prefill_tokens": 0,
    "context": 4096,
    "wanted": 30,  # tokens/s of each stream
    "price": 2.00,  # of one card for an hour, made up; enter yours
}

print(f"cache of a token: {kv_bytes(LLAMA_3_70B, 16, 1):,.0f} bytes")  # 327,680
for one in SCHEMES:
    print(f"\n{one['name']}")
    print(f"  stored {weight_bytes(LLAMA_3_70B, one):>15,}   read {read_bytes(LLAMA_3_70B, one):>15,}")
    for gpus in (1, 2):
        setup = {**SETUP, "gpus": gpus}
        rate = 1 / step_seconds(LLAMA_3_70B, A100, setup, one, 1, 0)
        room = kv_room(LLAMA_3_70B, A100, setup, one)
        print(f"  {gpus} card(s): one stream below {rate:6.2f} tokens/s, room for {room} tokens")

for gpus, wanted in ((2, 30), (2, 20), (1, 30), (1, 80)):
    setup = {**SETUP, "gpus": gpus, "prefill_tokens": 2048, "wanted": wanted}
    print(f"\n{gpus} card(s), {wanted} tokens/s wanted for each stream")
    answer = plan(LLAMA_3_70B, A100, setup, SCHEMES)
    for key in ("one_stream", "best_batch"):
        print(f"  {key}: {answer[key]}")

print(f"\n1 card, bf16 alone: {plan(LLAMA_3_70B, A100, {**SETUP, 'gpus': 1}, SCHEMES[:1])}")  # None
