"""Measures graft beside PEFT, bitsandbytes and TRL on this machine and prints a table in Markdown.

    uv run --project ref bench/peers.py [--graft FILE] [--only NAME ...] [--steps N] [--threads N] [--rounds N]

One training step of a model of the real shape of Qwen3-0.6B, or with --shape 30b-2 of two layers of
Qwen3-Coder-30B-A3B with LoRA on its experts too: two sequences of 512 tokens, adapters of rank 16 on all
seven projections, AdamW. All train on the same tokens from the same adapter, each in a process of its own. README.md
says what the columns are. This program imports nothing but the standard library, so that it stays small beside them.
"""

import argparse
import json
import os
import platform
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
TOKENS = 2 * 512  # of a step
QUIET = 0.5  # load of a machine on which figures mean something
SETUP, COMPILING = (
    600,
    1800,
)  # seconds until the first step may begin, and until it is done where compiling is part of it
STEP = re.compile(r"\bstep +(\d+)/\d+ .*?loss ([\d.]+)")

FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd", "bf16", "i8mm")
GRAFT = {"gradient_checkpointing": False, "load_in_4bit": False, "adapter": "lora"}
PEERS = {  # name: program, options; dtype auto is bfloat16 where the CPU has instructions for it
    "peft-fp32": ("peft", {"dtype": "float32"}),
    "peft-bf16": ("peft", {"dtype": "bfloat16"}),
    "peft-qlora": ("peft", {"dtype": "auto", "nf4": True}),
    "peft-dora": ("peft", {"dtype": "auto", "adapter": "dora"}),
    "trl": ("trl", {"dtype": "auto"}),
    "trl-compile": ("trl", {"dtype": "auto", "compile": True}),
    "trl-checkpointing": ("trl", {"dtype": "auto", "checkpointing": True}),
    "graft-lora": ("graft", GRAFT),
    "graft-lora-checkpointing": ("graft", {**GRAFT, "gradient_checkpointing": True}),
    "graft-qlora": ("graft", {**GRAFT, "load_in_4bit": True}),
    "graft-dora": ("graft", {**GRAFT, "adapter": "dora"}),
}
BASELINES = ("peft-fp32", "peft-bf16")


@dataclass
class Measured:
    """What is known of one peer, over all rounds."""

    seconds: list = field(default_factory=list)  # of the steps after the first of a round
    losses: list = field(default_factory=list)  # of the first round
    peak: int = 0  # bytes
    failure: str = ""

    @property
    def speed(self):
        return TOKENS / median(self.seconds) if self.seconds and not self.failure else None


# --- running ----------------------------------------------------------------------------------------------------


def command(name, args, folder, output):
    """The command line of a peer and what its environment has more."""
    program, options = PEERS[name]
    if program == "graft":
        return [args.graft, "train", "-c", graft_config(args, folder, output, options)], {
            "GRAFT_THREADS": str(args.threads)
        }
    options = options | {"threads": args.threads}
    if options["dtype"] == "auto":
        options["dtype"] = "bfloat16" if {"avx512_bf16", "amx_bf16", "bf16"} & cpu_flags() else "float32"
    line = [sys.executable, HERE / "peer.py", program, folder, args.steps, json.dumps(options)]
    return line, {"OMP_NUM_THREADS": str(args.threads)}


def graft_config(args, folder, output, options):
    config = {
        "model": {"name": str(folder / "model"), "load_in_4bit": options["load_in_4bit"], "dtype": "bfloat16"},
        "data": {"train": str(folder / "train.jsonl"), "format": "text"},
        "training": {
            "output_dir": str(output / "adapter"),
            "max_seq_length": 512,
            "max_steps": args.steps,
            "batch_size": 2,
            "gradient_accumulation_steps": 1,
            "learning_rate": 1e-3,
            "lr_scheduler": "constant",
            "loss_on": "all",
            "shuffle": False,
            "gradient_checkpointing": options["gradient_checkpointing"],
        },
        "lora": {"init_from": str(folder / f"adapter-{options['adapter']}")},
    }
    path = output / "run.yaml"
    path.write_text(json.dumps(config))  # JSON is YAML
    return path


def measure(name, args, folder, measured):
    """Runs a peer once and adds what it did."""
    with tempfile.TemporaryDirectory(prefix="graft-bench-") as output:
        line, more = command(name, args, folder, Path(output))
        process = subprocess.Popen(
            list(map(str, line)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **more},
        )
        try:
            said = watch(name, args, process, measured)
        except BaseException:
            process.kill()
            raise
        if measured.failure:
            process.kill()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    measured.peak = max(measured.peak, usage.ru_maxrss * unit)
    if not measured.failure and process.returncode:
        measured.failure = f"failed: exit code {process.returncode}"
        print(f"{name}:\n" + "\n".join(said[-20:]), file=sys.stderr)


def watch(name, args, process, measured):
    """Times the lines of a process until it ends; returns them. A step over the limit is a failure."""
    lines = queue.Queue()
    threading.Thread(target=read, args=(process.stdout, lines), daemon=True).start()
    first, last, said = not measured.losses, None, []
    limit = COMPILING if PEERS[name][1].get("compile") else SETUP
    while True:
        try:
            now, text = lines.get(timeout=limit)
        except queue.Empty:
            measured.failure = f"over {limit} s/step" if limit == args.step_limit else f"no step within {limit} s"
            return said
        if text is None:
            return said
        said.append(text.rstrip())
        if found := STEP.search(text):
            if last:
                measured.seconds.append(now - last)
            if first:
                measured.losses.append(float(found[2]))
            last, limit = now, args.step_limit
        elif text.endswith("ready\n"):
            limit = args.step_limit


def read(stream, lines):
    for text in stream:
        lines.put((time.monotonic(), text))
    lines.put((time.monotonic(), None))


# --- machine ----------------------------------------------------------------------------------------------------


def cpu_info(key):
    """The first value of a key of /proc/cpuinfo, or of macOS' sysctl for the model's name."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return subprocess.run(
            ["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True
        ).stdout.strip()
    found = re.search(rf"^{key}\s*:\s*(.*)$", text, re.MULTILINE)
    return found[1] if found else ""


def cpu_flags():
    return set((cpu_info("flags") or cpu_info("Features")).split())


def machine(args, load):
    model = cpu_info("model name") or platform.processor() or platform.machine()
    flags = " ".join(flag for flag in FLAGS if flag in cpu_flags())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{model}, {os.cpu_count()} cores ({flags}), {memory:.0f} GiB, {platform.system()} {platform.machine()}; "
        f"{args.threads} threads, {args.steps} steps, {args.rounds} rounds; load {load:.2f} before the start"
    )


def wait_until_quiet(seconds):
    """Waits for other work to end, the making of the model among it; returns the load."""
    end = time.monotonic() + seconds
    while (load := os.getloadavg()[0]) > QUIET and time.monotonic() < end:
        time.sleep(5)
    return load


# --- table ------------------------------------------------------------------------------------------------------


def baseline(results):
    """The faster of PEFT's two, or None."""
    speeds = {name: results[name].speed for name in BASELINES if name in results and results[name].speed}
    return max(speeds, key=speeds.get, default=None)


def table(results, warnings):
    """The lines of the table. With a warning there are no ratios."""
    best = baseline(results)
    yield "| | tok/s | steps | speed | peak RSS | memory | loss |"
    yield "|---|---|---|---|---|---|---|"
    for name, measured in results.items():
        speed, spread = measured.failure or "one step only", ""
        ratios = ["", ""]
        if measured.speed:
            speed = f"{measured.speed:.1f}"
            spread = f"{min(measured.seconds):.1f} to {max(measured.seconds):.1f} s"
            if best and not warnings:
                ratios = [
                    f"{measured.speed / results[best].speed:.2f} x",
                    f"{measured.peak / results[best].peak:.2f} x",
                ]
        losses = " ".join(f"{loss:.4f}" for loss in measured.losses)
        peak = f"{measured.peak / 1e9:.2f} GB"
        yield f"| {name} | {speed} | {spread} | {ratios[0]} | {peak} | {ratios[1]} | {losses} |"
    for warning in warnings:
        yield f"| **warning** | {warning}: these figures claim nothing | | | | | |"
    yield ""
    yield f"Ratios are to {best}." if best and not warnings else "No ratios."


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--graft", default=os.environ.get("GRAFT", HERE.parent / "bin" / "graft"), metavar="FILE", type=Path
    )
    parser.add_argument("--only", nargs="+", choices=list(PEERS), metavar="NAME", help="of " + ", ".join(PEERS))
    parser.add_argument("--shape", choices=("0.6b", "30b-2"), default="0.6b", help="of the model")
    parser.add_argument("--steps", type=int, default=6, help="of each run; the first is not timed")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=1, help="how often all are run, in turn")
    parser.add_argument("--step-limit", type=int, default=60, metavar="SECONDS", help="after which a peer is given up")
    parser.add_argument(
        "--wait", type=int, default=300, metavar="SECONDS", help="at most, for the machine to become quiet"
    )
    parser.add_argument(
        "--work", type=Path, default=Path(tempfile.gettempdir()) / "graft-bench", help="folder of the model, kept"
    )
    args = parser.parse_args()
    args.graft = args.graft.resolve()
    if not os.access(args.graft, os.X_OK):
        parser.error(f"there is no program {args.graft}: make build, or name it with --graft")
    return args


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # for measure to end its process
    args = parse()
    args.work /= args.shape
    args.work.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, HERE / "peer.py", "prepare", args.work, args.shape, str(args.steps)], check=True)
    load, warnings = wait_until_quiet(args.wait), []
    if load > QUIET:
        warnings.append(f"load {load:.2f} before the start, above {QUIET}")
    print(machine(args, load) + f"; shape {args.shape}", flush=True)
    chosen = args.only or [name for name in PEERS if args.shape == "0.6b" or "dora" not in name]
    results = {name: Measured() for name in chosen}
    for _ in range(args.rounds):
        for name, measured in results.items():
            if measured.failure:
                continue
            print(f"{name} ...", file=sys.stderr, flush=True)
            measure(name, args, args.work, measured)
    print("\n" + "\n".join(table(results, warnings)))


if __name__ == "__main__":
    main()
