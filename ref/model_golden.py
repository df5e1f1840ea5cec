"""Writes the goldens of internal/model: tiny checkpoints and the logits that transformers computes with them.

    uv run --project ref ref/model_golden.py

A folder per case: a checkpoint as it would lie on a hub, and expected.safetensors with input_ids, lengths (of the
sequences laid end to end in input_ids) and logits.
"""

import json
import tempfile
from pathlib import Path

from common import inputs, load_model, logits, rng, start, tokens, write_json, write_model, write_tensors

import bitsandbytes as bnb
import torch
from safetensors.torch import load_file
from transformers import AutoConfig, BitsAndBytesConfig

QWEN2_HUB = {
    "architectures": ["Qwen2ForCausalLM"],
    "attention_dropout": 0.0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "hidden_act": "silu",
    "hidden_size": 32,
    "initializer_range": 0.02,
    "intermediate_size": 56,
    "max_position_embeddings": 512,
    "max_window_layers": 1,
    "model_type": "qwen2",
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-6,
    "rope_theta": 10000.0,
    "sliding_window": 8,  # without effect: use_sliding_window is false
    "tie_word_embeddings": False,
    "torch_dtype": "float32",
    "use_cache": True,
    "use_sliding_window": False,
    "vocab_size": 61,
}
QWEN3_HUB = {
    **QWEN2_HUB,
    "architectures": ["Qwen3ForCausalLM"],
    "attention_bias": False,
    "head_dim": 8,
    "model_type": "qwen3",
    "rope_scaling": None,
    "sliding_window": None,
}
MOE_HUB = {
    **QWEN3_HUB,
    "architectures": ["Qwen3MoeForCausalLM"],
    "decoder_sparse_step": 1,
    "mlp_only_layers": [],
    "model_type": "qwen3_moe",
    "moe_intermediate_size": 24,
    "norm_topk_prob": True,
    "num_experts": 7,
    "num_experts_per_tok": 3,
    "router_aux_loss_coef": 0.0,
}
YARN = {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 64}
WIDE_HEAD = {"num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 32}  # with frequencies inside YaRN's ramp
LONG = [130, 3, 40]  # lengths of sequences: beyond every window and every original_max_position_embeddings


def hub(base, **fields):
    """A config.json as hubs have it; a field given as None is left out."""
    merged = {**base, **fields}
    return {key: value for key, value in merged.items() if value is not None or key not in fields}


def v5(base, **fields):
    """The config.json that transformers 5 writes for the same model."""
    fields = {key: value for key, value in {**base, **fields}.items() if key not in ("torch_dtype", "rope_scaling")}
    config = AutoConfig.for_model(fields.pop("model_type"), dtype="float32", **fields)
    return {"transformers_version": "5.23.0", **config.to_diff_dict(), "model_type": config.model_type}


CASES = {
    "qwen2_tied": (hub(QWEN2_HUB, tie_word_embeddings=True, rope_theta=None), [5, 37]),
    "qwen2_untied": (v5(QWEN2_HUB, num_attention_heads=2, num_key_value_heads=1, vocab_size=97), [5, 37]),
    "qwen2_window": (hub(QWEN2_HUB, use_sliding_window=True, sliding_window=24, num_hidden_layers=3), LONG),
    "qwen2_window_types": (
        v5(
            QWEN2_HUB,
            use_sliding_window=True,
            sliding_window=17,
            num_hidden_layers=3,
            layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        ),
        LONG,
    ),
    "qwen2_yarn": (
        hub(
            QWEN2_HUB,
            num_attention_heads=2,
            rope_scaling={"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64},
        ),
        LONG,
    ),
    "qwen2_linear": (hub(QWEN2_HUB, rope_scaling={"type": "linear", "factor": 3.0}), LONG),
    "qwen2_multi_head": (hub(QWEN2_HUB, num_key_value_heads=4, rms_norm_eps=1e-2, num_hidden_layers=4), [1, 21]),
    "qwen3_tied": (v5(QWEN3_HUB, tie_word_embeddings=True), [5, 37]),
    "qwen3_untied": (hub(QWEN3_HUB, vocab_size=127, num_hidden_layers=3), [5, 37]),
    "qwen3_yarn": (v5(QWEN3_HUB, **WIDE_HEAD, rope_parameters={**YARN, "truncate": False}), LONG),
    "qwen3_yarn_factor": (
        v5(
            QWEN3_HUB,
            **WIDE_HEAD,
            rope_parameters={**YARN, "attention_factor": 1.25, "beta_fast": 4.0, "beta_slow": 2.0},
        ),
        LONG,
    ),
    "qwen3_bias": (hub(QWEN3_HUB, attention_bias=True, num_attention_heads=6, num_key_value_heads=2), [5, 37]),
    "qwen3_head_dim": (v5(QWEN3_HUB, head_dim=20, num_key_value_heads=1), [5, 37]),
    "qwen3_theta": (hub(QWEN3_HUB, rope_theta=1e6, head_dim=16), [5, 101]),
    "qwen3_window": (v5(QWEN3_HUB, use_sliding_window=True, sliding_window=5, num_hidden_layers=3), [5, 101]),
    "qwen3_bf16": (hub(QWEN3_HUB, torch_dtype="bfloat16", tie_word_embeddings=True, head_dim=16), [5, 37]),
    "qwen3_sharded": (v5(QWEN3_HUB), [5, 37]),
    "moe_hub": (hub(MOE_HUB, num_hidden_layers=3), [5, 37]),
    "moe_v5": (v5(MOE_HUB, num_experts=5, num_experts_per_tok=1), [5, 37]),
    "moe_dense_layers": (
        hub(MOE_HUB, num_hidden_layers=4, mlp_only_layers=[1], decoder_sparse_step=2, norm_topk_prob=None),
        [5, 37],
    ),
    "moe_no_head_dim": (hub(MOE_HUB, head_dim=None, num_experts_per_tok=7, tie_word_embeddings=True), [5, 37]),
    "moe_bf16": (hub(MOE_HUB, torch_dtype="bfloat16", head_dim=16), [5, 37]),
    "moe_nf4": (hub(MOE_HUB, hidden_size=64, moe_intermediate_size=40, torch_dtype="bfloat16", head_dim=16), [5, 37]),
    "qwen2_nf4": (hub(QWEN2_HUB, hidden_size=64, intermediate_size=136), [5, 37]),
    "qwen3_nf4": (hub(QWEN3_HUB, hidden_size=64, intermediate_size=136, head_dim=16, torch_dtype="bfloat16"), [5, 37]),
}


def shard(folder):
    """Rewrites a checkpoint as shards with an index."""
    load_model(folder).save_pretrained(folder, max_shard_size="30KB")
    (folder / "model.safetensors").unlink()


def quantise(folder, dtype, double):
    """Rewrites a checkpoint as bitsandbytes' pre-quantised NF4."""
    scheme = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=double,
        bnb_4bit_compute_dtype=torch.float32,
    )
    load_model(folder, dtype=dtype, quantization_config=scheme).save_pretrained(folder)


def quantise_experts(folder):
    """Rewrites a checkpoint with every projection in NF4, experts too, as they are uploaded from transformers 4.

    Returns the weights that they decode to: transformers 5 cannot load such files.
    """
    weights, decoded = {}, {}
    for name, tensor in load_file(folder / "model.safetensors").items():
        decoded[name] = tensor
        if not name.endswith("_proj.weight"):
            weights[name] = tensor
            continue
        packed, state = bnb.functional.quantize_4bit(tensor, quant_type="nf4", compress_statistics=True)
        weights[name] = packed
        weights.update({f"{name}.{key}": value for key, value in state.as_dict(packed=True).items()})
        decoded[name] = bnb.functional.dequantize_4bit(packed, state)
    write_tensors(folder / "model.safetensors", weights)
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config["quantization_config"] = {
        "quant_method": "bitsandbytes",
        "load_in_4bit": True,
        "bnb_4bit_quant_type": "nf4",
        "bnb_4bit_use_double_quant": True,
        "bnb_4bit_compute_dtype": "float32",
        "bnb_4bit_quant_storage": "uint8",
        "llm_int8_skip_modules": ["lm_head", "gate"],
    }
    write_json(path, config)
    return decoded


def reference(folder, name):
    """The model that the logits are computed with."""
    if name != "moe_nf4":
        return load_model(folder)
    decoded = quantise_experts(folder)
    with tempfile.TemporaryDirectory() as plain:
        config = json.loads((folder / "config.json").read_text())
        del config["quantization_config"]
        write_json(Path(plain) / "config.json", config)
        write_tensors(Path(plain) / "model.safetensors", decoded)
        return load_model(plain)


def write_checkpoint(folder, name, config):
    dtype = torch.bfloat16 if config.get("torch_dtype") == "bfloat16" else torch.float32
    write_model(folder, config, name, dtype, head_copy=name == "qwen3_bf16")
    if name == "qwen3_sharded":
        shard(folder)
    if name.endswith("_nf4") and name != "moe_nf4":
        quantise(folder, dtype, double=name == "qwen3_nf4")
    (folder / "generation_config.json").unlink(missing_ok=True)
    for path in folder.iterdir():
        path.chmod(0o644)


def write_cases(golden, cases):
    """Writes a folder per case: a checkpoint and the logits of some sequences of given lengths."""
    for name, (config, lengths) in cases.items():
        folder = golden / name
        write_checkpoint(folder, name, config)
        source = rng(name, "input_ids")
        sequences = [tokens(source, length, config["vocab_size"]) for length in lengths]
        expected = logits(reference(folder, name), sequences)
        write_tensors(folder / "expected.safetensors", {**inputs(sequences), "logits": expected})
        print(f"{name}: {expected.shape[0]} x {expected.shape[1]}, standard deviation {expected.std():.2f}")


def main():
    write_cases(start("model"), CASES)


if __name__ == "__main__":
    main()
