"""The two sides that interop.py compares: graft, run as a user would, and TRL with PEFT."""

import json
import logging
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from common import load_model
from train_golden import quantisation, sft_config, trainable

import bitsandbytes as bnb
import datasets
import torch
from peft import PeftModel, get_peft_model_state_dict
from safetensors.torch import load_file
from transformers import AutoTokenizer, PrinterCallback
from trl import SFTTrainer

logging.getLogger("trl").setLevel(logging.ERROR)  # random code makes it warn of prompts that are no prefix
MODEL_KEYS = ("load_in_4bit", "double_quant", "dtype")


@dataclass
class Case:
    """A training run that both sides carry out."""

    folder: Path  # for all that is written
    base: Path
    form: str  # of the records: as data.format, or turns: prompts and completions that are lists of messages
    run: dict  # hyper-parameters by their names in our YAML
    rows: list
    held_out: list
    quantised: bool = False  # the checkpoint is in NF4 already


class Graft:
    """The program."""

    def __init__(self, binary):
        self.binary = binary

    def __call__(self, *arguments, **options):
        done = subprocess.run([self.binary, *map(str, arguments)], capture_output=True, text=True, **options)
        if done.returncode:
            said = (done.stdout + done.stderr).strip()
            raise RuntimeError(f"graft {' '.join(map(str, arguments))}: exit code {done.returncode}\n{said}")
        return done.stdout

    def train(self, case, lora, name=None):
        """Trains, evaluates at the end; returns the steps, the last evaluation loss and the adapter's folder."""
        output = case.folder / "trained"
        write_records(case.folder / "train.jsonl", case.rows)
        write_records(case.folder / "eval.jsonl", case.held_out)
        form = "prompt-completion" if case.form == "turns" else case.form
        own = {"output_dir": str(output), "shuffle": False, "eval_steps": case.run["max_steps"]}
        config = {
            "model": {"name": name or str(case.base), **{key: case.run[key] for key in MODEL_KEYS}},
            "data": {
                "train": str(case.folder / "train.jsonl"),
                "eval": str(case.folder / "eval.jsonl"),
                "format": form,
            },
            "training": {key: value for key, value in case.run.items() if key not in MODEL_KEYS} | own,
            "lora": lora,
        }
        (case.folder / "run.yaml").write_text(json.dumps(config))  # JSON is YAML
        self("train", "-c", case.folder / "run.yaml", "--quiet")
        metrics = [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]
        steps = [line for line in metrics if "loss" in line]
        return steps, [line["eval_loss"] for line in metrics if "eval_loss" in line][-1], output

    def merge(self, folder, base, adapter):
        """Returns the folder of the merged model."""
        output = folder / "merged"
        self("merge", "--set", f"model.name={base}", "--adapter", adapter, "--output", output, "--quiet")
        return output


def write_records(path, records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


class Trl:
    """SFTTrainer on a base with an adapter."""

    def __init__(self, case, adapter):
        run, self.missed = case.run, 0
        quantise = {} if case.quantised else quantisation(run)
        base = load_model(case.base, dtype=getattr(torch, run["dtype"]), **quantise)
        if quantise and run["double_quant"]:
            self.missed = take_nearest_codes(base, case.base)
        self.model = PeftModel.from_pretrained(base, adapter, is_trainable=True).train()
        before = {name: parameter.detach().clone() for name, parameter in trainable(self.model).items()}
        self.trainer = trainer_for(case, self.model)
        for name, parameter in trainable(self.model).items():
            parameter.data = before[name]  # TRL casts A and B to bfloat16 on a quantised base

    def train(self):
        """Returns what was logged at each step."""
        self.trainer.train()
        return [row for row in self.trainer.state.log_history if "loss" in row]

    def evaluate(self):
        """The loss on the held-out rows, without dropout."""
        for module in self.model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        self.model.eval = self.model.train  # in evaluation mode bitsandbytes computes in bfloat16
        return self.trainer.evaluate()["eval_loss"]

    def adapter(self):
        return get_peft_model_state_dict(self.model)


def trainer_for(case, model):
    completion = case.run["loss_on"] == "completion"
    prompted = case.form not in ("messages", "text")
    config = replace(
        sft_config(case.run, str(case.folder / "trl")),
        assistant_only_loss=completion and case.form == "messages",
        completion_only_loss=completion if prompted else None,
        per_device_eval_batch_size=len(case.held_out),  # one batch, for its loss to be a mean of tokens
        eval_packing=False,
    )
    trainer = SFTTrainer(
        model=model,
        args=config,
        train_dataset=datasets.Dataset.from_list([as_trl(row, case.form) for row in case.rows]),
        eval_dataset=datasets.Dataset.from_list([as_trl(row, case.form) for row in case.held_out]),
        processing_class=AutoTokenizer.from_pretrained(case.base),
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def as_trl(record, form):
    """A record in the words of TRL."""
    if form != "instruction":
        return record
    return {
        "prompt": [{"role": "user", "content": record["instruction"]}],
        "completion": [{"role": "assistant", "content": record["output"]}],
    }


def take_nearest_codes(model, folder):
    """Sets right the scales of a double quantisation for which bitsandbytes' CPU encoder missed the nearest code.

    It does for about one in 500, and takes the one beside it; graft takes the nearest. Returns the share.
    """
    weights, count, missed = load_file(folder / "model.safetensors"), 0, 0
    for name, module in model.named_modules():
        if not isinstance(module, bnb.nn.Linear4bit):
            continue
        _, single = bnb.functional.quantize_4bit(weights[name + ".weight"], quant_type="nf4")
        state = module.weight.quant_state
        blocks = (single.absmax - state.offset).split(state.state2.blocksize)
        scaled = torch.cat([block * (1 / block.abs().max()) for block in blocks])
        code = state.state2.code
        nearest = torch.bucketize(scaled, (code[1:] + code[:-1]) / 2)
        distance = (nearest - state.absmax.long()).abs()
        off = (code[nearest] - code[state.absmax.long()]).abs().max().item()
        if off > 0.02:  # more than to the next one; codes lie close together around zero, where the encoder may take one some places off
            raise RuntimeError(f"{name}: bitsandbytes' codes are up to {off} from the nearest")
        count, missed = count + distance.numel(), missed + int((distance > 0).sum())
        state.absmax.copy_(nearest)
    return missed / count
