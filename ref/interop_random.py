"""Random small models, data and runs for interop.py. All of it follows from the seed of the proof."""

import json
import shutil

from common import INTERNAL, load_model, randomise_adapter, save_adapter, write_json, write_model
from model_golden import MOE_HUB, QWEN2_HUB, QWEN3_HUB, hub, v5
from next_golden import NEXT_HUB
from train_golden import quantisation

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file

TINY_CODER = INTERNAL / "model" / "builtin" / "tiny-coder"
CODE = INTERNAL.parent / "data"
ALL_SEVEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
MARKED = (  # a chat template that says what the assistant wrote
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{% else %}{{ message['content'] + '<|im_end|>' }}{% endif %}{{ '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def pick(source, *values):
    return values[source.integers(len(values))]


def random_config(source, family, **features):
    """A config.json in one of the two dialects. Features that count here: tied, window, yarn, bias."""
    base = {"qwen2": QWEN2_HUB, "qwen3": QWEN3_HUB, "qwen3_moe": MOE_HUB, "qwen3_next": NEXT_HUB}[family]
    heads, head_dim = pick(source, (4, 2), (4, 1), (6, 3), (2, 2)), pick(source, 16, 32)
    fields = {
        "eos_token_id": 2,
        "bos_token_id": None,
        "hidden_size": heads[0] * head_dim if family == "qwen2" else 32 * int(source.integers(2, 5)),
        "intermediate_size": 32 * int(source.integers(2, 7)),
        "num_attention_heads": heads[0],
        "num_key_value_heads": heads[1],
        "num_hidden_layers": int(source.integers(2, 4)),
        "rope_theta": pick(source, 1e4, 1e6),
        "tie_word_embeddings": features.get("tied", False),
        "vocab_size": 4096 + int(source.integers(65)),  # the tokenizer has 4096, models often have more
    }
    if family == "qwen3_moe":
        experts = int(source.integers(3, 12))
        fields |= {
            "moe_intermediate_size": 8 * int(source.integers(2, 9)),
            "num_experts": experts,
            "num_experts_per_tok": int(source.integers(1, experts)),
            "norm_topk_prob": bool(source.integers(2)),
        }
    if family in ("qwen3", "qwen3_moe"):
        fields |= {"head_dim": head_dim, "attention_bias": features.get("bias", False)}
    if family == "qwen3_next":  # without the loss of the routers, which TRL would add
        fields |= {"full_attention_interval": 2, "router_aux_loss_coef": 0.0}
    if features.get("window"):
        fields |= {"use_sliding_window": True, "sliding_window": int(source.integers(4, 30)), "max_window_layers": 1}
    old = source.random() < 0.5
    if features.get("yarn"):
        scale = {"factor": float(pick(source, 2.0, 4.0)), "original_max_position_embeddings": 32}
        if old:
            fields["rope_scaling"] = {"type": "yarn", **scale}
        else:
            fields["rope_parameters"] = {"rope_type": "yarn", "rope_theta": fields.pop("rope_theta"), **scale}
            base = {key: value for key, value in base.items() if key != "rope_theta"}
    return (hub if old else v5)(base, **fields)


def describe(config):
    """A model in a few words."""
    heads = f"{config['num_attention_heads']}/{config['num_key_value_heads']} heads"
    size = f"{config['num_hidden_layers']}x{config['hidden_size']}, {heads}, vocabulary {config['vocab_size']}"
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    words = [f"{config['model_type']} {size}"]
    words += ["tied"] if config.get("tie_word_embeddings") else []
    words += [f"window {config['sliding_window']}"] if config.get("use_sliding_window") else []
    words += ["YaRN"] if "yarn" in (rope.get("type"), rope.get("rope_type")) else []
    words += ["attention bias"] if config.get("attention_bias") else []
    return ", ".join(words)


def random_model(source, folder, family, dtype=torch.float32, template=None, **features):
    """Writes a model of random shape and weights with the tokenizer of tiny-coder; returns its description.

    With the feature quantised it is as transformers saves it after bitsandbytes has quantised it, doubly.
    """
    config = random_config(source, family, **features)
    write_model(folder, config, int(source.integers(2**31)), dtype)
    if features.get("quantised"):
        load_model(folder, **quantisation({"load_in_4bit": True, "double_quant": True})).save_pretrained(folder)
        if not any(name.endswith("nested_absmax") for name in load_file(folder / "model.safetensors")):
            raise RuntimeError("the checkpoint is not doubly quantised NF4")
    shutil.copy(TINY_CODER / "tokenizer.json", folder)
    tokenizer = json.loads((TINY_CODER / "tokenizer_config.json").read_text())
    write_json(folder / "tokenizer_config.json", tokenizer | ({"chat_template": template} if template else {}))
    return describe(config) + (", NF4" if features.get("quantised") else "")


def random_lora(source, **fixed):
    """LoraConfig's fields: rank, alpha, targets, at times a pattern."""
    count = int(source.integers(2, 8))
    lora = {
        "r": int(source.integers(2, 13)),
        "lora_alpha": int(source.integers(2, 33)),
        "target_modules": sorted(source.choice(ALL_SEVEN, count, replace=False).tolist()),
        **fixed,
    }
    if source.random() < 0.5:
        lora["rank_pattern"] = {pick(source, *lora["target_modules"]): int(source.integers(1, 9))}
        lora["alpha_pattern"] = {pick(source, *lora["target_modules"]): int(source.integers(2, 17))}
    return lora


def random_adapter(source, folder, base, lora):
    """Writes an adapter as PEFT does, with random A, B and magnitudes."""
    model = get_peft_model(load_model(base), LoraConfig(task_type="CAUSAL_LM", **lora))
    randomise_adapter(model, int(source.integers(2**31)))
    save_adapter(model, folder, str(base))


class Snippets:
    """Pieces of the sample code of this repository."""

    def __init__(self, source):
        self.source = source
        self.files = sorted(
            path for path in CODE.glob("*/raw/**/*") if path.suffix in (".lua", ".gd", ".cpp", ".h", ".c")
        )
        if not self.files:
            raise SystemExit(f"no sample code below {CODE}")

    def text(self, lines):
        """About so many lines from somewhere, never only white space."""
        while True:
            text = pick(self.source, *self.files).read_text(encoding="utf-8").splitlines()
            start = int(self.source.integers(len(text)))
            piece = "\n".join(text[start : start + int(self.source.integers(1, lines + 1))])
            if piece.strip():
                return piece

    def record(self, form):
        if form == "text":
            return {"text": self.text(8)}
        if form == "prompt-completion":
            return {"prompt": self.text(2) + "\n", "completion": self.text(5)}
        if form == "instruction":
            return {"instruction": self.text(2), "output": self.text(5)}
        turns = [("system", 1)] * (self.source.random() < 0.3) + [("user", 1), ("assistant", 3)]
        turns += [("user", 1), ("assistant", 3)] * (self.source.random() < 0.5)
        messages = [{"role": role, "content": self.text(lines)} for role, lines in turns]
        if form == "messages":
            return {"messages": messages}
        return {"prompt": messages[:-1], "completion": messages[-1:]}  # form "turns"


def random_run(source, **fixed):
    """Hyper-parameters by their names in our YAML."""
    scheduler = pick(source, "cosine", "linear", "constant", "constant_with_warmup")
    warmup = {"constant": 0, "constant_with_warmup": 3}.get(scheduler, int(source.integers(4)))
    return {
        "max_seq_length": int(source.integers(60, 130)),
        "max_steps": 10,
        "num_epochs": 1,
        "batch_size": int(source.integers(1, 5)),
        "gradient_accumulation_steps": int(source.integers(1, 4)),
        "learning_rate": float(f"{10 ** source.uniform(-3, -2.3):.2e}"),
        "lr_scheduler": scheduler,
        "warmup_steps": warmup,
        "warmup_ratio": 0.0,
        "weight_decay": pick(source, 0.0, 0.1),
        "adam_beta1": 0.9,
        "adam_beta2": pick(source, 0.999, 0.95),
        "adam_epsilon": 1e-8,
        "max_grad_norm": pick(source, 0.0, 0.5, 1.0),
        "packing": False,
        "loss_on": "completion",
        "load_in_4bit": False,
        "double_quant": True,
        "dtype": "float32",
        **fixed,
    }
