"""Proves that a dataset of 2,000 functions survives a bad day: a server that fails in every known way, and ten kills.

    python ref/dataset_interop.py [--functions 2000] [--kills 10]

The test that `go test ./internal/cli` runs with 36 functions is run with these numbers, once with live requests and once with
batches. The program talks over HTTP to a server of this repository. It is killed with SIGKILL at calls of
different numbers; then every function is a record or was taken out, exactly once, what the server has charged is within max_cost, and
all files are the bytes of a build that nothing disturbed, also when it is built again offline. The exit code is that of the test.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--functions", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=10)
    args = parser.parse_args()
    start = time.monotonic()
    command = [
        "go", "test", "./internal/cli", "-run", "^TestDatasetSurvivesKills$", "-count", "1", "-v", "-timeout", "60m",
        f"-dataset.functions={args.functions}", f"-dataset.kills={args.kills}",
    ]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "CGO_ENABLED": "0"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = [line for line in done.stdout.splitlines() if "killed" in line or "of $" in line or "---" in line or done.returncode]
    print("\n".join(lines))
    print(f"{args.functions} functions, {args.kills} kills in each mode: {time.monotonic() - start:.0f} s")
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
