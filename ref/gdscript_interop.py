"""Compares what graft's parser of GDScript takes and refuses with gdtoolkit and tree-sitter-gdscript.

    uv run --project ref ref/gdscript_interop.py [--corpus DIR ...] [--mutants 600] [--seed N]

Valid texts are the repository's own scripts, the parser's hand-written ones and, with --corpus, all scripts below
folders: graft must take every one. Mutants are valid texts with one token deleted, doubled, swapped, exchanged or put in,
a line indented otherwise, a bracket or a word lost: of those that gdtoolkit refuses, graft must refuse all but the kinds
that ACCEPTED explains. The engine's parser is the measure for both: gdtoolkit refuses some valid scripts, so mutants are
made only of scripts that it takes. tree-sitter is shown beside them; it repairs what it reads and is no judge. go must be
on the PATH.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import tree_sitter
import tree_sitter_gdscript
from gdtoolkit.parser import parser as gdtoolkit
from lark.exceptions import LarkError

ROOT = Path(__file__).resolve().parent.parent
OURS = [ROOT / "data" / "gdscript" / "raw", ROOT / "internal" / "gdscript" / "testdata" / "valid"]
TREE_SITTER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_gdscript.language()))
ENOUGH = 200  # mutants that gdtoolkit must have refused for the run to mean something
# Why the engine's parser takes what gdtoolkit refuses: each expression is searched for in the lines around the mutation.
ACCEPTED = {
    "a plus sign before an operand": r"(?:^|[-+*/%(\[{,:=<>]|\b(?:return|and|or|not|in|if|else))\s*\+\s*[\w(\"$%]",
    "any expression as a pattern of match": r"(?m)^\s+[\w.]+ (?:in|and|or|if|is|as|[-+*/%<>=!&|^]+) [^\n]+:\s*$",
}
TOKEN = re.compile(
    r'"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|#[^\n]*'
    r"|\n[ \t]*|[^\W\d]\w*|\d[\w.]*|[-+*/%<>=!&|^]=|->|:=|\*\*|&&|\|\||<<|>>|\.\.|\S|[ \t]+"
)
STRANGERS = ["(", ")", "[", "]", "{", "}", ":", ",", "=", "==", ".", "if", "else", "func", "var", "return", "pass", "\n", "+", "@", "in", "1", "x"]


def theirs(text):
    """Whether gdtoolkit takes a text; None if it fails otherwise."""
    try:
        gdtoolkit.parse(text if text.endswith("\n") else text + "\n")
    except LarkError:
        return False
    except (RecursionError, AssertionError, KeyError, IndexError):
        return None
    return True


def tree_sitters(text):
    return not TREE_SITTER.parse(text.encode()).root_node.has_error


def graft(texts):
    """The error of each text, "" for those that are taken."""
    with tempfile.TemporaryDirectory(prefix="graft-interop-") as folder:
        (Path(folder) / "texts.json").write_text(json.dumps(texts))
        done = subprocess.run(
            ["go", "test", "-count=1", "-tags", "interop", "-run", "^TestInterop$", "./internal/lang/gdscript"],
            cwd=ROOT,
            env={**os.environ, "GRAFT_INTEROP": folder},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        return json.loads((Path(folder) / "errors.json").read_text())


def mutate(rnd, text):
    """One mutant and what was done; None where nothing can be."""
    tokens = TOKEN.findall(text)
    code = [i for i, t in enumerate(tokens) if not t.isspace() and not t.startswith("#")]
    lines = [i for i, t in enumerate(tokens) if t.startswith("\n")]
    if len(code) < 4 or not lines:
        return None
    kind = rnd.choice(["delete", "double", "swap", "exchange", "insert", "indent", "dedent", "bracket", "word", "truncate"])
    i = rnd.choice(code)
    match kind:
        case "delete":
            tokens[i] = ""
        case "double":
            tokens[i] += " " + tokens[i]
        case "swap":
            j = code[(code.index(i) + 1) % len(code)]
            tokens[i], tokens[j] = tokens[j], tokens[i]
        case "exchange":
            tokens[i] = rnd.choice(STRANGERS)
        case "insert":
            tokens[i] += " " + rnd.choice(STRANGERS) + " "
        case "indent":
            i = rnd.choice(lines)
            tokens[i] += "\t"
        case "dedent":
            i = rnd.choice(lines)
            tokens[i] = tokens[i][:-1] if len(tokens[i]) > 1 else tokens[i] + " "
        case "bracket":
            brackets = [k for k in code if tokens[k] in "()[]{}:"]
            if not brackets:
                return None
            i = rnd.choice(brackets)
            tokens[i] = ""
        case "word":
            words = [k for k in code if tokens[k] in {"if", "else", "in", "func", "var", "return", "for", "while", "extends", "match", "and", "or", "not", "as", "is"}]
            if not words:
                return None
            i = rnd.choice(words)
            tokens[i] = ""
        case "truncate":
            tokens[i + 1 :] = []
    mutant = "".join(tokens)
    at = len("".join(tokens[:i]))
    return None if mutant == text else (kind, mutant, at)


def around(text, at):
    """The lines near a place."""
    start = text.rfind("\n", 0, max(0, text.rfind("\n", 0, at))) + 1
    end = text.find("\n", text.find("\n", at) + 1)
    return text[start : end if end > at else len(text)]


def explained(near):
    return next((why for why, pattern in ACCEPTED.items() if re.search(pattern, near)), None)


def table(title, rows):
    print(f"\n{title}\n{'graft':>8}{'gdtoolkit':>12}{'tree-sitter':>13}{'count':>8}")
    name = {True: "takes", False: "refuses", None: "fails"}
    for verdicts, count in sorted(rows.items(), key=lambda row: -row[1]):
        print(f"{name[verdicts[0]]:>8}{name[verdicts[1]]:>12}{name[verdicts[2]]:>13}{count:8}")


def read(folders):
    return {str(path): path.read_text(encoding="utf-8-sig") for folder in folders for path in sorted(Path(folder).rglob("*.gd"))}


def compare_valid(title, texts):
    """Prints a table of valid texts; returns which of them gdtoolkit takes too, and how many graft refuses."""
    errors = dict(zip(texts, graft(list(texts.values())), strict=True))
    rows, taken, refused = Counter(), [], 0
    for path, text in texts.items():
        verdict = theirs(text)
        rows[not errors[path], verdict, tree_sitters(text)] += 1
        if verdict and text.strip():
            taken.append(path)
        if errors[path]:
            refused += 1
            print(f"  {path}: {errors[path].splitlines()[0]}")
    table(f"{title}: {len(texts)} valid scripts", rows)
    return taken, refused


def compare_mutants(rnd, texts, count):
    """Prints a table of mutants; returns how many gdtoolkit refused, and how many of them graft takes without an explanation."""
    mutants = []
    while len(mutants) < count:
        path = rnd.choice(texts)
        made = mutate(rnd, path)
        if made:
            mutants.append(made)
    rows, kinds, reasons, both, unexplained = Counter(), Counter(), Counter(), 0, 0
    for (kind, text, at), error in zip(mutants, graft([m[1] for m in mutants]), strict=True):
        verdict = theirs(text)
        rows[not error, verdict, tree_sitters(text)] += 1
        if verdict is not False:
            continue
        both += 1
        kinds[kind] += 1
        if error:
            continue
        why = explained(around(text, at))
        reasons[why] += 1
        if why is None:
            unexplained += 1
            print(f"  graft takes ({kind}):\n" + "\n".join("    " + line for line in around(text, at).splitlines()))
    table(f"{len(mutants)} mutants", rows)
    print("refused by gdtoolkit, by kind:", ", ".join(f"{kind} {n}" for kind, n in kinds.most_common()))
    for why, n in reasons.most_common():
        print(f"taken by graft, refused by gdtoolkit: {n}: {why}")
    return both, unexplained


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", nargs="*", default=[], help="folders with scripts that the engine takes")
    parser.add_argument("--mutants", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    ours = read(OURS)
    taken, refused = compare_valid("the repository's own", ours)
    for folder in args.corpus:
        refused += compare_valid(folder, read([folder]))[1]
    small = [ours[path] for path in taken if len(ours[path]) < 4000]
    both, unexplained = compare_mutants(random.Random(args.seed), small, args.mutants)
    if refused or unexplained or both < ENOUGH:
        sys.exit(f"FAILED: {refused} valid scripts refused; {unexplained} mutants of {both} that gdtoolkit refuses taken without a reason")
    print(f"\n{len(ours)} valid scripts taken; {both} mutants refused by gdtoolkit, of which graft refuses all but those explained")


if __name__ == "__main__":
    main()
