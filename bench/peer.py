"""One measurement of peers.py, in a process of its own: prints a line per step, which peers.py times.

python bench/peer.py prepare FOLDER SHAPE STEPS     writes the model, the adapters and the data
python bench/peer.py peft|trl FOLDER STEPS OPTIONS  trains; OPTIONS is a JSON object
"""

import json
import os
import random
import shutil
import sys
from pathlib import Path

os.environ.update(CUDA_VISIBLE_DEVICES="", HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_OFFLINE="1")

import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model

ROOT = Path(__file__).resolve().parent.parent
SEQUENCE, BATCH, LEARNING_RATE, MAX_GRAD_NORM = 512, 2, 1e-3, 1.0
ALL_SEVEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
DENSE = {  # Qwen3-0.6B
    "vocab_size": 151936,
    "hidden_size": 1024,
    "intermediate_size": 3072,
    "num_hidden_layers": 28,
    "num_attention_heads": 16,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "tie_word_embeddings": True,
    "max_position_embeddings": 40960,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1e6},
    "eos_token_id": 2,  # of the tokenizer that write_model puts beside the weights
}
SPARSE = {  # Qwen3-Coder-30B-A3B, of whose 48 layers two fit beside PEFT's gradients
    "vocab_size": 151936,
    "hidden_size": 2048,
    "moe_intermediate_size": 768,
    "num_hidden_layers": 2,
    "num_attention_heads": 32,
    "num_key_value_heads": 4,
    "head_dim": 128,
    "num_experts": 128,
    "num_experts_per_tok": 8,
    "norm_topk_prob": True,
    "router_aux_loss_coef": 0.0,
    "tie_word_embeddings": False,
    "max_position_embeddings": 40960,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1e7},
    "eos_token_id": 2,
}
SHAPES = {
    "0.6b": lambda: transformers.Qwen3ForCausalLM(transformers.Qwen3Config(**DENSE)),
    "30b-2": lambda: transformers.Qwen3MoeForCausalLM(transformers.Qwen3MoeConfig(**SPARSE)),
}


def prepare(folder, shape, steps):
    if not (folder / "written").exists():
        shutil.rmtree(folder / "model", ignore_errors=True)
        write_model(folder / "model", shape)
        write_adapter(folder, "lora", torch.float32 if shape == "0.6b" else torch.bfloat16)
        if shape == "0.6b":  # PEFT has no DoRA for experts
            write_adapter(folder, "dora", torch.float32)
        (folder / "written").touch()
    write_data(folder, BATCH * steps)


def write_model(folder, shape):
    """Random weights in bfloat16, and the tokenizer of tiny-coder, which has fewer tokens than the vocabulary."""
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    SHAPES[shape]().save_pretrained(folder)
    torch.set_default_dtype(torch.float32)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(ROOT / "internal" / "model" / "builtin" / "tiny-coder" / name, folder)


def write_adapter(folder, kind, dtype):
    """A new adapter, which all start from: their losses are then the same at every step."""
    torch.manual_seed(1)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder / "model", dtype=dtype)
    config = LoraConfig(task_type="CAUSAL_LM", r=16, lora_alpha=32, target_modules=ALL_SEVEN, use_dora=kind == "dora")
    get_peft_model(model, config).save_pretrained(folder / f"adapter-{kind}")


def write_data(folder, rows):
    """Texts of SEQUENCE tokens and more: files of the sample code of this repository in random order."""
    files = sorted(
        path for path in (ROOT / "data").glob("*/raw/**/*") if path.suffix in (".lua", ".gd", ".cpp", ".h", ".c")
    )
    source, tokenizer = random.Random(0), transformers.AutoTokenizer.from_pretrained(folder / "model")
    with open(folder / "train.jsonl", "w") as out:
        for _ in range(rows):
            text = ""
            while len(tokenizer(text)["input_ids"]) < SEQUENCE:
                text += source.choice(files).read_text(encoding="utf-8")
            out.write(json.dumps({"text": text}) + "\n")


def data(folder):
    """The tokens of the texts, cut off."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder / "model")
    rows = [json.loads(line)["text"] for line in (folder / "train.jsonl").read_text().splitlines()]
    return [tokenizer(text)["input_ids"][:SEQUENCE] for text in rows]


def load(folder, options):
    dtype = getattr(torch, options["dtype"])
    quantise = {}
    if options.get("nf4"):
        quantise["quantization_config"] = transformers.BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
        )
    model = transformers.AutoModelForCausalLM.from_pretrained(folder / "model", dtype=dtype, **quantise)
    return PeftModel.from_pretrained(
        model, folder / f"adapter-{options.get('adapter', 'lora')}", is_trainable=True
    ).train()


def say(step, steps, loss):
    print(f"step {step}/{steps} loss {loss:.6f}", flush=True)


def peft(folder, steps, options):
    """The shortest loop that trains: forward, backward, clipping, AdamW."""
    model, rows = load(folder, options), data(folder)
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=LEARNING_RATE, weight_decay=0.0)
    print("ready", flush=True)
    for step in range(steps):
        ids = torch.tensor(rows[BATCH * step : BATCH * (step + 1)])
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, MAX_GRAD_NORM)
        optimizer.step()
        optimizer.zero_grad()
        say(step + 1, steps, loss.item())


def trl(folder, steps, options):
    import datasets
    from trl import SFTConfig, SFTTrainer

    class Say(transformers.TrainerCallback):
        def on_log(self, args, state, control, logs=None, **rest):
            if "loss" in logs:
                say(state.global_step, steps, logs["loss"])

    config = SFTConfig(
        output_dir=str(folder / "trl"),
        max_length=SEQUENCE,
        max_steps=steps,
        per_device_train_batch_size=BATCH,
        learning_rate=LEARNING_RATE,
        lr_scheduler_type="constant",
        max_grad_norm=MAX_GRAD_NORM,
        weight_decay=0.0,
        train_sampling_strategy="sequential",
        gradient_checkpointing=bool(options.get("checkpointing")),
        torch_compile=bool(options.get("compile")),
        bf16=False,  # the dtype of the model counts, there is no autocast
        use_cpu=True,
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
    trainer = SFTTrainer(
        model=load(folder, options),
        args=config,
        train_dataset=datasets.Dataset.from_list([{"input_ids": ids} for ids in data(folder)]),
        processing_class=transformers.AutoTokenizer.from_pretrained(folder / "model"),
        callbacks=[Say()],
    )
    trainer.remove_callback(transformers.PrinterCallback)
    if not config.torch_compile:
        print("ready", flush=True)
    trainer.train()


def main():
    transformers.logging.disable_progress_bar()
    transformers.logging.set_verbosity_error()
    kind, folder = sys.argv[1], Path(sys.argv[2])
    if kind == "prepare":
        prepare(folder, sys.argv[3], int(sys.argv[4]))
        return
    steps = int(sys.argv[3])
    options = json.loads(sys.argv[4])
    torch.set_num_threads(options["threads"])
    {"peft": peft, "trl": trl}[kind](folder, steps, options)


if __name__ == "__main__":
    main()
