# /// script
# requires-python = ">=3.11"
# dependencies = ["lupa==2.8"]
# ///
"""Writes what LuaJIT, gcc and g++ say of the mutants that the gates are tested with.

    uv run ref/gates_interop.py [--check] [--every 3]

The Go test writes the mutants; each is compiled here and never executed. The golden holds one letter for each: S it is refused
for its syntax, N for names or types, A it is accepted. With --check the golden is compared instead of written. The samples in C
and C++ need no header but those beside them and the standard library's.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lupa.luajit21 as luajit

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "internal/dataset/gate/gatetest"
GOLDEN = PACKAGE / "testdata/golden/verdicts.json"

COMPILERS = {"c": ["gcc", "-x", "c", "-std=gnu17"], "cpp": ["g++", "-x", "c++", "-std=gnu++17"]}
# How gcc and g++ word a mistake in syntax, for the first error that they report.
SYNTAX = re.compile(
    r"expected|stray|missing terminating|unterminated|extraneous|before .* token|at end of input|without a previous|"
    r"a function-definition is not allowed|not within|invalid suffix|empty character|two or more data types|"
    r"duplicate|does not name a type|cannot be used as|has no type|type defaults|ISO C\+\+ forbids declaration|"
    r"break statement|continue statement|case label|unable to find|multiple types in one declaration"
)
NAMES = re.compile(r"undeclared|was not declared|does not name a type|has no member|incompatible|invalid type|no match|cannot convert")


def lua_verdicts(texts):
    runtime = luajit.LuaRuntime(encoding="latin-1", unpack_returned_tuples=True)
    load = runtime.eval("function(s) local f, e = loadstring(s) return f == nil end")
    return "".join("S" if load(t.encode().decode("latin-1")) else "A" for t in texts)


def prepare(place):
    """Compiles the standard headers of the C++ sample once: they take a hundred times as long as the sample."""
    header = Path(place) / "std.hpp"
    header.write_text((PACKAGE / "testdata/cpp/std.hpp").read_text())
    subprocess.run(["g++", "-x", "c++-header", "-std=gnu++17", "-w", str(header), "-o", f"{header}.gch"], check=True)


def compiler_verdict(language, folder, ready, text):
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / f"code.{language}"
        file.write_text(text)
        command = [*COMPILERS[language], "-fsyntax-only", "-w", "-fno-diagnostics-color", "-I", ready, "-I", folder, str(file)]
        run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    if run.returncode == 0:
        return "A"
    first = next((line for line in run.stderr.splitlines() if "error:" in line), "")
    return "S" if SYNTAX.search(first) and not NAMES.search(first) else "N"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the golden")
    parser.add_argument("--every", type=int, default=1, help="with --check: compare only one of so many mutants, for the time it takes")
    options = parser.parse_args()
    every = options.every if options.check else 1
    with tempfile.TemporaryDirectory() as folder:
        command = ["go", "test", "-count=1", "-run", "TestMutants", ".", "-args", "-write", folder]
        subprocess.run(command, cwd=PACKAGE, check=True, env={**os.environ, "CGO_ENABLED": "0"}, stdout=subprocess.DEVNULL)
        prepare(folder)
        said = {"lua": {}, "c": {}, "cpp": {}}
        for file in sorted(Path(folder).glob("*.json")):
            job = json.loads(file.read_text())
            mutants = job["mutants"][::every]
            if job["language"] == "lua":
                verdicts = lua_verdicts(mutants)
            else:
                with ThreadPoolExecutor(2) as pool:
                    ask = lambda text, job=job: compiler_verdict(job["language"], job["folder"], folder, text)  # noqa: E731
                    verdicts = "".join(pool.map(ask, mutants))
            said[job["language"]][job["key"]] = verdicts
    text = json.dumps(said, indent=1, sort_keys=True) + "\n"
    for language, files in said.items():
        letters = "".join(files.values())
        print(f"{language}: {len(files)} files, {len(letters)} mutants, " + ", ".join(f"{n} {letters.count(n)}" for n in "SNA"))
    if options.check:
        golden = {language: {key: v[::every] for key, v in files.items()} for language, files in json.loads(GOLDEN.read_text()).items()}
        if golden != said:
            sys.exit(f"{GOLDEN.relative_to(ROOT)} differs from what the compilers say now")
        return
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_text(text)


if __name__ == "__main__":
    main()
