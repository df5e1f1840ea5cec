"""Writes the goldens of internal/adapter: adapters that PEFT saved, what they compute and what they merge to.

    uv run --project ref ref/adapter_golden.py

A folder per case:

    model_ref              name of the base, a case of internal/model's goldens
    adapter/               the adapter as PEFT saved it, all values random
    expected.safetensors   input_ids, lengths and logits of base and adapter together; merged.<tensor> of every weight
                           that merging changes, which a quantised base has none of

Run model_golden.py first. Of two patterns that match, the first counts; PEFT sorts them when it saves, so they are
sorted here.
"""

from common import (
    hub_layout,
    inputs,
    load_model,
    logits,
    randomise_adapter,
    rng,
    save_adapter,
    start,
    tokens,
    write_tensors,
)

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file

ALL_SEVEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
CASES = {
    "lora_patterns": (
        "qwen2_tied",
        {
            "target_modules": ["q_proj", "v_proj", "down_proj"],
            "rank_pattern": {"down_proj": 2, "layers.1.self_attn.q_proj": 6, "q_proj": 5},
            "alpha_pattern": {"model.layers.0.mlp.down_proj": 9, "v_proj": 3},
        },
    ),
    "rslora_patterns": (
        "qwen3_head_dim",
        {
            "target_modules": ALL_SEVEN,
            "use_rslora": True,
            "rank_pattern": {"k_proj|v_proj": 6, r"layers\.0\..*_proj": 3},
            "alpha_pattern": {"k_proj|o_proj": 5},
        },
    ),
    "dora_patterns": (
        "qwen2_untied",
        {"target_modules": ALL_SEVEN, "use_dora": True, "rank_pattern": {"o_proj": 1}, "alpha_pattern": {"up_proj": 2}},
    ),
    "dora_bias": (
        "qwen3_bias",
        {"target_modules": ["q_proj", "k_proj", "o_proj", "model.layers.1.mlp.gate_proj"], "use_dora": True},
    ),
    "lora_regex": ("qwen3_tied", {"target_modules": r".*\.1\.(self_attn\.(q|k)_proj|mlp\.down_proj)"}),
    "lora_excluded": (
        "qwen3_sharded",
        {"target_modules": ALL_SEVEN, "exclude_modules": ["v_proj", "model.layers.1.mlp.gate_proj"]},
    ),
    "rsdora_all_linear": ("qwen2_window", {"target_modules": "all-linear", "use_dora": True, "use_rslora": True}),
    "lora_all_linear": ("qwen3_yarn", {"target_modules": "all-linear"}),
    "lora_bf16": ("qwen3_bf16", {"target_modules": ALL_SEVEN}),
    "moe_fused": ("moe_hub", {"target_modules": ALL_SEVEN}),
    "moe_fused_rslora": ("moe_dense_layers", {"target_modules": ALL_SEVEN, "use_rslora": True}),
    "moe_fused_down": ("moe_hub", {"target_modules": ["q_proj", "down_proj"], "rank_pattern": {"down_proj": 2}}),
    "moe_fused_gate_up": ("moe_v5", {"target_modules": ["gate_proj", "up_proj"]}),
    "moe_router": ("moe_hub", {"target_modules": ["gate", "v_proj"], "alpha_pattern": {"v_proj": 3}}),
    "moe_attention": ("moe_bf16", {"target_modules": ["q_proj", "o_proj"]}),
    "qlora": ("qwen3_nf4", {"target_modules": ALL_SEVEN}),
    "qdora": ("qwen2_nf4", {"target_modules": ALL_SEVEN, "use_dora": True}),
}


def write_adapter(folder, base, name, options):
    model = get_peft_model(load_model(base), LoraConfig(task_type="CAUSAL_LM", **{"r": 4, "lora_alpha": 6, **options}))
    randomise_adapter(model, name)
    save_adapter(model, folder, base.name)


def merged(base, adapter, dtype):
    """The model after merging, and the weights that merging changed."""
    model = load_model(base, dtype=dtype)
    before = {name: tensor.clone() for name, tensor in hub_layout(model.state_dict()).items()}
    model = PeftModel.from_pretrained(model, adapter).merge_and_unload()
    after = hub_layout(model.state_dict())
    return model, {f"merged.{name}": after[name] for name in before if not torch.equal(before[name], after[name])}


def write_case(golden, bases, name):
    base_name, options = CASES[name]
    folder, base = golden / name, bases / base_name
    folder.mkdir()
    (folder / "model_ref").write_text(base_name + "\n")
    write_adapter(folder / "adapter", base, name, options)

    model = PeftModel.from_pretrained(load_model(base), folder / "adapter").train()
    source = rng(name, "input_ids")
    sequences = [tokens(source, length, model.config.vocab_size) for length in (4, 35)]
    expected = {**inputs(sequences), "logits": logits(model, sequences)}
    if not base_name.endswith("_nf4"):
        dtype = torch.bfloat16 if base_name.endswith("_bf16") else torch.float32
        whole, weights = merged(base, folder / "adapter", dtype)
        difference = (logits(whole, sequences) - expected["logits"]).abs().max().item()
        if dtype == torch.float32 and difference > 1e-3:
            raise SystemExit(f"{name}: logits change by {difference} in merging")
        expected.update(weights)
    write_tensors(folder / "expected.safetensors", expected)
    plain = (logits(load_model(base), sequences) - expected["logits"]).abs().max()
    tensors = len(load_file(folder / "adapter" / "adapter_model.safetensors"))
    print(
        f"{name}: {tensors} adapter tensors, {len(expected) - 3} merged; the adapter moves logits by up to {plain:.1f}"
    )


def main():
    golden = start("adapter")
    bases = golden.parents[2] / "model" / "testdata" / "golden"
    for name in CASES:
        write_case(golden, bases, name)


if __name__ == "__main__":
    main()
