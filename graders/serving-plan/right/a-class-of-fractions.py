"""A class, and exact fractions all the way: no rounding to think about until a float is returned, but slower."""

from fractions import Fraction
from math import floor
from types import SimpleNamespace


class Deployment:
    def __init__(self, model, scheme, gpu=None, setup=None):
        self.m, self.s = SimpleNamespace(**model), SimpleNamespace(**scheme)
        self.g, self.u = SimpleNamespace(**(gpu or {})), SimpleNamespace(**(setup or {}))
        self.query = self.m.num_attention_heads * self.m.head_dim
        self.kv = self.m.num_key_value_heads * self.m.head_dim

    def layers(self):
        h, inner = self.m.hidden_size, self.m.intermediate_size
        yield from ((self.query, h), (self.kv, h), (self.kv, h), (h, self.query))
        yield from ((inner, h), (inner, h), (h, inner))

    def table(self):
        return 2 * self.m.vocab_size * self.m.hidden_size

    def read(self):
        bits = 0
        for outputs, inputs in self.layers():
            bits += outputs * inputs * self.s.bits
            if self.s.group:
                parts = 1 if self.s.group == "row" else (inputs + self.s.group - 1) // self.s.group
                bits += outputs * parts * (self.s.scale_bits + self.s.zero_point_bits)
        norms = 2 * (2 * self.m.num_hidden_layers + 1) * self.m.hidden_size
        return Fraction(bits * self.m.num_hidden_layers, 8) + norms + self.table()

    def stored(self):
        return self.read() + (not self.m.tie_word_embeddings) * self.table()

    def cache(self, bits, tokens):
        return Fraction(2 * self.m.num_hidden_layers * self.kv * bits * tokens, 8)

    def room(self):
        each = Fraction(self.u.usable) * self.g.memory_bytes
        each -= self.u.prefill_tokens * (2 * self.m.hidden_size + 2 * self.m.intermediate_size) * 2
        left = self.u.gpus * each - self.stored()
        return None if left < 0 else floor(left / self.cache(self.u.kv_bits, 1))

    def seconds(self, new, cached):
        weights = self.m.num_hidden_layers * sum(o * i for o, i in self.layers())
        weights += self.m.vocab_size * self.m.hidden_size
        tera = self.g.int8_tops if self.s.activation_bits == 8 else self.g.bf16_tflops
        reading = (self.read() + self.cache(self.u.kv_bits, cached)) / Fraction(self.g.bandwidth_gb_s) / 10**9
        computing = Fraction(2 * weights * new) / Fraction(tera) / 10**12
        return max(reading, computing) / self.u.gpus

    def keeps_up(self, batch):
        return self.seconds(batch, batch * self.u.context) * Fraction(self.u.wanted) <= 1

    def entry(self, batch):
        rate = batch / self.seconds(batch, batch * self.u.context)
        cost = self.u.gpus * Fraction(self.u.price) * 10**6 / (3600 * rate)
        return {"scheme": self.s.name, "batch": float(batch), "rate": float(rate), "cost": float(cost)}


def weight_bytes(model, scheme):
    return float(Deployment(model, scheme).stored())


def read_bytes(model, scheme):
    return float(Deployment(model, scheme).read())


def kv_bytes(model, kv_bits, tokens):
    return int(2 * model["num_hidden_layers"] * model["num_key_value_heads"] * model["head_dim"] * tokens) * (
        kv_bits // 8
    )


def kv_room(model, gpu, setup, scheme):
    return Deployment(model, scheme, gpu, setup).room()


def step_seconds(model, gpu, setup, scheme, new_tokens, cached_tokens):
    return float(Deployment(model, scheme, gpu, setup).seconds(new_tokens, cached_tokens))


def plan(model, gpu, setup, schemes):
    found = {"one_stream": None, "best_batch": None, "why": "too slow"}
    fits = False
    for scheme in schemes:
        deployment = Deployment(model, scheme, gpu, setup)
        low, high = 0, (deployment.room() or 0) // setup["context"] + 1
        if high == 1:
            continue
        fits = True
        while high - low > 1:  # low keeps up, high does not
            middle = (low + high) // 2
            low, high = (middle, high) if deployment.keeps_up(middle) else (low, middle)
        if low == 0:
            continue
        if found["one_stream"] is None:
            found["one_stream"] = deployment.entry(1)
        entry = deployment.entry(low)
        if found["best_batch"] is None or entry["cost"] < found["best_batch"]["cost"]:
            found["best_batch"] = entry
    return found if fits else None
