"""Compares what two builds of graft write, byte for byte: a change that is to change nothing is held to it.

    uv run --project ref ref/same_bytes.py OLD NEW

Both run the demo, make the datasets of the sample domains, and train, quantise and merge random models of four architectures. Times, memory
and the program's version are taken out of what is compared. What differs is listed; the exit code is 1 if anything does.
"""

import filecmp
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from common import rng
from interop_random import Snippets, random_model

ROOT = Path(__file__).resolve().parent.parent
DOMAINS = ["gdscript", "avorion", "flecs", "gdextension"]
RUNS = {
    "qwen2": {"model": {"dtype": "float32"}},
    "qwen3": {"model": {"dtype": "bfloat16"}, "lora": {"use_dora": True}},
    "qwen3_moe": {"model": {"dtype": "bfloat16"}, "lora": {"target_modules": "all-linear", "experts": {"r": 3}}},
    "qwen3_next": {"model": {"dtype": "float32"}, "lora": {"target_modules": "all-linear"}},
}
# What two runs of one build differ in.
PASSING = re.compile(
    rb'"(graft_version|seconds|tokens_per_second|peak_rss_bytes|rss_bytes|flop_per_second|available_bytes|free_disk_bytes)": ?("[^"]*"|[0-9.e+-]+)'
)


def write_inputs(folder):
    """Models and records that both builds read."""
    for family in RUNS:
        source = rng("same_bytes", family)
        random_model(source, folder / family, family)
        snippets = Snippets(source)
        rows = [snippets.record("instruction") for _ in range(12)]
        (folder / f"{family}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def run(graft, folder, *arguments):
    done = subprocess.run([graft, *map(str, arguments)], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{graft} {' '.join(map(str, arguments))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")


def write_outputs(graft, inputs, folder):
    """All that a build writes."""
    run(graft, folder, "demo", "graft-demo", "-q")
    for domain in DOMAINS:
        settings = [f"dataset.raw={ROOT / 'data' / domain / 'raw'}", "model.name=builtin:tiny-coder"]
        arguments = [word for s in settings for word in ("--set", s)]
        run(graft, folder, "init", f"project-{domain}", "--domain", domain)
        run(graft, folder / f"project-{domain}", "dataset", "build", "--domain", domain, "--teacher", "none", "-q", *arguments)
    for family, changes in RUNS.items():
        base = inputs / family
        config = {
            "model": {"name": str(base), "load_in_4bit": False} | changes["model"],
            "data": {"train": str(inputs / f"{family}.jsonl"), "eval": ""},
            "training": {"output_dir": f"{family}-adapter", "max_steps": 4, "max_seq_length": 96, "batch_size": 2},
            "lora": {"r": 4} | changes.get("lora", {}),
        }
        (folder / f"{family}.yaml").write_text(json.dumps(config))
        run(graft, folder, "train", "-c", f"{family}.yaml", "-q")
        run(graft, folder, "quantize", base, "--output", f"{family}-4bit", "-q")
        settings = ["--set", f"model.name={base}", "--adapter", f"{family}-adapter"]
        run(graft, folder, "merge", *settings, "--output", f"{family}-merged", "-q")


def differences(old, new):
    """Yields the files of which the two builds have written different bytes, or only one has written."""
    names = {path.relative_to(side) for side in (old, new) for path in side.rglob("*") if path.is_file()}
    for name in sorted(names):
        a, b = old / name, new / name
        if not (a.exists() and b.exists()):
            yield f"{name}: only {'old' if a.exists() else 'new'} has it"
        elif not filecmp.cmp(a, b, shallow=False) and PASSING.sub(b"", a.read_bytes()) != PASSING.sub(b"", b.read_bytes()):
            yield f"{name}: other bytes"
    print(f"{len(names)} files")


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    builds = [Path(name).resolve() for name in sys.argv[1:]]
    with tempfile.TemporaryDirectory(prefix="graft-same-") as folder:
        inputs = Path(folder) / "inputs"
        inputs.mkdir()
        write_inputs(inputs)
        sides = []
        for i, graft in enumerate(builds):
            sides.append(Path(folder) / str(i) / "work")
            sides[i].mkdir(parents=True)
            write_outputs(graft, inputs, sides[i])
        found = list(differences(*sides))
    print("\n".join(found) or "the same bytes")
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
