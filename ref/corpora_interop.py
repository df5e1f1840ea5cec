# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///
"""Measures the dataset pipeline on real code: how much of it the gates refuse, what each filter takes out, and how long it takes.

    python ref/corpora_interop.py --graft bin/graft --corpus gdscript DIR --corpus flecs DIR [--gate gcc --include-dir DIR]

Each corpus is a domain and a folder with code that its compiler or engine takes. It is calibrated and built offline, without a
teacher and without regard to licences, into a folder that is thrown away unless --keep names one. The tables are Markdown. The exit
code is 1 if a gate refuses a file, or nearly the same function is in two splits.
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(graft, command, domain, folder, *options):
    """Runs a command of the program on a corpus; returns what it says and the seconds that it took."""
    arguments = [str(graft), "dataset", command, "-c", str(ROOT / "config" / f"{domain}.yaml"), *options]
    arguments += ["--set", f"dataset.raw={folder}", "--set", "dataset.licenses=any", "--set", "model.name=builtin:tiny-coder"]
    start = time.monotonic()
    done = subprocess.run(arguments, capture_output=True, text=True)
    seconds = time.monotonic() - start
    if done.returncode not in (0, 3):  # 3: a gate refuses too much, which the table shows
        raise SystemExit(f"graft dataset {command}: exit code {done.returncode}\n{done.stderr or done.stdout}")
    return done.stdout, seconds


def measure(options, domain, folder, keep):
    gates = [f"--gate={name}" for name in options.gate] + [f"--include-dir={name}" for name in options.include_dir]
    calibration = json.loads(run(options.graft, "calibrate", domain, folder, "--json", *gates)[0])
    out = ["--teacher", "none", "--set", f"data.train={keep}/train.jsonl", "--set", f"data.eval={keep}/eval.jsonl"]
    _, seconds = run(options.graft, "build", domain, folder, *out)
    report = json.loads((keep / "report.json").read_text())
    return calibration, report, seconds


def percent(part, whole):
    return f"{100 * part / whole:.2f} %" if whole else "–"


def commit(folder):
    done = subprocess.run(["git", "-C", folder, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else "no checkout"


def summary(results):
    print("| corpus | files | MB | functions | records | gate: refused | leak | names unknown to the API | seconds |")
    print("|---|--:|--:|--:|--:|---|--:|--:|--:|")
    for name, (calibration, report, seconds) in results.items():
        gates = []
        for gate in calibration["gates"]:
            unjudged = f", {gate['unjudged']} not judged" if gate.get("unjudged") else ""
            gates.append(f"{gate['name']} {gate['refused']}/{gate['judged']}{unjudged}")
        floor, records = calibration["api"]["floor"], sum(split["records"] for split in report["splits"])
        print(
            f"| {name} | {report['files']} | {report['bytes'] / 1e6:.1f} | {report['functions']} | {records} | {'; '.join(gates)} "
            f"| {report['residual_leak']} | {percent(floor['unknown'], floor['references'])} | {seconds:.1f} |"
        )


def yields(results):
    print("\n| filter | of | " + " | ".join(results) + " |\n|---|---|" + "--:|" * len(results))
    rows = {}
    for number, (_, report, _) in enumerate(results.values()):
        for y in report["yield"]:
            rows.setdefault((y["filter"], y["of"]), [""] * len(results))[number] = f"{y['in']} → {y['out']}"
    for (name, of), cells in rows.items():
        print(f"| {name} | {of} | " + " | ".join(cells) + " |")


def refusals(results):
    for name, (calibration, _, _) in results.items():
        for gate in calibration["gates"]:
            for reason in gate["first"] or []:
                print(f"\n{name}: {gate['name']}: {reason}", end="")
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graft", type=Path, default=ROOT / "bin" / "graft")
    parser.add_argument("--corpus", nargs=2, action="append", required=True, metavar=("DOMAIN", "DIR"))
    parser.add_argument("--gate", action="append", default=[], help="a checker on the PATH that judges too: clang, gcc, luac, luajit, godot")
    parser.add_argument("--include-dir", action="append", default=[], help="headers for clang and gcc")
    parser.add_argument("--keep", type=Path, help="where the datasets stay")
    options = parser.parse_args()
    results, failed = {}, []
    with tempfile.TemporaryDirectory(prefix="graft-corpora-") as place:
        for number, (domain, folder) in enumerate(options.corpus):
            full = Path(folder).resolve()
            keep = (options.keep or Path(place)) / f"{number}-{domain}"
            name = f"{full.name} ({domain}, {commit(full)})"
            results[name] = measure(options, domain, full, keep)
            calibration, report, _ = results[name]
            if report["residual_leak"] or any(gate["refused"] for gate in calibration["gates"]):
                failed.append(name)
    print(f"{date.today()}, {platform.machine()}, {platform.system()}\n")
    summary(results)
    yields(results)
    refusals(results)
    if failed:
        sys.exit("FAILED: a gate refuses code, or a function leaks into another split: " + ", ".join(failed))


if __name__ == "__main__":
    main()
