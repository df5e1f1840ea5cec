"""Proves what graft reads, computes and writes with transformers, PEFT, TRL and bitsandbytes.

    uv run --project ref ref/interop.py [--graft FILE] [--only NAME ...] [--seed N]

Every proof makes a small random model, lets the program and the peer work on the same files, and prints the largest
difference of each kind beside its limit. Shapes, data and hyper-parameters follow from the seed, which is printed and
new at each run. Other proofs, in scripts of their own, are run at the end. The exit code is 1 if anything failed.
"""

import argparse
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from functools import partial
from pathlib import Path
from typing import NamedTuple

ENVIRONMENT = dict(os.environ)  # before common adds to it

import smollm
from common import inputs, load_model, logits, rng, write_tensors
from interop_random import (
    ALL_SEVEN,
    MARKED,
    TINY_CODER,
    Snippets,
    random_adapter,
    random_lora,
    random_model,
    random_run,
)
from interop_sides import Case, Graft, Trl

import torch
import transformers
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoTokenizer

HERE = Path(__file__).resolve().parent
ROWS, HELD_OUT = 24, 6
# What two float32 computations may differ by. Gradient norms need room for ill-conditioned models: in the worst of five trials
# PyTorch's first norm was 7e-6 from that of float64, graft's 2e-6, and the two 1e-4 apart some steps later.
LOSS, NORM, ADAPTER, RATE, LOGITS, HALF = 1e-5, 1e-3, 1e-3, 1e-9, 1e-4, 1e-2


class Figure(NamedTuple):
    """A difference and what it may be at most."""

    what: str
    value: float
    limit: float

    def __str__(self):
        return f"{self.what} {self.value:.1e}" + ("" if self.ok else f" (limit {self.limit:.0e})")

    @property
    def ok(self):
        return self.value <= self.limit  # false for a NaN


class Work:
    """What a proof works with: a folder, the program, and random numbers that follow from seed and name."""

    def __init__(self, name, seed, folder, graft):
        self.folder, self.graft, self.source = folder, graft, rng("interop", name, seed)


def relative(a, b):
    return abs(a - b) / max(abs(a), abs(b))


def worst(differences):
    """The largest, or NaN if one of them is, which max would pass over."""
    differences = list(differences)
    return math.nan if any(map(math.isnan, differences)) else max(differences)


def apart(ours, theirs):
    """The largest relative distance of two adapters' tensors, which must have the same names."""
    if ours.keys() != theirs.keys():
        raise RuntimeError(f"tensors of one side only: {sorted(ours.keys() ^ theirs.keys())}")
    return worst(((ours[name] - theirs[name]).norm() / theirs[name].norm()).item() for name in theirs)


def scaled(a, b):
    """The largest difference of two sets of logits, in their standard deviations."""
    return ((a - b).abs().max() / b.std()).item()


def sequences(source, vocabulary):
    return [source.integers(vocabulary, size=int(source.integers(2, 90))).tolist() for _ in range(3)]


# --- training ---------------------------------------------------------------------------------------------------


def prove_training(work, family="qwen3", features=None, form="prompt-completion", lora=None, run=None):
    """Ten steps of graft and of TRL from the same adapter; then PEFT evaluates the adapter that graft trained."""
    base = work.folder / "base"
    template = MARKED if form == "messages" else None  # TRL needs the marks; ours need none
    features = features or {}
    said = random_model(work.source, base, family, template=template, **features)
    lora, run = random_lora(work.source, **(lora or {})), random_run(work.source, **(run or {}))
    case = make_case(work, base, form, run, features.get("quantised", False))
    yield from compare_training(work, case, said, lora)


def compare_training(work, case, said, lora):
    """The steps of a case on both sides, from an adapter that PEFT writes."""
    run, adapter = case.run, work.folder / "init"
    random_adapter(work.source, adapter, case.base, lora)
    ours, evaluation, trained = work.graft.train(case, {"init_from": str(adapter)})
    trl = Trl(case, adapter)
    theirs = trl.train()
    yield f"{said}; {describe_run(run, lora)}"
    yield from compare_steps(ours, theirs)
    yield Figure("adapter", apart(load_file(trained / "adapter_model.safetensors"), trl.adapter()), ADAPTER)
    yield Figure("evaluation", relative(evaluation, trl.evaluate()), LOSS)
    yield Figure("our adapter in PEFT", relative(evaluation, Trl(case, trained).evaluate()), LOSS)
    if run["load_in_4bit"] and run["double_quant"] and not case.quantised:
        yield Figure("scales that bitsandbytes rounded to the second nearest code", trl.missed, 0.01)


def make_case(work, base, form, run, quantised=False):
    snippets = Snippets(work.source)
    rows, held_out = ([snippets.record(form) for _ in range(count)] for count in (ROWS, HELD_OUT))
    return Case(work.folder, base, form, run, rows, held_out, quantised)


def compare_steps(ours, theirs):
    if len(ours) != len(theirs):
        raise RuntimeError(f"graft made {len(ours)} steps, TRL {len(theirs)}")
    pairs = list(zip(ours, theirs, strict=True))
    for key, what, limit in (("loss", "losses", LOSS), ("grad_norm", "gradient norms", NORM)):
        yield Figure(what, worst(relative(a[key], b[key]) for a, b in pairs), limit)
    highest = max(b["learning_rate"] for _, b in pairs)
    yield Figure("rates", worst(abs(a["learning_rate"] - b["learning_rate"]) for a, b in pairs) / highest, RATE)


def describe_run(run, lora):
    patterns = ", patterns" if "rank_pattern" in lora else ""
    rows = f"{run['batch_size']}x{run['gradient_accumulation_steps']} rows of {run['max_seq_length']}"
    return f"r {lora['r']}, {len(lora['target_modules'])} targets{patterns}, {rows}, {run['lr_scheduler']}"


def prove_bfloat16(work):
    """The loss of the first step in bfloat16, on the model that is built into the program."""
    lora, adapter = random_lora(work.source), work.folder / "init"
    few = {
        "max_steps": 1,
        "lr_scheduler": "constant",
        "warmup_steps": 0,
        "batch_size": 2,
        "gradient_accumulation_steps": 1,
    }
    run = random_run(work.source, dtype="bfloat16", **few)  # one step: torch is slow in it on most CPUs
    random_adapter(work.source, adapter, TINY_CODER, lora)
    case = make_case(work, TINY_CODER, "instruction", run)
    ours, _, _ = work.graft.train(case, {"init_from": str(adapter)}, name="builtin:tiny-coder")
    theirs = Trl(case, adapter).train()
    yield f"builtin:tiny-coder; {describe_run(run, lora)}"
    yield Figure("loss", relative(ours[0]["loss"], theirs[0]["loss"]), HALF)


def prove_fresh(work, family=None):
    """An adapter that graft made from nothing, with dropout, is evaluated by PEFT as by graft."""
    base = work.folder / "base"
    said = random_model(work.source, base, family or pick_family(work), tied=True)
    case = make_case(work, base, "turns", random_run(work.source))
    lora = {
        "r": 5,
        "alpha": 7,
        "dropout": 0.1,
        "use_dora": bool(work.source.integers(2)),
        "target_modules": "all-linear",
    }
    if family:  # PEFT takes neither of the two on experts
        lora |= {"dropout": 0.0, "use_dora": False, "experts": {"r": 3, "alpha": 8}}
    _, evaluation, trained = work.graft.train(case, lora)
    yield f"{said}; all-linear, dropout {lora['dropout']}{', DoRA' if lora['use_dora'] else ''}"
    yield Figure("our adapter in PEFT", relative(evaluation, Trl(case, trained).evaluate()), LOSS)


# --- merging and generation -------------------------------------------------------------------------------------


def prove_merge(work, family, lora, dtype=torch.float32, limit=LOGITS, **features):
    """graft merges an adapter that PEFT wrote; transformers and PEFT compute the same logits with the result."""
    base, adapter = work.folder / "base", work.folder / "adapter"
    said = random_model(work.source, base, family, dtype, **features)
    lora = random_lora(work.source, **lora)
    random_adapter(work.source, adapter, base, lora)
    merged = load_model(work.graft.merge(work.folder, base, adapter), dtype=dtype)
    unmerged = PeftModel.from_pretrained(load_model(base), adapter).train()
    text = sequences(work.source, merged.config.vocab_size)
    bare, adapted = logits(load_model(base), text), logits(unmerged, text)
    theirs = PeftModel.from_pretrained(load_model(base, dtype=dtype), adapter).merge_and_unload()
    half = dtype != torch.float32
    yield f"{said}; r {lora['r']}, {len(lora['target_modules'])} targets"
    yield Figure("weights", weights_apart(merged, theirs), 2**-7 if half else 1e-5)  # one unit of bfloat16
    if half:
        # rounding of the weights is all that may remain: PEFT's own merge shows how much that is
        allowed = scaled(logits(theirs.float(), text), adapted)
        yield Figure("logits, in PEFT's own rounding", scaled(logits(merged.float(), text), adapted) / allowed, 2)
    else:
        yield Figure("logits, unmerged", scaled(logits(merged, text), adapted), limit)
        yield Figure("logits, merged by PEFT", scaled(logits(merged, text), logits(theirs, text)), limit)
    if scaled(bare, adapted) < 0.1:
        raise RuntimeError("the adapter changes nothing, so nothing is proved")


def weights_apart(ours, theirs):
    """The largest difference of two models' weights, relative to the largest weight of the row."""
    ours, theirs = ours.state_dict(), theirs.state_dict()
    if ours.keys() != theirs.keys():
        raise RuntimeError(f"tensors of one side only: {sorted(ours.keys() ^ theirs.keys())}")
    return worst(
        ((ours[name].float() - theirs[name].float()).abs() / theirs[name].float().abs().amax(-1, keepdim=True))
        .max()
        .item()
        for name in theirs
    )


def prove_chat(work, family=None, lora=None):
    """graft's most likely answer with an adapter that PEFT wrote is the one that transformers generates."""
    base, adapter, length = work.folder / "base", work.folder / "adapter", 48
    said = random_model(
        work.source, base, family or pick_family(work), window=not family and work.source.random() < 0.5
    )
    lora = random_lora(work.source, use_dora=bool(work.source.integers(2)), **(lora or {}))
    random_adapter(work.source, adapter, base, lora)
    prompt = Snippets(work.source).text(6)
    settings = [f"--set=model.name={base}", "--set=model.dtype=float32", "--set=model.load_in_4bit=false"]
    answer = work.graft(
        "chat", *settings, "--adapter", adapter, "--max-tokens", length, "--json", "-p", "-", input=prompt
    )
    tokenizer = AutoTokenizer.from_pretrained(base)
    turn = [{"role": "user", "content": prompt}]
    ids = tokenizer.apply_chat_template(turn, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    model = PeftModel.from_pretrained(load_model(base), adapter).eval()
    with torch.no_grad():
        out = model.generate(**ids, max_new_tokens=length, do_sample=False, eos_token_id=2, pad_token_id=0)
    new = out[0, ids["input_ids"].shape[1] :]
    theirs = tokenizer.decode(new, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    yield f"{said}; {len(new)} tokens"
    yield Figure("answers differ", float(json.loads(answer)["answer"] != theirs), 0)


def prove_pretrained(work):
    """A real model, SmolLM2-135M-Instruct, a Llama: logits, greedy text and ten steps."""
    base, length = work.folder / "base", 40
    model = smollm.write(base).eval()
    tokenizer = AutoTokenizer.from_pretrained(base)
    snippets = Snippets(work.source)
    text = [tokenizer(snippets.text(20))["input_ids"][:200] for _ in range(3)]
    write_tensors(base / "expected.safetensors", {**inputs(text), "logits": logits(model, text)})
    go_test = ("go", "test", "-count=1", "-v", "-run=TestFolder")
    told_by_go = told("../internal/model/llama", f"-llama.folder={base}", by=go_test)
    (base / "expected.safetensors").unlink()
    prompt = "Write a Lua function that returns the larger of two numbers."
    settings = [f"--set=model.name={base}", "--set=model.dtype=float32", "--set=model.load_in_4bit=false"]
    answer = work.graft("chat", *settings, "--base", "--max-tokens", length, "--json", "-p", "-", input=prompt)
    turn = [{"role": "user", "content": prompt}]
    ids = tokenizer.apply_chat_template(turn, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    with torch.no_grad():
        out = model.generate(**ids, max_new_tokens=length, do_sample=False)
    theirs = tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True)
    few = {"batch_size": 1, "gradient_accumulation_steps": 2, "max_seq_length": 128, "learning_rate": 2e-4}
    case = make_case(work, base, "instruction", random_run(work.source, **few))
    said, *figures = compare_training(work, case, "SmolLM2-135M-Instruct", random_lora(work.source))
    yield f"{said}; {json.loads(answer)['answer'][:60]!r}"
    yield Figure("logits", float(re.search(r"differ by (\S+)", told_by_go).group(1)), 2e-5)
    yield Figure("answers differ", float(json.loads(answer)["answer"] != theirs), 0)
    yield from figures


def pick_family(work):
    return ("qwen2", "qwen3")[work.source.integers(2)]


# --- other scripts ----------------------------------------------------------------------------------------------


def told(script, *arguments, by=(sys.executable,)):
    """What another script says, which exits with 0 if all is well."""
    done = subprocess.run([*by, HERE / script, *arguments], capture_output=True, text=True, env=ENVIRONMENT)
    if done.returncode:
        lines = (done.stdout + done.stderr).splitlines()
        raise RuntimeError(f"{script}: exit code {done.returncode}\n" + "\n".join(lines[-40:]))
    return done.stdout.strip()


def prove_script(work, script, *arguments):
    """Runs another script and tells its last line."""
    yield told(script, *arguments).splitlines()[-1].strip()


def prove_gates(_):
    """The verdicts that our gates are tested with are those of LuaJIT, gcc and g++. The script has an environment of its own."""
    yield told("gates_interop.py", "--check", "--every", "3", by=("uv", "run")).replace("\n", "; ")


QLORA = {"load_in_4bit": True}
MIXERS = ["q_proj", "k_proj", "v_proj", "o_proj", "in_proj_qkvz", "in_proj_ba", "out_proj"]
PROOFS = {
    "lora": partial(prove_training, features={"tied": True}),
    "rslora": partial(prove_training, family="qwen2", form="messages", lora={"use_rslora": True}),
    "dora": partial(prove_training, features={"yarn": True}, form="instruction", lora={"use_dora": True}),
    "window": partial(prove_training, family="qwen2", features={"window": True, "tied": True}, form="turns"),
    "bias": partial(prove_training, features={"bias": True}, form="messages", lora={"target_modules": ALL_SEVEN}),
    "all-tokens": partial(prove_training, family="qwen2", features={"yarn": True}, form="text", run={"loss_on": "all"}),
    "packing": partial(prove_training, form="messages", run={"packing": True, "batch_size": 2}),
    "packed-window": partial(
        prove_training, features={"window": True}, form="text", run={"packing": True, "loss_on": "all"}
    ),
    "qlora": partial(prove_training, family="qwen2", form="instruction", run=QLORA),
    "qdora": partial(prove_training, lora={"use_dora": True}, run={**QLORA, "double_quant": False}),
    "prequantised": partial(prove_training, features={"quantised": True}, form="turns", run=QLORA),
    "next": partial(prove_training, family="qwen3_next", lora={"target_modules": MIXERS}),
    "next-dora": partial(prove_training, family="qwen3_next", lora={"target_modules": MIXERS, "use_dora": True}),
    "bfloat16": prove_bfloat16,
    "fresh": prove_fresh,
    "fresh-experts": partial(prove_fresh, family="qwen3_moe"),
    "fresh-next": partial(prove_fresh, family="qwen3_next"),
    "merge-lora": partial(prove_merge, family="qwen3", lora={}, tied=True),
    "merge-rslora": partial(prove_merge, family="qwen2", lora={"use_rslora": True}, yarn=True),
    "merge-dora": partial(prove_merge, family="qwen3", lora={"use_dora": True}, window=True),
    "merge-experts": partial(prove_merge, family="qwen3_moe", lora={"target_modules": ALL_SEVEN}),
    "merge-next": partial(prove_merge, family="qwen3_next", lora={"target_modules": MIXERS}, limit=10 * LOGITS),
    "merge-bfloat16": partial(prove_merge, family="qwen2", lora={}, dtype=torch.bfloat16),
    "chat": prove_chat,
    "pretrained": prove_pretrained,
    "chat-next": partial(prove_chat, family="qwen3_next", lora={"target_modules": MIXERS}),
    "formats": partial(prove_script, script="formats_interop.py"),
    "quantize": lambda work: prove_script(work, "quantize_interop.py", str(work.graft.binary)),
    "tokenizer": lambda work: prove_script(work, "tokenizer_interop.py", str(TINY_CODER), "--mb", "2", "--rounds", "1"),
    "templates": partial(prove_script, script="chat_interop.py"),
    "dataset": partial(prove_script, script="dataset_interop.py"),
    "gdscript": partial(prove_script, script="gdscript_interop.py"),
    "gates": prove_gates,
    "goldens": partial(prove_script, script="check_goldens.py"),
}


def prove(name, seed, graft):
    """Runs one proof and prints its line; returns whether it holds."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="graft-interop-") as folder:
        try:
            said, *figures = PROOFS[name](Work(name, seed, Path(folder), graft))
            ok, text = all(figure.ok for figure in figures), "; ".join(map(str, figures))
        except Exception as error:
            said, ok, text = "".join(traceback.format_exception(error)).strip(), False, ""
    print(f"{'ok' if ok else 'FAILED':6} {name}: {text or said} [{time.monotonic() - start:.0f} s]", flush=True)
    if text:
        print(f"       {said}", flush=True)
    return ok


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--graft", type=Path, default=os.environ.get("GRAFT", HERE.parent / "bin" / "graft"), metavar="FILE"
    )
    parser.add_argument("--only", nargs="+", choices=list(PROOFS), metavar="NAME", help="of " + ", ".join(PROOFS))
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3)))
    args = parser.parse_args()
    binary = Path(args.graft).resolve()
    if not os.access(binary, os.X_OK):
        raise SystemExit(f"there is no program {binary}: make build, or name it with --graft")
    print(f"seed {args.seed}; {binary}; transformers {transformers.__version__}", flush=True)
    start = time.monotonic()
    failed = [name for name in args.only or PROOFS if not prove(name, args.seed, Graft(binary))]
    print(f"{len(args.only or PROOFS) - len(failed)} proofs hold, {time.monotonic() - start:.0f} s")
    if failed:
        again = f"--seed {args.seed} --only {' '.join(failed)}"
        raise SystemExit(f"{len(failed)} failed: {again}")


if __name__ == "__main__":
    main()
