"""Compares graft's token ids with those of Hugging Face tokenizers for a real tokenizer, and the speed of the two.

    python ref/tokenizer_interop.py DIRECTORY [--mb 20] [--text FOLDER ...]

DIRECTORY has a tokenizer.json. The texts are files below the folders (those of Go's and Python's own sources unless
told otherwise), and generated ones with every script, odd white space, marks, special tokens and long words. It prints
the number of texts whose ids differ, which must be 0, and the speed of both on one thread, in turn A B A B. go must be
on the PATH.
"""

import argparse
import os
import random
import struct
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

from tokenizer_golden import ATOMS, generate

import tokenizers
from tokenizers import Tokenizer

PACKAGE = Path(__file__).resolve().parent.parent / "internal" / "tokenizer"
SUFFIXES = {".go", ".py", ".c", ".h", ".cpp", ".lua", ".gd", ".js", ".ts", ".md", ".txt", ".rst", ".html", ".json", ".yaml", ".s"}


def files(folders, limit):
    paths = sorted(p for folder in folders for p in Path(folder).rglob("*") if p.suffix in SUFFIXES and p.is_file() and p.stat().st_size < 2_000_000)
    random.Random(1).shuffle(paths)
    size = 0
    for path in paths:
        text = path.read_text(encoding="utf-8", errors="replace")
        size += len(text.encode())
        if text:
            yield text
        if size >= limit:
            return


def generated(added, count):
    """Texts of our own: atoms, the tokenizer's own added tokens, any code point, and long words."""
    rnd = random.Random(2)
    yield from generate(99, count)
    for _ in range(count):
        yield "".join(rnd.choice(ATOMS + added) + rnd.choice(["", "", " ", "\n"]) for _ in range(rnd.randint(1, 30)))
    points = [*range(0xD800), *range(0xE000, 0x110000)]
    for start in range(0, 0x33480, 64):
        yield "".join(chr(c) + "a" * (c % 3) for c in points[start : start + 64])
    for _ in range(count):
        yield "".join(chr(rnd.choice(points[: rnd.choice([0x80, 0x800, 0x3000, 0xF000, 0x33000])])) for _ in range(rnd.randint(1, 60)))
    for atom in ATOMS:
        yield atom * rnd.randint(50, 3000)


def run_graft(folder):
    """One run of the test that encodes texts.bin: load time in s and MB/s."""
    env = {**os.environ, "GRAFT_INTEROP": str(folder), "GOMAXPROCS": "1"}
    done = subprocess.run(["go", "test", "-count=1", "-tags", "interop", "-run", "^TestInterop$", "."], cwd=PACKAGE, env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return map(float, (folder / "speed.txt").read_text().split())


def run_tokenizers(path, texts, size):
    start = time.perf_counter()
    tok = Tokenizer.from_file(str(path))
    load = time.perf_counter() - start
    start = time.perf_counter()
    ids = [tok.encode(t, add_special_tokens=False).ids for t in texts]
    return load, size / 1e6 / (time.perf_counter() - start), ids, tok


def read_ids(path, count):
    data, at = path.read_bytes(), 0
    for _ in range(count):
        (n,) = struct.unpack_from("<I", data, at)
        yield list(struct.unpack_from(f"<{n}I", data, at + 4))
        at += 4 + 4 * n


def report(text, want, got, tok):
    at = next((i for i, (a, b) in enumerate(zip(want, got, strict=False)) if a != b), min(len(want), len(got)))
    near = slice(max(0, at - 3), at + 4)
    print(f"  {ascii(text[:60])}: id {at} is {got[at:at + 1]}, want {want[at:at + 1]}; near it {want[near]} = {ascii(tok.decode(want[near], skip_special_tokens=False))}, got {got[near]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--mb", type=float, default=20)
    parser.add_argument("--text", nargs="*", help="folders with texts")
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    goroot = subprocess.run(["go", "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()
    folders = args.text or [goroot + "/src", goroot + "/doc", sysconfig.get_paths()["stdlib"]]
    path = args.directory / "tokenizer.json"
    added = [t.content for t in Tokenizer.from_file(str(path)).get_added_tokens_decoder().values()]
    sets = {"files": list(files(folders, args.mb * 1e6)), "generated": list(generated(added, 3000))}
    print(f"tokenizers {tokenizers.__version__}, {path}")
    bad = 0
    for name, texts in sets.items():
        size = sum(len(t.encode()) for t in texts)
        best = {"tokenizers": 0.0, "graft": 0.0}
        load = {"tokenizers": 1e9, "graft": 1e9}
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            (folder / "tokenizer").write_text(str(args.directory.resolve()))
            (folder / "texts.bin").write_bytes(b"".join(struct.pack("<I", len(b)) + b for b in (t.encode() for t in texts)))
            for _ in range(args.rounds):
                seconds, speed, want, tok = run_tokenizers(path, texts, size)
                best["tokenizers"], load["tokenizers"] = max(best["tokenizers"], speed), min(load["tokenizers"], seconds)
                seconds, speed = run_graft(folder)
                best["graft"], load["graft"] = max(best["graft"], speed), min(load["graft"], seconds)
            got = list(read_ids(folder / "ids.bin", len(texts)))
        wrong = [i for i in range(len(texts)) if want[i] != got[i]]
        bad += len(wrong)
        print(f"{name}: {len(texts)} texts, {size / 1e6:.1f} MB, {sum(map(len, want))} ids, {len(wrong)} texts differ")
        for i in wrong[:10]:
            report(texts[i], want[i], got[i], tok)
        print(f"  best of {args.rounds}: tokenizers {best['tokenizers']:.2f} MB/s, graft {best['graft']:.2f} MB/s, {best['graft'] / best['tokenizers']:.1f} x; "
              f"load {load['tokenizers']:.2f} s, {load['graft']:.2f} s")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
