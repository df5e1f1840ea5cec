"""Writes the goldens of internal/dtype, safetensors, quant and weights.

    uv run --project ref ref/formats_golden.py

What each file holds is said by the function that writes it; every value in it comes from the libraries.
"""

import hashlib
import json
import struct
import tempfile

from common import start, write_json, write_tensors  # first: it sets what the libraries read when they are imported

# isort: split
import bitsandbytes.functional as bnb
import numpy as np
import torch
import transformers
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.auto.configuration_auto import CONFIG_MAPPING


def raw_bytes(tensor):
    return tensor.contiguous().reshape(-1).view(torch.uint8).tolist()


def casts():
    """Float32 bit patterns and what torch's casts make of them."""
    rng = np.random.default_rng(0)
    edges = [  # largest values of the formats, what rounds to them, subnormals
        0.0,
        -0.0,
        1.0,
        448.0,
        464.0,
        465.0,
        480.0,
        57344.0,
        61439.0,
        61440.0,
        65504.0,
        65519.0,
        65520.0,
        1e5,
        3.4e38,
        1e-40,
        2.0**-9,
        2.0**-10,
        2.0**-16,
        2.0**-17,
        2.0**-24,
        2.0**-25,
        float("inf"),
        float("-inf"),
    ]
    scaled = rng.standard_normal(400) * 2.0 ** rng.integers(-30, 20, 400)
    ties = (rng.integers(0, 256, 200) * 2 + 1) * 2.0 ** rng.integers(-20, 10, 200)
    x = torch.tensor(np.concatenate([edges, scaled, ties]).astype(np.float32))
    write_json(
        start("dtype") / "casts.json",
        {
            "f32": x.view(torch.uint32).tolist(),
            "bf16": x.to(torch.bfloat16).view(torch.uint16).tolist(),
            "f16": x.to(torch.float16).view(torch.uint16).tolist(),
            "e4m3": x.to(torch.float8_e4m3fn).view(torch.uint8).tolist(),
            "e5m2": x.to(torch.float8_e5m2).view(torch.uint8).tolist(),
        },
    )


def container():
    """A file with every dtype that fills whole bytes, a scalar, an empty tensor and an awkward name."""
    every = [
        "bool",
        "uint8",
        "int8",
        "float8_e5m2",
        "float8_e4m3fn",
        "float8_e8m0fnu",
        "int16",
        "uint16",
        "float16",
        "bfloat16",
        "int32",
        "uint32",
        "float32",
        "complex64",
        "float64",
        "int64",
        "uint64",
    ]
    tensors = {}
    for i, name in enumerate(every):
        dtype = getattr(torch, name)
        raw = torch.arange(2 * dtype.itemsize * 3, dtype=torch.int16).add(17 * i).to(torch.uint8)
        if dtype == torch.bool:
            raw = raw % 2
        tensors[f"layer.{i}.{name}"] = raw.view(dtype).reshape(2, 3)
    tensors["scalar"] = torch.tensor(1.5)
    tensors["empty"] = torch.zeros(3, 0, dtype=torch.float16)
    tensors['a "b" <é>'] = torch.ones(1, dtype=torch.bfloat16)
    path = start("safetensors") / "python.safetensors"
    write_tensors(path, tensors)
    content = path.read_bytes()
    header = json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]])
    write_json(
        path.with_suffix(".json"),
        {
            "tensors": [
                {"name": k, "dtype": header[k]["dtype"], "shape": list(v.shape), "bytes": raw_bytes(v)}
                for k, v in sorted(tensors.items())
            ]
        },
    )


def nearest(absmax, offset):
    """Doubly quantises as bitsandbytes on a GPU: its CPU kernel takes a table's short cut and is off by one now and then."""
    code = bnb.create_dynamic_map()
    scaled = [d * (1.0 / d.abs().max().clamp(min=1e-38)) for d in (absmax - offset).split(256)]
    return torch.bucketize(torch.cat(scaled), (code[:-1] + code[1:]) / 2, out_int32=True).to(torch.uint8)


def nf4_cases():
    """Yields (name, matrix, block size, whether doubly quantised)."""
    g = torch.Generator().manual_seed(1)
    for i, (rows, cols) in enumerate([(1, 1), (1, 63), (2, 64), (3, 33), (4, 96), (5, 100), (16, 64), (2, 160)]):
        for dtype in (torch.bfloat16, torch.float16, torch.float32):
            yield (
                f"{rows}x{cols}.{str(dtype)[6:]}",
                torch.randn(rows, cols, generator=g).mul(0.02).to(dtype),
                64,
                i % 2 == 0,
            )
    for block in (32, 128, 256, 512, 1024, 2048, 4096):
        yield f"block{block}", torch.randn(3, block // 2, generator=g).to(torch.bfloat16), block, False
    yield "manyblocks", torch.randn(257, 32, generator=g).to(torch.bfloat16), 32, True
    zeros = torch.randn(4, 64, generator=g)
    zeros[1] = 0
    yield "zeros", zeros, 64, False
    yield "allzeros", torch.zeros(3, 70), 64, False
    tiny = torch.full((2, 64), 1e-40)
    tiny[1, :5] = torch.tensor([2e-38, -1e-38, 0, 1e-39, 3e-39])
    yield "subnormal", tiny, 64, False
    code = bnb.get_4bit_type("nf4", device="cpu")
    middle = (code[:-1] + code[1:]) / 2
    ties = torch.zeros(3, 64)
    for row, step in enumerate((-1, 0, 1)):
        ties[row, 0] = 1.0
        ties[row, 1:16] = torch.tensor(
            (middle.numpy().view(np.int32) + step * np.sign(middle.numpy()).astype(np.int32)).view(np.float32)
        )
    yield "ties", ties, 64, False
    # In a short last block bitsandbytes divides, in a full one it multiplies by the reciprocal: these two elements tell them apart.
    awkward = torch.zeros(1, 66)
    awkward[0, :2] = awkward[0, 64:] = torch.tensor([1.1751027, -0.05349657])
    yield "tail", awkward, 64, False


def nf4():
    tensors = {}
    for name, w, block, double in nf4_cases():
        packed, plain = bnb.quantize_4bit(w, blocksize=block, quant_type="nf4")
        tensors[name + ".input"] = w
        tensors[name + ".plain"] = plain.absmax
        packed, state = bnb.quantize_4bit(w, blocksize=block, quant_type="nf4", compress_statistics=double)
        tensors[name] = packed
        tensors[name + ".decoded"] = bnb.dequantize_4bit(packed, state)
        for key, t in state.as_dict(packed=True).items():
            tensors[f"{name}.{key}"] = t
        if double:
            tensors[name + ".nearest"] = nearest(plain.absmax, state.offset)
    write_tensors(start("quant") / "nf4.safetensors", tensors)


YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 8192}

CONFIGS = {  # name: (model_type, members beside it)
    "qwen2 empty": ("qwen2", {}),
    "qwen3 empty": ("qwen3", {}),
    "qwen3_moe empty": ("qwen3_moe", {}),
    "qwen3_next empty": ("qwen3_next", {}),
    "qwen2 hub": (
        "qwen2",
        {
            "hidden_size": 896,
            "intermediate_size": 4864,
            "num_hidden_layers": 24,
            "num_attention_heads": 14,
            "num_key_value_heads": 2,
            "max_position_embeddings": 32768,
            "max_window_layers": 21,
            "rope_theta": 1000000.0,
            "sliding_window": 32768,
            "use_sliding_window": False,
            "tie_word_embeddings": True,
            "torch_dtype": "bfloat16",
            "eos_token_id": 151645,
            "bos_token_id": 151643,
        },
    ),
    "qwen2 sliding": (
        "qwen2",
        {"num_hidden_layers": 6, "max_window_layers": 4, "use_sliding_window": True, "sliding_window": 128},
    ),
    "qwen2 null window": (
        "qwen2",
        {"num_hidden_layers": 4, "max_window_layers": 2, "use_sliding_window": True, "sliding_window": None},
    ),
    "qwen2 null heads": (
        "qwen2",
        {"num_key_value_heads": None, "hidden_size": 256, "num_attention_heads": 8, "layer_types": None},
    ),
    "qwen3 hub": (
        "qwen3",
        {
            "hidden_size": 1024,
            "intermediate_size": 3072,
            "num_hidden_layers": 28,
            "num_attention_heads": 16,
            "num_key_value_heads": 8,
            "head_dim": 128,
            "max_position_embeddings": 40960,
            "rope_theta": 1000000,
            "rope_scaling": None,
            "tie_word_embeddings": True,
            "torch_dtype": "bfloat16",
            "eos_token_id": 151645,
            "attention_bias": True,
        },
    ),
    "qwen3 v5": (
        "qwen3",
        {
            "hidden_size": 256,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "head_dim": 64,
            "dtype": "float16",
            "layer_types": ["full_attention", "full_attention"],
            "rope_parameters": {"rope_theta": 100000.0, "rope_type": "default"},
            "eos_token_id": [1, 2],
            "sliding_window": None,
            "use_sliding_window": False,
        },
    ),
    "qwen3 both dtypes": ("qwen3", {"dtype": "bfloat16", "torch_dtype": "float32"}),
    "qwen3 yarn hub": (
        "qwen3",
        {"rope_theta": 1e6, "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}},
    ),
    "qwen3 yarn v5": (
        "qwen3",
        {"rope_parameters": {**YARN, "rope_theta": 5e6, "beta_fast": 24, "beta_slow": None, "truncate": False}},
    ),
    "qwen3 yarn top": ("qwen3", {"rope_parameters": YARN, "original_max_position_embeddings": 4096}),
    "qwen3 yarn mscale": ("qwen3", {"rope_parameters": {**YARN, "mscale": 1.0, "mscale_all_dim": 0.707}}),
    "qwen3 yarn explicit": ("qwen3", {"rope_parameters": {**YARN, "attention_factor": 1.25}}),
    "qwen3 yarn null": ("qwen3", {"max_position_embeddings": 40960, "rope_parameters": {**YARN, "factor": None}}),
    "qwen3 yarn short": ("qwen3", {"rope_scaling": {"rope_type": "yarn", "factor": 1.0}}),
    "qwen3 linear": (
        "qwen3",
        {"rope_scaling": {"type": "linear", "factor": 2}, "rope_theta": 20000, "rope_parameters": {"rope_theta": 7.0}},
    ),
    "qwen3_moe hub": (
        "qwen3_moe",
        {
            "hidden_size": 2048,
            "intermediate_size": 5472,
            "num_hidden_layers": 48,
            "num_attention_heads": 32,
            "num_key_value_heads": 4,
            "head_dim": 128,
            "moe_intermediate_size": 768,
            "num_experts": 64,
            "num_experts_per_tok": 4,
            "norm_topk_prob": True,
            "shared_expert_intermediate_size": 0,
            "router_aux_loss_coef": 0.0,
            "rope_theta": 10000000,
            "qkv_bias": False,
            "mlp_only_layers": [],
            "decoder_sparse_step": 1,
            "use_sliding_window": False,
            "max_window_layers": 28,
            "torch_dtype": "bfloat16",
        },
    ),
    "qwen3_moe v5": (
        "qwen3_moe",
        {
            "num_hidden_layers": 4,
            "num_local_experts": 16,
            "num_experts_per_tok": 2,
            "mlp_only_layers": [1],
            "decoder_sparse_step": 2,
        },
    ),
    "qwen3_moe sliding": (
        "qwen3_moe",
        {"num_hidden_layers": 3, "use_sliding_window": True, "sliding_window": 64, "output_router_logits": True},
    ),
    "qwen3_next hub": (
        "qwen3_next",
        {
            "num_hidden_layers": 8,
            "full_attention_interval": 4,
            "partial_rotary_factor": 0.25,
            "rope_theta": 10000000,
            "rope_scaling": None,
            "linear_num_value_heads": 32,
            "eos_token_id": 151645,
        },
    ),
    "qwen3_next v5": (
        "qwen3_next",
        {
            "num_hidden_layers": 3,
            "layer_types": ["linear_attention", "full_attention", "linear_attention"],
            "head_dim": 64,
            "rope_parameters": {"partial_rotary_factor": 0.5, "rope_theta": 1e6, "rope_type": "default"},
            "num_experts": 4,
            "num_experts_per_tok": 1,
            "linear_num_key_heads": 2,
            "linear_num_value_heads": 4,
            "linear_key_head_dim": 32,
            "linear_value_head_dim": 16,
            "linear_conv_kernel_dim": 3,
        },
    ),
}


def expected(c):
    """What transformers makes of a configuration, under the names of our fields."""
    rope = c.rope_parameters
    head = getattr(c, "head_dim", None) or c.hidden_size // c.num_attention_heads
    kinds = (
        getattr(c, "layer_types", None)
        or ["sliding_attention" if c.sliding_window else "full_attention"] * c.num_hidden_layers
    )
    out = {
        "ModelType": c.model_type,
        "VocabSize": c.vocab_size,
        "HiddenSize": c.hidden_size,
        "IntermediateSize": c.intermediate_size,
        "Layers": c.num_hidden_layers,
        "Heads": c.num_attention_heads,
        "KVHeads": c.num_key_value_heads,
        "HeadDim": head,
        "MaxPositions": c.max_position_embeddings,
        "RMSNormEps": c.rms_norm_eps,
        "TieEmbeddings": c.tie_word_embeddings,
        "QKVBias": getattr(c, "attention_bias", True),
        "OutputBias": getattr(c, "attention_bias", False),
        "InitializerRange": c.initializer_range,
        "LayerTypes": kinds,
        "SlidingWindow": c.sliding_window if "sliding_attention" in kinds else 0,
        "DType": str(c.dtype).removeprefix("torch."),
        "EOS": [c.eos_token_id] if isinstance(c.eos_token_id, int) else c.eos_token_id,
        "BOS": -1 if c.bos_token_id is None else c.bos_token_id,
        "PAD": -1 if c.pad_token_id is None else c.pad_token_id,
    }
    r = {
        "Type": rope["rope_type"],
        "Theta": rope["rope_theta"],
        "Dim": int(head * rope.get("partial_rotary_factor", 1.0)),
        "AttentionFactor": 1.0,
    }
    if r["Type"] == "linear":
        r["Factor"] = rope["factor"]
    if r["Type"] == "yarn":
        r["AttentionFactor"] = ROPE_INIT_FUNCTIONS["yarn"](c, "cpu")[1]
        rope = c.rope_parameters  # completed by the call
        original = rope["original_max_position_embeddings"]
        r |= {
            "Factor": rope["factor"] or c.max_position_embeddings / original,
            "OriginalMaxPositions": original,
            "BetaFast": rope.get("beta_fast") or 32,
            "BetaSlow": rope.get("beta_slow") or 1,
            "Truncate": rope.get("truncate", True),
        }
    out["Rope"] = r
    if hasattr(c, "num_experts_per_tok"):
        out["MoE"] = {
            "Experts": c.num_experts,
            "PerToken": c.num_experts_per_tok,
            "IntermediateSize": c.moe_intermediate_size,
            "SharedIntermediate": getattr(c, "shared_expert_intermediate_size", 0),
            "NormTopK": c.norm_topk_prob,
            "AuxLossCoef": c.router_aux_loss_coef,
            "OutputRouterLogits": c.output_router_logits,
            "Step": c.decoder_sparse_step,
            "Dense": c.mlp_only_layers,
        }
    if "linear_attention" in kinds:
        out["DeltaNet"] = {
            "KeyHeads": c.linear_num_key_heads,
            "ValueHeads": c.linear_num_value_heads,
            "KeyHeadDim": c.linear_key_head_dim,
            "ValueHeadDim": c.linear_value_head_dim,
            "ConvKernel": c.linear_conv_kernel_dim,
        }
    return out


def configs(folder):
    """Configurations in both dialects and what transformers makes of them."""
    cases = []
    for name, (model_type, members) in CONFIGS.items():
        members = {"model_type": model_type, **members}
        config = CONFIG_MAPPING[model_type].from_dict(json.loads(json.dumps(members)))
        cases.append({"name": name, "config": members, "want": expected(config)})
    write_json(folder / "configs.json", {"cases": cases})


def checkpoint(folder):
    """A model quantised and saved by transformers and bitsandbytes, and hashes of what its layers decode to."""
    torch.manual_seed(0)
    config = transformers.Qwen3Config(
        vocab_size=64,
        hidden_size=48,
        intermediate_size=72,
        num_hidden_layers=1,
        num_attention_heads=3,
        num_key_value_heads=1,
        head_dim=16,
        tie_word_embeddings=True,
        eos_token_id=2,
    )
    with tempfile.TemporaryDirectory() as plain:
        transformers.Qwen3ForCausalLM(config).to(torch.bfloat16).save_pretrained(plain)
        quantisation = transformers.BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
        model = transformers.AutoModelForCausalLM.from_pretrained(
            plain, quantization_config=quantisation, device_map="cpu"
        )
    model.save_pretrained(folder / "bnb")
    for path in (folder / "bnb").iterdir():
        path.chmod(0o644)
    tensors = {}
    for name, p in model.named_parameters():
        w = bnb.dequantize_4bit(p.data, p.quant_state) if hasattr(p, "quant_state") else p.data
        raw = w.contiguous().view(-1).view(torch.uint8).numpy().tobytes()
        tensors[name] = {
            "dtype": str(w.dtype)[6:],
            "shape": list(w.shape),
            "sha256": hashlib.sha256(raw).hexdigest(),
            "nf4": hasattr(p, "quant_state"),
        }
    write_json(folder / "bnb.json", {"tensors": tensors})


if __name__ == "__main__":
    casts()
    container()
    nf4()
    weights = start("weights")
    configs(weights)
    checkpoint(weights)
