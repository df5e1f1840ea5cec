"""Writes the goldens of internal/sample: how TRL packs samples of many random lengths.

    python ref/pack_golden.py
"""

import hashlib

from common import start, write_json

from datasets import Dataset, disable_progress_bars
from trl import pack_dataset

disable_progress_bars()


def lengths(seed, count, most):
    """Lengths of 0 to most from a linear congruential generator, which the Go test repeats."""
    state = seed
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (state >> 33) % (most + 1)


def pack(sizes, max_length):
    """The bins of samples of these sizes, as lists of their numbers. A sample's tokens are its number."""
    rows = Dataset.from_dict({"input_ids": [[i] * n for i, n in enumerate(sizes)]})
    bins = []
    for row in pack_dataset(rows, max_length, "bfd"):
        at = 0
        bins.append([])
        for n in row["seq_lengths"]:
            ids = row["input_ids"][at : at + n]
            assert set(ids) == {ids[0]} and n == min(sizes[ids[0]], max_length)
            bins[-1].append(ids[0])
            at += n
        assert at == len(row["input_ids"]) <= max_length
    return bins


def digest(bins):
    return hashlib.sha256("".join(" ".join(map(str, b)) + "\n" for b in bins).encode()).hexdigest()


def main():
    folder = start("sample")
    cases = []
    for seed, (count, most, max_length) in enumerate(
        [(c, m, x) for c in (1, 7, 40, 999, 1000, 1001, 2300) for m, x in ((9, 8), (40, 32), (100, 128), (300, 97), (2048, 2048))]
        + [(40, 3, 1), (500, 5, 2), (500, 1000, 4096), (1500, 60, 4000)]
    ):
        bins = pack(list(lengths(seed, count, most)), max_length)
        cases.append({"seed": seed, "count": count, "most": most, "max_length": max_length, "bins": len(bins), "digest": digest(bins)})
    examples = [
        {"lengths": sizes, "max_length": n, "bins": pack(sizes, n)}
        for sizes, n in (([5, 2, 3, 1, 4, 2], 4), ([2] * 7 + [3] * 5 + [1] * 4, 5), (list(lengths(99, 30, 12)), 16))
    ]
    write_json(folder / "pack.json", {"cases": cases, "examples": examples})
    print(f"{len(cases)} cases, {len(examples)} examples")


if __name__ == "__main__":
    main()
