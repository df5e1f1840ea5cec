"""Writes the goldens of internal/model/qwen3next: tiny Qwen3-Next checkpoints, their logits and gradients in transformers.

    uv run --project ref ref/next_golden.py

A folder per case: a checkpoint as it would lie on a hub, one tensor per expert, and expected.safetensors with input_ids, lengths (of the
sequences laid end to end in input_ids), logits, loss (the mean over all next tokens) and grad, its gradient in the embedded
tokens. transformers computes sequence by sequence: without causal_conv1d it refuses packed ones.
"""

from common import inputs, load_model, rng, start, tokens, write_model, write_tensors
from model_golden import hub, quantise, v5

import torch

NEXT_HUB = {
    "architectures": ["Qwen3NextForCausalLM"],
    "attention_bias": False,
    "attention_dropout": 0.0,
    "bos_token_id": 1,
    "decoder_sparse_step": 1,
    "eos_token_id": 2,
    "full_attention_interval": 3,
    "head_dim": 16,
    "hidden_act": "silu",
    "hidden_size": 32,
    "initializer_range": 0.02,
    "intermediate_size": 40,
    "linear_conv_kernel_dim": 4,
    "linear_key_head_dim": 8,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 4,
    "linear_value_head_dim": 12,
    "max_position_embeddings": 512,
    "mlp_only_layers": [],
    "model_type": "qwen3_next",
    "moe_intermediate_size": 12,
    "norm_topk_prob": True,
    "num_attention_heads": 4,
    "num_experts": 6,
    "num_experts_per_tok": 2,
    "num_hidden_layers": 6,
    "num_key_value_heads": 2,
    "output_router_logits": False,
    "partial_rotary_factor": 0.25,
    "rms_norm_eps": 1e-6,
    "rope_scaling": None,
    "rope_theta": 10000.0,
    "router_aux_loss_coef": 0.001,
    "shared_expert_intermediate_size": 20,
    "tie_word_embeddings": False,
    "torch_dtype": "float32",
    "use_cache": True,
    "vocab_size": 61,
}
LENGTHS = [3, 150, 64]  # in chunks of 64: less than one, with a ragged end, exactly one
CASES = {
    "next_hub": hub(NEXT_HUB),
    "next_v5": v5(
        {
            key: value
            for key, value in NEXT_HUB.items()
            if key not in ("full_attention_interval", "rope_theta", "partial_rotary_factor")
        },
        layer_types=["full_attention", "linear_attention", "linear_attention", "full_attention", "linear_attention"],
        linear_num_key_heads=2,
        linear_num_value_heads=2,
        linear_conv_kernel_dim=3,
        mlp_only_layers=[1],
        norm_topk_prob=False,
        num_hidden_layers=5,
        rope_parameters={"rope_type": "default", "rope_theta": 50000.0, "partial_rotary_factor": 0.5},
        tie_word_embeddings=True,
    ),
    "next_bf16": hub(NEXT_HUB, num_hidden_layers=3, mlp_only_layers=[2], torch_dtype="bfloat16"),
    "next_nf4": hub(NEXT_HUB, num_hidden_layers=3, hidden_size=64, linear_value_head_dim=16),
}


def write_checkpoint(folder, name, config):
    write_model(folder, config, name, torch.bfloat16 if config.get("torch_dtype") == "bfloat16" else torch.float32)
    if name.endswith("_nf4"):
        quantise(folder, torch.float32, double=True)
    (folder / "generation_config.json").unlink(missing_ok=True)
    for path in folder.iterdir():
        path.chmod(0o644)


def compute(model, sequences):
    """Logits and embedding gradients of each sequence on its own, one below the other, and the mean loss."""
    count = sum(len(ids) - 1 for ids in sequences)
    rows, grads, total = [], [], 0.0
    for ids in sequences:
        ids = torch.tensor([ids])
        embedded = model.get_input_embeddings()(ids).detach().requires_grad_()
        scores = model(inputs_embeds=embedded).logits[0].float()
        loss = torch.nn.functional.cross_entropy(scores[:-1], ids[0, 1:], reduction="sum") / count
        loss.backward()
        rows.append(scores.detach())
        grads.append(embedded.grad[0].float())
        total += loss.item()
    return {"logits": torch.cat(rows), "grad": torch.cat(grads), "loss": torch.tensor([total])}


def main():
    golden = start("model/qwen3next")
    for name, config in CASES.items():
        folder = golden / name
        write_checkpoint(folder, name, config)
        source = rng(name, "input_ids")
        sequences = [tokens(source, length, config["vocab_size"]) for length in LENGTHS]
        expected = compute(load_model(folder), sequences)
        write_tensors(folder / "expected.safetensors", {**inputs(sequences), **expected})
        print(
            f"{name}: loss {expected['loss'].item():.3f}, logits {expected['logits'].std():.2f}, gradients {expected['grad'].std():.1e}"
        )


if __name__ == "__main__":
    main()
