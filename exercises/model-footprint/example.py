"""Public examples of model-footprint: run with `tutor try model-footprint`."""

import tempfile

import torch
from solution import above_half, account, load_model, logits
from transformers import GPT2Config, GPT2LMHeadModel

# The shape of GPT-2: no model is needed to count its bytes.
gpt2 = {
    "vocab_size": 50257,
    "n_positions": 1024,
    "n_embd": 768,
    "n_layer": 12,
    "n_inner": None,
    "tie_word_embeddings": True,
}
print("32 bits", account(gpt2, "float32", False)["footprint"])  # 497759232
print("16 bits", account(gpt2, "float16", False)["footprint"])  # 248879616
print("8 bits ", account(gpt2, "float32", True))
print("above half of 16 bits", above_half(gpt2, "float32"))

# A small model of that architecture, with random weights, written to a folder and loaded again.
small = {**gpt2, "vocab_size": 300, "n_positions": 64, "n_embd": 64, "n_layer": 2}
torch.manual_seed(0)
folder = tempfile.mkdtemp()
GPT2LMHeadModel(GPT2Config(**small, n_head=4, bos_token_id=0, eos_token_id=0)).save_pretrained(folder)
tokens = torch.randint(300, (2, 20))
exact = None
for dtype, int8 in (("float32", False), ("float16", False), ("float32", True)):
    model = load_model(folder, dtype, int8)
    said = logits(model, tokens).float()
    exact = said if exact is None else exact
    error = float((said - exact).norm() / exact.norm())
    told, counted = model.get_memory_footprint(), account(small, dtype, int8)["footprint"]
    print(f"{dtype}, int8 {int8}: told {told:,}, counted {counted:,} bytes, logits differ by {error:.1e}")
