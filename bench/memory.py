"""Compares the memory that `graft plan` predicts with the memory that `graft train` takes, and prints a table in Markdown.

    uv run --project ref bench/memory.py [--graft FILE] [--tokens N ...] MODEL...

MODEL is a directory; bench/bigmodel writes some of real shape. Every combination of model, tokens a step and way of training is a process
of its own that makes one step; its peak is what the kernel counts. Texts are sample code of this repository. Nothing here is timed, so that
the machine may be busy.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
WAYS = {
    "LoRA": {},
    "kept": {"training": {"gradient_checkpointing": False}},
    "offloaded": {"training": {"activation_offload": "disk"}},
    "DoRA": {"lora": {"use_dora": True}},
}
ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]


def texts(tokens):
    """Enough code for a sequence of that many tokens."""
    code = "".join(path.read_text() for path in sorted((HERE.parent / "internal").glob("*/*.go")))
    return [{"text": code[i : i + 8 * tokens]} for i in (0, len(code) // 2)]


def configuration(model, tokens, way, output):
    data = output / "train.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in texts(tokens)))
    config = {
        "model": {"name": str(model)},
        "data": {"train": str(data), "eval": "", "format": "text"},
        "lora": {"r": 16, "alpha": 32, "target_modules": ATTENTION},
        "training": {
            "output_dir": str(output / "adapter"),
            "max_seq_length": tokens,
            "max_steps": 1,
            "batch_size": 1,
            "gradient_accumulation_steps": 1,
            "eval_steps": 0,
        },
    }
    for section, keys in WAYS[way].items():
        config[section] |= keys
    path = output / "run.yaml"
    path.write_text(json.dumps(config))  # JSON is YAML
    return path


def run(graft, command, config):
    done = subprocess.run([graft, command, "-c", config, "--json", "-q"], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"graft {command}: exit code {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def row(graft, model, tokens, way):
    with tempfile.TemporaryDirectory(prefix="graft-memory-") as folder:
        config = configuration(model, tokens, way, Path(folder))
        estimate = run(graft, "plan", config)["estimate"]
        peak = run(graft, "train", config)["peak_rss_bytes"]
    parts = [estimate[key] for key in ("weights_bytes", "activations_bytes", "total_bytes")]
    return [
        model.name,
        way,
        tokens,
        estimate["weights"]["mode"],
        *(f"{n / 2**20:.0f}" for n in (*parts, peak)),
        f"{parts[2] / peak:.2f}",
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graft", default=os.environ.get("GRAFT", HERE.parent / "bin" / "graft"), metavar="FILE")
    parser.add_argument("--tokens", type=int, nargs="+", default=[512, 2048], metavar="N")
    parser.add_argument("--only", nargs="+", choices=list(WAYS), default=list(WAYS), metavar="WAY")
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL")
    args = parser.parse_args()
    print("| model | way | tokens | weights | weights, MiB | activations | predicted | peak | predicted / peak |")
    print("|---|---|---|---|---|---|---|---|---|")
    off = 0
    for model in args.models:
        for tokens in args.tokens:
            for way in args.only:
                cells = row(Path(args.graft).resolve(), model.resolve(), tokens, way)
                off = max(off, abs(float(cells[-1]) - 1))
                print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    print(f"\nFurthest off: {100 * off:.0f} %")
    sys.exit(off > 0.15)


if __name__ == "__main__":
    main()
