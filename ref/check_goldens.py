"""Writes the goldens again, aside, and compares them with those in the repository.

    uv run --project ref ref/check_goldens.py

Weights, tokens and configurations must be the same; computed numbers may differ by what another CPU's rounding does.
"""

import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

from common import INTERNAL

from safetensors.torch import load_file

SCRIPTS = ["model", "llama", "next", "adapter", "train", "formats", "pack", "tokenizer", "chat"]  # adapter reads what model wrote
TOLERANCE = 1e-4  # of a number, or of a tensor's root mean square where that is above 1: rounding grows with it


def differences(old, new):
    """Says in what two files differ."""
    if not new.exists():
        return ["no longer written"]
    if not old.exists():
        return ["not in the repository"]
    if old.suffix == ".json":
        return list(json_differences(json.loads(old.read_text()), json.loads(new.read_text()), "value"))
    if old.suffix == ".safetensors" and old.read_bytes() != new.read_bytes():
        return list(tensor_differences(load_file(old), load_file(new)))
    return [] if old.read_bytes() == new.read_bytes() else ["other bytes"]


def json_differences(old, new, path):
    if isinstance(old, float) and isinstance(new, float):
        if not math.isclose(old, new, rel_tol=TOLERANCE):
            yield f"{path}: {old} became {new}"
    elif isinstance(old, dict) and isinstance(new, dict) and list(old) == list(new):
        for key in old:
            yield from json_differences(old[key], new[key], f"{path}.{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for i, (a, b) in enumerate(zip(old, new, strict=True)):
            yield from json_differences(a, b, f"{path}[{i}]")
    elif old != new:
        yield f"{path}: changed"


def tensor_differences(old, new):
    if old.keys() != new.keys():
        yield f"tensors {sorted(old.keys() ^ new.keys())} are in one file only"
    for name in sorted(old.keys() & new.keys()):
        a, b = old[name], new[name]
        if (a.shape, a.dtype) != (b.shape, b.dtype):
            yield f"{name}: {a.dtype} {list(a.shape)} became {b.dtype} {list(b.shape)}"
        elif not (near(a, b) if a.is_floating_point() else a.equal(b)):
            yield f"{name}: up to {(a.double() - b.double()).abs().max():.1e} apart"


def near(a, b):
    """Tells whether two tensors differ by no more than the order of float32 sums may make: logits of one model were 1.4e-4 apart, at 3.1 RMS."""
    size = max(1.0, a.double().square().mean().sqrt().item())
    return a.allclose(b, rtol=TOLERANCE, atol=TOLERANCE * size)


def compare(output):
    """Compares all files of the golden folders below output; returns what differs and how many files there were."""
    found, files = [], set()
    for folder in output.glob("**/testdata/golden"):
        for root in (output, INTERNAL):
            golden = root / folder.relative_to(output)
            files |= {path.relative_to(root) for path in golden.rglob("*") if path.is_file()}
    for file in sorted(files):
        found += [f"{file}: {difference}" for difference in differences(INTERNAL / file, output / file)]
    return found, len(files)


def main():
    here = Path(__file__).resolve().parent
    with tempfile.TemporaryDirectory() as folder:
        for script in SCRIPTS:
            subprocess.run([sys.executable, here / f"{script}_golden.py", "--output", folder], check=True)
        found, count = compare(Path(folder))
    if found:
        raise SystemExit("\n".join(found))
    print(f"{count} files agree")


if __name__ == "__main__":
    main()
