"""Measures how speed and memory of a QLoRA step scale, and draws them beside what `graft plan` predicted.

    uv run --project ref --with matplotlib==3.10.8 bench/scaling.py [--graft FILE] [--bigmodel FILE] [--steps N]

Layers of the real shape of Qwen3-Coder-30B-A3B with random NF4 weights (bench/bigmodel), LoRA on attention and experts.
One of tokens per step, layers, experts and rank is varied at a time around 2,048 tokens, 2 layers, 64 experts, rank 4.
Writes docs/scaling.svg and bench/scaling.csv; the first line of the latter says where and how it was measured.
"""

import argparse
import csv
import json
import os
import random
import subprocess
import tempfile
from pathlib import Path
from statistics import median

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from peers import cpu_info

ROOT = Path(__file__).resolve().parent.parent
SEQUENCE = 512
CENTRE = {"tokens": 2048, "layers": 2, "experts": 64, "rank": 4}
VARIED = {
    "tokens": (512, 1024, 2048, 4096, 8192),
    "layers": (1, 2, 4),
    "experts": (32, 64, 128),
    "rank": (1, 4, 16, 32),
}
COLUMNS = ("varied", *CENTRE, "tokens_per_second", "predicted_tokens_per_second", "rss_bytes", "predicted_bytes")


def write_data(path, rows):
    """Records of more tokens than a row takes, of the sample code of this repository."""
    files = sorted(p for p in (ROOT / "data").glob("*/raw/**/*") if p.suffix in (".lua", ".gd", ".cpp", ".h", ".c"))
    source = random.Random(0)
    with open(path, "w") as out:
        for _ in range(rows):
            text = "".join(source.choice(files).read_text(encoding="utf-8") for _ in range(6))
            out.write(json.dumps({"text": text}) + "\n")


def config(folder, point, steps):
    batch = point["tokens"] // SEQUENCE
    write_data(folder / "train.jsonl", batch * steps)
    run = {
        "model": {"name": str(folder / "model"), "load_in_4bit": True, "dtype": "bfloat16"},
        "data": {"train": str(folder / "train.jsonl"), "format": "text", "eval": ""},
        "training": {
            "output_dir": str(folder / "out"),
            "max_seq_length": SEQUENCE,
            "max_steps": steps,
            "batch_size": batch,
            "gradient_accumulation_steps": 1,
            "loss_on": "all",
        },
        "lora": {"r": 16, "alpha": 32, "experts": {"r": point["rank"], "alpha": 2 * point["rank"]}},
    }
    path = folder / "run.yaml"
    path.write_text(json.dumps(run))
    return path


def measure(args, point):
    """One configuration: what plan says, and what train then does."""
    with tempfile.TemporaryDirectory(prefix="graft-scaling-", dir=args.work) as name:
        folder = Path(name)
        shape = ["--layers", point["layers"], "--experts", point["experts"], "--output", folder / "model"]
        subprocess.run(list(map(str, [args.bigmodel, "--arch", "coder-30b", *shape])), check=True, capture_output=True)
        path = config(folder, point, args.steps)
        plan = subprocess.run([args.graft, "plan", "-c", path, "--json", "-q"], check=True, capture_output=True)
        estimate = json.loads(plan.stdout)["estimate"]
        subprocess.run([args.graft, "train", "-c", path, "-q"], check=True)
        lines = [json.loads(line) for line in (folder / "out" / "metrics.jsonl").read_text().splitlines()]
        totals = json.loads((folder / "out" / "run.json").read_text())["totals"]
    return {
        "tokens_per_second": round(median(line["tokens_per_second"] for line in lines[1:]), 1),
        "predicted_tokens_per_second": round(estimate["tokens"] / estimate["seconds"], 1),
        "rss_bytes": totals["peak_rss_bytes"],
        "predicted_bytes": estimate["total_bytes"],
    }


def draw(rows, path, machine):
    figure, axes = plt.subplots(2, len(VARIED), figsize=(15, 7), sharey="row", layout="constrained")
    for column, key in enumerate(VARIED):
        some = [row for row in rows if row["varied"] == key]
        xs = [row[key] for row in some]
        pairs = (("tokens_per_second", 1, "tokens/s"), ("rss_bytes", 2**30, "peak RSS, GiB"))
        for (measured, unit, label), axis in zip(pairs, axes[:, column], strict=True):
            predicted = "predicted_bytes" if measured == "rss_bytes" else f"predicted_{measured}"
            axis.plot(xs, [row[measured] / unit for row in some], "o-", label="measured")
            axis.plot(xs, [row[predicted] / unit for row in some], "--", label="graft plan")
            axis.set(xlabel=key, xscale="log", xticks=xs, xticklabels=xs)
            axis.minorticks_off()
            if column == 0:
                axis.set_ylabel(label)
    for row in axes:
        row[0].set_ylim(0)  # shared, so only after all points are in
    axes[0, 0].legend()
    figure.suptitle(machine, fontsize=9)
    figure.savefig(path, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graft", default=ROOT / "bin" / "graft", type=Path)
    parser.add_argument("--bigmodel", default=ROOT / "bin" / "bigmodel", type=Path)
    parser.add_argument("--steps", type=int, default=3, help="of each run; the first is not timed")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()), help="folder for the models")
    args = parser.parse_args()
    args.graft, args.bigmodel = args.graft.resolve(), args.bigmodel.resolve()
    machine = (
        f"{cpu_info('model name')}, {os.cpu_count()} cores; QLoRA on layers of Qwen3-Coder-30B-A3B's shape, "
        f"experts too, rows of {SEQUENCE}; around {CENTRE}; load {os.getloadavg()[0]:.1f} before the start"
    )
    rows, seen = [], {}
    for key, values in VARIED.items():
        for value in values:
            point = CENTRE | {key: value}
            known = tuple(point.values())
            seen[known] = seen.get(known) or measure(args, point)
            rows.append({"varied": key, **point, **seen[known]})
            print(rows[-1], flush=True)
    with open(ROOT / "bench" / "scaling.csv", "w", newline="") as out:
        out.write(f"# {machine}\n")
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    draw(rows, ROOT / "docs" / "scaling.svg", machine)


if __name__ == "__main__":
    main()
