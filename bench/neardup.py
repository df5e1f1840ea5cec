"""Measures graft's near-duplicate search beside rensa and datasketch and prints a table in Markdown.

    python bench/neardup.py [--docs N] [--rounds N] [--corpus FILE | --tree DIR] [--only NAME ...]

From the texts of a file to the duplicates among them: reading, 5-token shingles, candidates, decision. All work on the
same file, each in a process of its own, in turn. README.md says what the columns are. Peers run with uv in the versions
pinned here; this program itself imports nothing but the standard library.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
PEERS = {"rensa": "rensa==0.5.0", "datasketch": "datasketch==2.0.0"}
THRESHOLD, PERMUTATIONS, BANDS, WIDTH = 0.7, 128, 16, 5
TOKEN = re.compile(r"[0-9A-Za-z_\x80-\U0010ffff]+")  # a run of what graft counts as letters, too


def read(corpus):
    return Path(corpus).read_text(encoding="utf-8").split("\0")


def shingles(text):
    tokens = TOKEN.findall(text)
    if len(tokens) < WIDTH:
        return {" ".join(tokens)}
    return {" ".join(tokens[i : i + WIDTH]) for i in range(len(tokens) - WIDTH + 1)}


def rensa(corpus):
    """The bulk interface, which its README recommends: signatures and candidates in Rust, on its own threads."""
    from rensa import RMinHash, RMinHashLSH

    start = time.perf_counter()
    texts = read(corpus)
    matrix = RMinHash.digest_matrix_from_token_sets([shingles(t) for t in texts], PERMUTATIONS, 42)
    flags = RMinHashLSH(THRESHOLD, PERMUTATIONS, BANDS).insert_matrix_and_query_duplicate_flags(matrix)
    return len(texts), sum(flags), time.perf_counter() - start


def datasketch(corpus):
    from datasketch import MinHash, MinHashLSH

    start = time.perf_counter()
    texts = read(corpus)
    lsh, found = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS), 0
    for i, text in enumerate(texts):
        m = MinHash(num_perm=PERMUTATIONS)
        m.update_batch([s.encode() for s in shingles(text)])
        if lsh.query(m):
            found += 1
        else:
            lsh.insert(i, m)
    return len(texts), found, time.perf_counter() - start


def peer(name, corpus):
    import resource

    docs, found, seconds = {"rensa": rensa, "datasketch": datasketch}[name](corpus)
    used = resource.getrusage(resource.RUSAGE_SELF)
    scale = 1 if sys.platform == "darwin" else 1024
    print(
        json.dumps(
            {
                "docs": docs,
                "bytes": os.path.getsize(corpus),
                "dropped": found,
                "seconds": seconds,
                "cpu_seconds": used.ru_utime + used.ru_stime,
                "peak_bytes": used.ru_maxrss * scale,
            }
        )
    )


def write_tree(tree, corpus):
    """Cuts the source files below a folder into texts at blank lines before a line that is not indented."""
    texts = []
    for file in sorted(Path(tree).rglob("*")):
        if file.suffix in {".c", ".cc", ".cpp", ".h", ".hpp", ".gd", ".lua", ".py", ".go", ".rs", ".cs", ".java", ".js", ".ts"} and file.is_file():
            text = file.read_text(encoding="utf-8", errors="ignore").replace("\0", "")
            texts += [t for t in re.split(r"\n\n+(?=[^\s}\])])", text) if t.count("\n") >= 3]
    Path(corpus).write_text("\0".join(texts), encoding="utf-8")


def command(name, corpus, program):
    if name == "graft":
        return [program, corpus]
    return ["uv", "run", "--quiet", "--no-project", "--with", PEERS[name], "python", str(Path(__file__).resolve()), "--peer", name, "--corpus", corpus]


def measure(name, corpus, program):
    done = subprocess.run(command(name, corpus, program), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def table(runs):
    first = runs["graft"][0]
    print(f"\n{first['docs']} texts, {first['bytes'] / 1e6:.1f} MB, {platform.machine()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.2f} at the end\n")
    print("| | MB/s | docs/s | seconds | CPU seconds | found | peak RSS | graft is |\n|---|---|---|---|---|---|---|---|")
    ours = median(r["seconds"] for r in runs["graft"])
    for name, rounds in runs.items():
        s, last = median(r["seconds"] for r in rounds), rounds[-1]
        spread = f"{min(r['seconds'] for r in rounds):.2f} to {max(r['seconds'] for r in rounds):.2f}"
        cells = [f"{last['bytes'] / s / 1e6:.1f}", f"{last['docs'] / s:.0f}", spread, f"{median(r['cpu_seconds'] for r in rounds):.2f}"]
        cells += [str(last["dropped"]), f"{last['peak_bytes'] / 1e6:.0f} MB", f"{s / ours:.1f} x as fast"]
        print(f"| {name} | " + " | ".join(cells) + " |")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--docs", type=int, default=30_000, help="texts of the synthetic corpus")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--corpus", help="texts divided by NUL bytes, instead of a synthetic corpus")
    p.add_argument("--tree", help="folder of source code, instead of a synthetic corpus")
    p.add_argument("--only", nargs="+", default=["graft", *PEERS], choices=["graft", *PEERS])
    p.add_argument("--peer", choices=list(PEERS), help=argparse.SUPPRESS)
    o = p.parse_args()
    if o.peer:
        return peer(o.peer, o.corpus)
    with tempfile.TemporaryDirectory() as work:
        program, corpus = f"{work}/neardup", o.corpus or f"{work}/corpus"
        subprocess.run(["go", "build", "-o", program, "./bench/neardup"], check=True, cwd=HERE.parent)
        if o.tree:
            write_tree(o.tree, corpus)
        elif not o.corpus:
            subprocess.run([program, "-write", corpus, "-docs", str(o.docs)], check=True)
        names = ["graft", *(n for n in o.only if n != "graft")]
        runs = {name: [] for name in names}
        for _ in range(o.rounds):
            for name in names:
                runs[name].append(measure(name, corpus, program))
        table(runs)


if __name__ == "__main__":
    main()
