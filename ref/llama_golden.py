"""Writes the goldens of internal/model/llama: tiny Llama checkpoints and the logits that transformers computes with them.

    uv run --project ref ref/llama_golden.py

A folder per case, as model_golden.py writes them.
"""

from common import start
from model_golden import LONG, hub, v5, write_cases

LLAMA_HUB = {
    "architectures": ["LlamaForCausalLM"],
    "attention_bias": False,
    "attention_dropout": 0.0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "hidden_act": "silu",
    "hidden_size": 32,
    "initializer_range": 0.02,
    "intermediate_size": 56,
    "max_position_embeddings": 512,
    "mlp_bias": False,
    "model_type": "llama",
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "num_key_value_heads": 2,
    "pretraining_tp": 1,
    "rms_norm_eps": 1e-5,
    "rope_scaling": None,
    "rope_theta": 10000.0,
    "tie_word_embeddings": False,
    "torch_dtype": "float32",
    "use_cache": True,
    "vocab_size": 61,
}
# Frequencies on both sides of the ramp and on it.
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}
WIDE_HEAD = {"num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 32}
CASES = {
    "llama_hub": (hub(LLAMA_HUB), [5, 37]),
    "llama_tied": (v5(LLAMA_HUB, tie_word_embeddings=True, num_key_value_heads=4), [5, 37]),
    "llama_3_2": (hub(LLAMA_HUB, **WIDE_HEAD, rope_scaling=LLAMA3, tie_word_embeddings=True, rope_theta=500000.0), LONG),
    "llama_3_2_v5": (v5(LLAMA_HUB, **WIDE_HEAD, rope_parameters={**LLAMA3, "rope_theta": 10000.0, "high_freq_factor": 2.5}), LONG),
    "llama_linear": (hub(LLAMA_HUB, rope_scaling={"type": "linear", "factor": 3.0}), LONG),
    "llama_bias": (hub(LLAMA_HUB, attention_bias=True, head_dim=20, num_key_value_heads=1), [5, 37]),
    "llama_bf16": (hub(LLAMA_HUB, torch_dtype="bfloat16"), [5, 37]),
    "llama_nf4": (hub(LLAMA_HUB, hidden_size=64, intermediate_size=136), [5, 37]),
}


if __name__ == "__main__":
    write_cases(start("model/llama"), CASES)
