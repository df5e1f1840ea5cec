"""Proves our files with the libraries they are for: safetensors, bitsandbytes with transformers, huggingface_hub.

    uv run --project ref ref/formats_interop.py

Runs the tests with the build tag interop, which write files into a temporary folder, and reads those files, and the reverse.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {  # of the repository that the server below has
    "config.json": b'{"model_type": "qwen3"}',
    "tokenizer.json": b"{}",
    "README.md": b"",
    "model.safetensors": (2).to_bytes(8, "little") + b"{}",
}


def go_test(package, folder):
    subprocess.run(
        ["go", "test", "-count=1", "-tags", "interop", "-run", "^TestInterop", f"./internal/{package}"],
        cwd=ROOT,
        env={**os.environ, "GRAFT_INTEROP": str(folder)},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def check(what, ok):
    if not ok:
        raise SystemExit(f"FAILED: {what}")
    print("ok:", what)


def digest(name):
    content = FILES[name]
    if name.endswith(".safetensors"):
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Hub(BaseHTTPRequestHandler):
    """A hub with one repository."""

    def log_message(self, *args):
        pass

    def send(self, status, body=b"", **headers):
        self.send_response(status)
        headers = {"X-Repo-Commit": COMMIT, "Content-Length": str(len(body)), **headers}
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path.startswith("/api/models/org/tiny/revision/"):
            siblings = [
                {"rfilename": n, "size": len(c), "blobId": digest(n)}
                for n, c in FILES.items()
                if not n.endswith(".safetensors")
            ]
            siblings += [
                {
                    "rfilename": n,
                    "size": len(c),
                    "blobId": "0" * 40,
                    "lfs": {"sha256": digest(n), "size": len(c), "pointerSize": 130},
                }
                for n, c in FILES.items()
                if n.endswith(".safetensors")
            ]
            self.send(
                200,
                json.dumps({"id": "org/tiny", "sha": COMMIT, "siblings": siblings}).encode(),
                Content_Type="application/json",
            )
        elif path.startswith("/api/models/org/tiny/tree/"):
            tree = []
            for n, c in FILES.items():
                entry = {
                    "type": "file",
                    "path": n,
                    "size": len(c),
                    "oid": digest(n) if not n.endswith(".safetensors") else "0" * 40,
                }
                if n.endswith(".safetensors"):
                    entry["lfs"] = {"oid": digest(n), "size": len(c), "pointerSize": 130}
                tree.append(entry)
            self.send(200, json.dumps(tree).encode(), Content_Type="application/json")
        elif path.startswith("/org/tiny/resolve/") and (name := path.split("/", 5)[5]) in FILES:
            etag = f'"{digest(name)}"'
            linked = (
                {"X_Linked_Etag": etag, "X_Linked_Size": str(len(FILES[name]))}
                if name.endswith(".safetensors")
                else {"ETag": etag}
            )
            self.send(200, FILES[name], **linked)
        else:
            self.send(404, b"", X_Error_Code="EntryNotFound")

    do_HEAD = do_GET


def safetensors_files(work):
    import torch
    from safetensors import safe_open
    from safetensors.torch import load_file

    go_test("safetensors", work)

    def right(name, tensor):
        raw = torch.tensor(
            [i * 7 % 251 & (1 if name == "bool" else 255) for i in range(15 * tensor.dtype.itemsize)], dtype=torch.uint8
        )
        return (
            tensor.dtype == getattr(torch, name)
            and tensor.shape == (3, 5)
            and torch.equal(tensor.contiguous().view(-1).view(torch.uint8), raw)
        )

    every = load_file(work / "every.safetensors")
    check(f"{len(every)} dtypes load in Python", len(every) == 17 and all(right(k, v) for k, v in every.items()))
    with safe_open(work / "every.safetensors", "pt") as f:
        check("metadata", f.metadata() == {"format": "pt"})
    index = json.loads((work / "model.safetensors.index.json").read_text())
    ok = index["metadata"]["total_size"] == sum(t.nbytes for t in every.values())
    for name, shard in index["weight_map"].items():
        with safe_open(work / shard, "pt") as f:
            ok = ok and right(name, f.get_tensor(name))
    check("shards and index", ok and index["weight_map"].keys() == every.keys())


def nf4_model(work, double):

    from common import BITSANDBYTES

    import bitsandbytes.functional as bnb
    import torch
    import transformers
    from safetensors.torch import load_file

    assert BITSANDBYTES, "sets the decoder right"
    kind = "doubly quantised" if double else "plain absmax"
    torch.manual_seed(0)
    config = transformers.Qwen3Config(
        vocab_size=64,
        hidden_size=96,
        intermediate_size=160,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=24,
        eos_token_id=2,
    )
    transformers.Qwen3ForCausalLM(config).to(torch.bfloat16).save_pretrained(work / "plain")
    quantisation = transformers.BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=double,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )

    def load(folder, **options):
        return transformers.AutoModelForCausalLM.from_pretrained(
            folder, device_map="cpu", dtype=torch.bfloat16, **options
        ).train()

    theirs = load(work / "plain", quantization_config=quantisation)
    theirs.save_pretrained(work / "theirs")
    (work / "bnb").mkdir()
    shutil.copy(work / "theirs" / "config.json", work / "bnb")
    go_test("quant", work)

    a, b = load_file(work / "bnb" / "model.safetensors"), load_file(work / "theirs" / "model.safetensors")
    check(
        f"{kind}: same tensors",
        a.keys() == b.keys() and all(a[k].dtype == b[k].dtype and a[k].shape == b[k].shape for k in a),
    )
    nested = ("absmax", "nested_absmax", "quant_state.bitsandbytes__nf4") if double else ()
    check(f"{kind}: same bytes", all(torch.equal(a[k], b[k]) for k in a if not k.endswith(nested)))
    ours = load(work / "bnb")
    decoded, count = load_file(work / "decoded.safetensors"), 0
    for name, p in ours.named_parameters():
        if hasattr(p, "quant_state"):
            count += 1
            if not torch.equal(bnb.dequantize_4bit(p.data, p.quant_state), decoded[name]):
                raise SystemExit(f"FAILED: {kind}: {name} decodes differently in bitsandbytes")
    check(f"{kind}: bitsandbytes decodes {count} matrices to our bits", count == len(decoded) == 14)
    ids = torch.arange(1, 33).reshape(2, 16)
    with torch.no_grad():
        difference = (ours(ids).logits - theirs(ids).logits).abs().max().item()
    check(
        f"{kind}: logits differ by {difference} from bitsandbytes' own model",
        difference == 0 or double and difference < 0.05,
    )


def hub_cache(work, endpoint):
    from huggingface_hub import hf_hub_download, snapshot_download

    go_test("hub", work)
    folder = Path((work / "dir.txt").read_text())
    found = snapshot_download("org/tiny", cache_dir=work / "ours", local_files_only=True)
    check("huggingface_hub finds the snapshot we pulled", Path(found) == folder)
    ok = True
    for name, content in FILES.items():
        path = Path(hf_hub_download("org/tiny", name, cache_dir=work / "ours", local_files_only=True))
        ok = ok and path == folder / name and path.read_bytes() == content and path.resolve().name == digest(name)
    check("and every file in it", ok)
    theirs = snapshot_download("org/tiny", cache_dir=work / "theirs", endpoint=endpoint)
    go_test("hub", work)
    check("we find the snapshot that huggingface_hub pulled", Path((work / "dir.txt").read_text()) == Path(theirs))

    def layout(cache):
        return sorted(
            str(p.relative_to(cache)) for p in (cache / "models--org--tiny").rglob("*") if "trees" not in p.parts
        )

    check("both caches have the same layout", layout(work / "ours") == layout(work / "theirs"))


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    os.environ |= {
        "HF_ENDPOINT": endpoint,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "TORCHDYNAMO_DISABLE": "1",
    }
    with tempfile.TemporaryDirectory() as folder:
        for name in ("safetensors", "hub", "single", "double"):
            (Path(folder) / name).mkdir()
        (Path(folder) / "hub" / "endpoint").write_text(endpoint)
        safetensors_files(Path(folder) / "safetensors")
        hub_cache(Path(folder) / "hub", endpoint)
        nf4_model(Path(folder) / "single", double=False)
        nf4_model(Path(folder) / "double", double=True)


if __name__ == "__main__":
    main()
