"""Writes the goldens of internal/train: what TRL's SFTTrainer makes of tiny models, step by step.

    uv run --project ref ref/train_golden.py

A folder per case:

    model/ or model_ref    the base checkpoint, or the name of the case that holds it
    init/                  the PEFT adapter that training starts from, with random A, B and DoRA magnitudes
    run.json               hyper-parameters by their names in our YAML, rows in file order, and per step what TRL logged
    expected.safetensors   grad.<key>: gradients of the first step, before clipping; final.<key>: the adapter at the end

Every run is repeated by plain.py, which shares nothing with TRL but the model, and must agree with it.
"""

import tempfile

from common import (
    load_model,
    randomise_adapter,
    rng,
    save_adapter,
    start,
    tokens,
    write_json,
    write_model,
    write_tensors,
)
from plain import plain_loop, prepare, trainable

import bitsandbytes as bnb
import datasets
import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict
from safetensors.torch import load_file
from tokenizers import Tokenizer, models
from transformers import BitsAndBytesConfig, PreTrainedTokenizerFast, PrinterCallback
from trl import SFTConfig, SFTTrainer

datasets.disable_progress_bars()

VOCABULARY = 96
BASES = {
    "qwen2": {
        "architectures": ["Qwen2ForCausalLM"],
        "eos_token_id": 1,
        "hidden_act": "silu",
        "hidden_size": 64,
        "intermediate_size": 128,
        "max_position_embeddings": 256,
        "model_type": "qwen2",
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "num_key_value_heads": 2,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0,
        "tie_word_embeddings": False,
        "torch_dtype": "float32",
        "vocab_size": VOCABULARY,
    },
    "qwen3": {
        "architectures": ["Qwen3ForCausalLM"],
        "attention_bias": False,
        "eos_token_id": 1,
        "head_dim": 32,
        "hidden_act": "silu",
        "hidden_size": 64,
        "intermediate_size": 128,
        "max_position_embeddings": 256,
        "model_type": "qwen3",
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "num_key_value_heads": 1,
        "rms_norm_eps": 1e-6,
        "rope_theta": 1e6,
        "tie_word_embeddings": True,
        "torch_dtype": "float32",
        "vocab_size": VOCABULARY,
    },
}
MOE = {
    **BASES["qwen3"],
    "architectures": ["Qwen3MoeForCausalLM"],
    "head_dim": 16,
    "hidden_size": 32,
    "model_type": "qwen3_moe",
    "moe_intermediate_size": 24,
    "norm_topk_prob": True,
    "num_attention_heads": 2,
    "num_experts": 6,
    "num_experts_per_tok": 2,
    "router_aux_loss_coef": 0.0,
}
BASES["moe"] = MOE
BASES["moe_balanced"] = {**MOE, "router_aux_loss_coef": 0.05}
BASES["moe_many"] = {**MOE, "num_experts": 24, "num_experts_per_tok": 1, "mlp_only_layers": [0]}
ALL_SEVEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
DEFAULTS = {
    "max_seq_length": 64,
    "num_epochs": 3,
    "max_steps": 10,
    "batch_size": 2,
    "gradient_accumulation_steps": 1,
    "learning_rate": 1e-3,
    "lr_scheduler": "cosine",
    "warmup_steps": 0,
    "warmup_ratio": 0.0,
    "weight_decay": 0.0,
    "adam_beta1": 0.9,
    "adam_beta2": 0.999,
    "adam_epsilon": 1e-8,
    "max_grad_norm": 1.0,
    "packing": False,
    "shuffle": False,
    "loss_on": "completion",
    "load_in_4bit": False,
    "double_quant": True,
    "dtype": "float32",
    "lora": {
        "r": 4,
        "alpha": 8,
        "use_dora": False,
        "use_rslora": False,
        "target_modules": ALL_SEVEN,
        "rank_pattern": {},
        "alpha_pattern": {},
    },
}
PACKED = {"packing": True, "max_seq_length": 40, "rows": 24, "lengths": (2, 30)}

# Each case: the base, then what differs from DEFAULTS, in lora key by key. DATA says what rows to make.
DATA = ("rows", "lengths", "seed")
CASES = {
    "qwen2_lora": ("qwen2", {"lr_scheduler": "linear"}),
    "qwen2_rslora": (
        "qwen2",
        {"lora": {"use_rslora": True}, "warmup_steps": 2, "gradient_accumulation_steps": 2, "batch_size": 3},
    ),
    "qwen2_dora": ("qwen2", {"lora": {"use_dora": True}, "max_grad_norm": 0.0, "gradient_accumulation_steps": 2}),
    "qwen2_qlora": ("qwen2", {"load_in_4bit": True, "weight_decay": 0.5, "learning_rate": 3e-3}),
    "qwen2_packed": ("qwen2", {**PACKED, "gradient_accumulation_steps": 2}),
    "qwen3_lora": ("qwen3", {"max_grad_norm": 100.0, "adam_epsilon": 1e-3, "adam_beta1": 0.8}),
    "qwen3_rslora": (
        "qwen3",
        {"lora": {"use_rslora": True, "r": 6, "alpha": 5}, "lr_scheduler": "constant", "seed": 1},
    ),
    "qwen3_dora": (
        "qwen3",
        {"lora": {"use_dora": True}, "weight_decay": 0.5, "learning_rate": 3e-3, "warmup_ratio": 0.25},
    ),
    "qwen3_qlora": ("qwen3", {"load_in_4bit": True, "adam_beta2": 0.95, "gradient_accumulation_steps": 3}),
    "qwen3_packed": ("qwen3", {**PACKED, "batch_size": 1, "loss_on": "all", "seed": 3}),
    "qwen3_qdora": (
        "qwen3",
        {"load_in_4bit": True, "double_quant": False, "lora": {"use_dora": True}, "lr_scheduler": "linear"},
    ),
    "qwen3_epochs": (
        "qwen3",
        {
            "rows": 13,
            "seed": 1,
            "max_steps": 0,
            "num_epochs": 2,
            "gradient_accumulation_steps": 3,
            "weight_decay": 1.0,
            "learning_rate": 3e-3,
            "warmup_steps": 3,
            "max_grad_norm": 0.1,
        },
    ),
    "qwen2_half_epoch": (
        "qwen2",
        {"rows": 15, "max_steps": 0, "num_epochs": 1.5, "gradient_accumulation_steps": 3, "lr_scheduler": "linear"},
    ),
    "qwen3_patterns": (
        "qwen3",
        {
            "lora": {
                "target_modules": ["q_proj", "down_proj", "model.layers.1.mlp.up_proj"],
                "rank_pattern": {"down_proj": 2, r"layers\.1\.self_attn\.q_proj": 7},
                "alpha_pattern": {"mlp.up_proj": 3, "q_proj": 16},
            }
        },
    ),
    "moe_lora": ("moe", {"adam_epsilon": 1e-4, "learning_rate": 3e-3}),
    "moe_rslora": ("moe", {"lora": {"use_rslora": True}, "adam_epsilon": 1e-4, "gradient_accumulation_steps": 2}),
    "moe_dora": ("moe", {"lora": {"use_dora": True}, "adam_epsilon": 1e-4, "learning_rate": 3e-3}),
    "moe_packed": ("moe", {**PACKED, "adam_epsilon": 1e-4}),
    "moe_balanced_lora": (
        "moe_balanced",
        {"adam_epsilon": 1e-4, "learning_rate": 3e-3, "gradient_accumulation_steps": 3, "batch_size": 2, "rows": 24},
    ),
    # most experts see no token in most steps
    "moe_many_lora": ("moe_many", {"adam_epsilon": 1e-4, "batch_size": 1, "lengths": (4, 9), "weight_decay": 0.5}),
    "qwen2_all_tokens": ("qwen2", {"loss_on": "all", "lr_scheduler": "constant_with_warmup", "warmup_steps": 4}),
    "qwen3_truncated": ("qwen3", {"max_seq_length": 24, "lengths": (10, 60), "rows": 17}),
    "qwen2_packed_truncated": ("qwen2", {**PACKED, "max_seq_length": 24, "lengths": (3, 36)}),
}
SMALLEST = 3e-6  # of gradients around 0.1
NOTES = {
    "load_in_4bit": "TRL casts A and B to bfloat16 on a quantised base; they were set back to float32 before training",
    "packing": "bins are TRL's: row numbers, truncated to max_seq_length; batch_size counts bins",
    "dropped": "TRL dropped these rows: truncation left them without a label",
}


def settings(changes):
    """The hyper-parameters of a case, complete."""
    run = {**DEFAULTS, **{key: value for key, value in changes.items() if key not in DATA}}
    run["lora"] = {**DEFAULTS["lora"], **changes.get("lora", {})}
    return run


def make_rows(name, changes):
    """Rows of ragged lengths; of each, the prompt carries no labels unless the loss is on all tokens."""
    source = rng(name, "rows", changes.get("seed", 0))
    low, high = changes.get("lengths", (4, 40))
    rows = []
    for _ in range(changes.get("rows", 12)):
        ids = tokens(source, int(source.integers(low, high, endpoint=True)), VOCABULARY)
        prompt = int(source.integers(1, len(ids))) if changes.get("loss_on") != "all" else 0
        rows.append({"input_ids": ids, "labels": [-100] * prompt + ids[prompt:]})
    return rows


def quantisation(run):
    if not run["load_in_4bit"]:
        return {}
    scheme = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=run["double_quant"],
        bnb_4bit_compute_dtype=torch.float32,
    )
    return {"quantization_config": scheme}


def write_init(folder, base, name, run):
    """Writes the adapter that training starts from."""
    lora = {**run["lora"], "lora_alpha": run["lora"]["alpha"]}
    del lora["alpha"]
    model = get_peft_model(load_base(base), LoraConfig(task_type="CAUSAL_LM", **lora))
    randomise_adapter(model, name)
    save_adapter(model, folder, base.parent.name)


class Experts(torch.nn.ModuleList):
    """The experts of transformers 5, which are stacks of matrices, as modules that PEFT adapts one by one.

    Every expert runs, on no token if need be: its gradient is then zero, as that of a stack is, and not missing.
    """

    def __init__(self, stacked):
        super().__init__()
        for gate_up, down in zip(stacked.gate_up_proj, stacked.down_proj, strict=True):
            expert = torch.nn.Module()
            gate, up = gate_up.chunk(2)
            for name, weight in (("gate_proj", gate), ("up_proj", up), ("down_proj", down)):
                linear = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False)
                linear.weight.data = weight.detach().clone()
                setattr(expert, name, linear)
            self.append(expert)

    def forward(self, hidden, chosen, weights):
        result = torch.zeros_like(hidden)
        for i, expert in enumerate(self):
            token, slot = torch.where(chosen == i)
            x = hidden[token]
            x = expert.down_proj(torch.nn.functional.silu(expert.gate_proj(x)) * expert.up_proj(x))
            result = result.index_add(0, token, x * weights[token, slot, None])
        return result


def load_base(base, **options):
    model = load_model(base, **options)
    if not hasattr(model.config, "num_experts"):
        return model
    ids = torch.tensor([[5, 3, 2, 9]])
    with torch.no_grad():
        before = model(ids).logits
        for layer in model.model.layers:
            if hasattr(layer.mlp, "experts"):
                layer.mlp.experts = Experts(layer.mlp.experts)
        if (model(ids).logits - before).abs().max() > 1e-5:
            raise SystemExit(f"{base}: the experts do not compute what transformers' do")
    model.config.model_type = "experts_one_by_one"  # PEFT would look for the stacks
    return model


def load_adapted(base, init, run):
    return PeftModel.from_pretrained(load_base(base, **quantisation(run)), init, is_trainable=True)


class Recorder(SFTTrainer):
    """An SFTTrainer that keeps the gradients of the first optimizer step as they are before clipping."""

    def training_step(self, *args, **kwargs):
        loss = super().training_step(*args, **kwargs)
        if self.state.global_step == 0:
            self.first = {name: parameter.grad.clone() for name, parameter in trainable(self.model).items()}
        return loss


def sft_config(run, folder):
    return SFTConfig(
        output_dir=folder,
        max_length=run["max_seq_length"],
        num_train_epochs=run["num_epochs"],
        max_steps=run["max_steps"] or -1,
        per_device_train_batch_size=run["batch_size"],
        gradient_accumulation_steps=run["gradient_accumulation_steps"],
        learning_rate=run["learning_rate"],
        lr_scheduler_type=run["lr_scheduler"],
        warmup_steps=run["warmup_steps"] or run["warmup_ratio"],
        weight_decay=run["weight_decay"],
        adam_beta1=run["adam_beta1"],
        adam_beta2=run["adam_beta2"],
        adam_epsilon=run["adam_epsilon"],
        max_grad_norm=run["max_grad_norm"],
        packing=run["packing"],
        packing_strategy="bfd",
        train_sampling_strategy="sequential",
        gradient_checkpointing=False,
        optim="adamw_torch",
        bf16=False,
        use_cpu=True,
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )


def tokenizer():
    """SFTTrainer wants one for its padding token; the rows are tokens already."""
    vocabulary = {"<pad>": 0, "<eos>": 1, **{f"t{i}": i for i in range(2, VOCABULARY)}}
    plain = Tokenizer(models.WordLevel(vocabulary, unk_token="<eos>"))
    return PreTrainedTokenizerFast(tokenizer_object=plain, pad_token="<pad>", eos_token="<eos>")


def train_with_trl(model, run, rows):
    """Returns the trainer after training."""
    before = {name: parameter.detach().clone() for name, parameter in trainable(model).items()}
    with tempfile.TemporaryDirectory() as folder:
        trainer = Recorder(
            model=model,
            args=sft_config(run, folder),
            train_dataset=datasets.Dataset.from_list(rows),
            processing_class=tokenizer(),
        )
        trainer.remove_callback(PrinterCallback)
        for name, parameter in trainable(model).items():
            parameter.data = before[name]  # see NOTES["load_in_4bit"]
        trainer.train()
    return trainer


def agree(name, log, plain):
    """Stops if TRL and the plain loop tell different stories; returns how far losses are apart."""
    if len(log) != len(plain):
        raise SystemExit(f"{name}: TRL made {len(log)} steps, the plain loop {len(plain)}")
    for step, (row, (loss, norm, learning_rate, _)) in enumerate(zip(log, plain, strict=True), 1):
        pairs = [(row["loss"], loss), (row["grad_norm"], norm), (row["learning_rate"], learning_rate)]
        for limit, (a, b) in zip((2e-6, 2e-5, 1e-12), pairs, strict=True):
            if abs(a - b) > limit * max(abs(a), abs(b)):
                raise SystemExit(f"{name}: step {step}: TRL has {a}, the plain loop {b}")
    return max(abs(row["loss"] / loss - 1) for row, (loss, *_) in zip(log, plain, strict=True))


def check_codes(base, model):
    """Stops if bitsandbytes' approximate table missed a nearest code of the double quantisation.

    Its CPU encoder does for about one scale in 500; graft takes the nearest, so the two would train different bases.
    """
    weights = load_file(base / "model.safetensors")
    for name, module in model.get_base_model().named_modules():
        if not isinstance(module, bnb.nn.Linear4bit):
            continue
        path = name.removesuffix(".base_layer")
        _, single = bnb.functional.quantize_4bit(weights[path + ".weight"], quant_type="nf4")
        double = module.weight.quant_state
        if not double.nested:
            continue
        blocks = (single.absmax - double.offset).split(double.state2.blocksize)
        scaled = torch.cat([block * (1 / block.abs().max()) for block in blocks])
        code = double.state2.code
        nearest = torch.bucketize(scaled, (code[1:] + code[:-1]) / 2)
        if not torch.equal(nearest.to(torch.uint8), double.absmax):
            raise SystemExit(f"{path}: bitsandbytes did not take the nearest code; choose another seed for {base}")


def check_gradients(gradients):
    """Stops at a gradient that is all rounding: the first step of Adam makes a whole learning rate of its sign."""
    smallest = min(gradient.abs().min().item() for gradient in gradients.values())
    if smallest < SMALLEST:
        raise SystemExit(f"the smallest gradient of the first step is {smallest}; choose another seed for the data")


def write_base(golden, folder, base_name):
    """Writes the base into the first case that uses it, a reference to it into the others; returns its path."""
    base = golden / f"{base_name}_lora" / "model"
    if base.parent == folder:
        write_model(base, BASES[base_name], f"{base_name} 0")
    else:
        (folder / "model_ref").write_text(base.parent.name + "\n")
    return base


def write_case(golden, name):
    base_name, changes = CASES[name]
    folder, run, rows = golden / name, settings(changes), make_rows(name, changes)
    folder.mkdir()
    base = write_base(golden, folder, base_name)
    write_init(folder / "init", base, name, run)

    model = load_adapted(base, folder / "init", run)
    check_codes(base, model)
    trainer = train_with_trl(model, run, rows)
    log = [row for row in trainer.state.log_history if "loss" in row]
    if run["adam_epsilon"] < 1e-4:
        check_gradients(trainer.first)
    gradients = get_peft_model_state_dict(model, state_dict=trainer.first)
    final = get_peft_model_state_dict(model)

    model = load_adapted(base, folder / "init", run)
    plain = plain_loop(model, run, rows)
    balanced = BASES[base_name].get("router_aux_loss_coef", 0) > 0  # the plain loop has no such loss
    worst = 0.0 if balanced else agree(name, log, plain)
    drift = max((tensor - final[key]).abs().max().item() for key, tensor in get_peft_model_state_dict(model).items())

    expected = {f"grad.{key}": tensor for key, tensor in gradients.items()}
    expected.update({f"final.{key}": tensor for key, tensor in final.items()})
    write_tensors(folder / "expected.safetensors", expected)
    write_json(folder / "run.json", {**run, **describe(run, rows, log, plain)})
    curve = f"{len(log)} steps, loss {log[0]['loss']:.4f} to {log[-1]['loss']:.4f}"
    print(f"{name}: {curve}; plain loop: loss {worst:.1e}, adapter {drift:.1e}")


def describe(run, rows, log, plain):
    """What run.json says beside the hyper-parameters: the data and what came of it."""
    samples, dropped = prepare(run, rows)
    notes = [NOTES[key] for key in ("load_in_4bit", "packing") if run[key]] + [NOTES["dropped"]] * bool(dropped)
    said = {"note": "; ".join(notes)} if notes else {}
    if run["packing"]:
        said["bins"] = samples
    if dropped:
        said["dropped"] = dropped
    results = []
    for step, (row, (*_, trained)) in enumerate(zip(log, plain, strict=True), 1):
        values = {key: row[key] for key in ("loss", "aux_loss", "grad_norm", "learning_rate", "epoch") if key in row}
        results.append({"step": step, **values, "num_tokens": int(row["num_tokens"]), "trained_tokens": trained})
    return {**said, "results": results, "data": rows}


def main():
    golden = start("train")
    for name in CASES:
        write_case(golden, name)


if __name__ == "__main__":
    main()
