"""Proves what `graft quantize` writes with transformers and bitsandbytes.

    uv run --project ref ref/quantize_interop.py GRAFT

A dense model: transformers loads the 4-bit files as a model that it quantised itself, with the same weights and logits. Models with experts,
whose files have a matrix for each expert (transformers 5 cannot load these): bitsandbytes decodes every matrix to what it makes of the
original, and all else is as it was. With scales that are not quantised themselves, everything must be equal to the bit; doubly quantised,
codes must be, and scales may differ by bitsandbytes' own encoder, which misses the nearest code now and then.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from common import load_model, logits

import bitsandbytes.functional as bnb
import torch
import transformers
from bitsandbytes.functional import QuantState
from safetensors.torch import load_file

STATE = ".quant_state.bitsandbytes__nf4"
SIDES = ("absmax", "quant_map", "nested_absmax", "nested_quant_map", STATE[1:])
COMMON = {
    "vocab_size": 160,
    "hidden_size": 64,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 24,
    "eos_token_id": 2,
    "tie_word_embeddings": False,
}
EXPERTS = {"num_experts": 6, "num_experts_per_tok": 2, "moe_intermediate_size": 40}
MODELS = {
    "qwen3": (transformers.Qwen3Config, transformers.Qwen3ForCausalLM, {"intermediate_size": 96}),
    "qwen3_moe": (
        transformers.Qwen3MoeConfig,
        transformers.Qwen3MoeForCausalLM,
        {**EXPERTS, "intermediate_size": 96, "mlp_only_layers": [1]},
    ),
    "qwen3_next": (
        transformers.Qwen3NextConfig,
        transformers.Qwen3NextForCausalLM,
        {
            **EXPERTS,
            "shared_expert_intermediate_size": 48,
            "linear_num_key_heads": 2,
            "linear_num_value_heads": 4,
            "linear_key_head_dim": 16,
            "linear_value_head_dim": 16,
        },
    ),
}


def check(what, ok):
    if not ok:
        raise SystemExit(f"FAILED: {what}")
    print("ok:", what)


def quantize(graft, plain, output, double):
    options = ["--max-shard-size", "1", f"--double-quant={str(double).lower()}"]
    subprocess.run([graft, "quantize", plain, "--output", output, "-q", *options], check=True)
    return {name: tensor for file in sorted(output.glob("*.safetensors")) for name, tensor in load_file(file).items()}


def decode(tensors, name):
    """What bitsandbytes makes of a matrix in the files."""
    state = {side: tensors[f"{name}.{side}"] for side in SIDES if f"{name}.{side}" in tensors}
    return bnb.dequantize_4bit(tensors[name], QuantState.from_dict(state, torch.device("cpu")))


def matrices(plain, ours, double):
    """Compares every tensor of the files with the original; returns how many are in 4 bits."""
    count = worst = 0
    for name, original in plain.items():
        if name + STATE not in ours:
            if not torch.equal(original, ours[name]):
                raise SystemExit(f"FAILED: {name} changed")
            continue
        count += 1
        codes, state = bnb.quantize_4bit(original, quant_type="nf4", compress_statistics=double)
        if not torch.equal(codes, ours[name]):
            raise SystemExit(f"FAILED: codes of {name}")
        theirs, mine = bnb.dequantize_4bit(codes, state), decode(ours, name)
        difference = ((theirs.float() - mine.float()).norm() / theirs.float().norm()).item()
        if mine.shape != original.shape or difference > (0.01 if double else 0):
            raise SystemExit(f"FAILED: {name} decodes to something else: {difference}")
        worst = max(worst, difference)
    extra = {name for name in ours if name not in plain and not name.endswith(tuple("." + side for side in SIDES))}
    if extra:
        raise SystemExit(f"FAILED: tensors that the original does not have: {extra}")
    return count, worst


def prove(graft, work, family, double):
    config, model, fields = MODELS[family]
    torch.manual_seed(len(family) + double)
    plain = work / "plain"
    model(config(**COMMON, **fields)).to(torch.bfloat16).save_pretrained(plain)
    ours = quantize(graft, plain, work / "nf4", double)
    count, worst = matrices(load_file(plain / "model.safetensors"), ours, double)
    kind = "doubly quantised" if double else "plain scales"
    check(f"{family}, {kind}: bitsandbytes decodes {count} matrices, off by {worst:.1e}", count >= 4 * 7)
    if family != "qwen3":
        return
    quantisation = transformers.BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=double,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )
    sequences = [list(range(1, 40)), list(range(100, 150))]
    a = logits(load_model(work / "nf4", dtype=torch.bfloat16), sequences)
    b = logits(load_model(plain, dtype=torch.bfloat16, quantization_config=quantisation), sequences)
    difference = ((a - b).abs().max() / b.std()).item()
    check(
        f"{family}, {kind}: transformers loads it, logits off by {difference:.1e}", difference <= (0.1 if double else 0)
    )


def main():
    graft = Path(sys.argv[1]).resolve()
    for family in MODELS:
        for double in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                prove(graft, Path(folder), family, double)
    print(f"{len(MODELS)} architectures, both kinds of scales: bitsandbytes reads what graft quantize writes")


if __name__ == "__main__":
    main()
