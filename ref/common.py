"""What the golden writers share: tiny random models, deterministic files, the command line."""

import argparse
import json
import os
import shutil
import warnings
import zlib
from importlib.metadata import version
from pathlib import Path

os.environ.update(
    CUDA_VISIBLE_DEVICES="",
    HF_HUB_DISABLE_TELEMETRY="1",
    HF_HUB_OFFLINE="1",
    TORCHDYNAMO_DISABLE="1",  # the compiled paths compute the same, with warnings
)

import numpy as np
import torch
import transformers
from bitsandbytes.backends.default.ops import _dequantize_4bit_compute
from bitsandbytes.backends.utils import _get_4bit_code
from peft.utils.integrations import dequantize_module_weight
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

warnings.filterwarnings("ignore", category=FutureWarning)
warnings.filterwarnings("ignore", message="Could not find a config file in")
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()



def plain_dequantisation():
    """Lets bitsandbytes decode NF4 with its own plain implementation.

    The kernel for AVX-512 of 0.50.2 takes every row to begin with a block: it decodes matrices wrongly whose rows are no
    whole number of blocks. The plain one is what it has on every other CPU for such cases.
    """

    def dequantise(packed, absmax, blocksize, quant_type, shape, dtype):
        packed = packed.view(torch.uint8).reshape(-1)
        code = _get_4bit_code(quant_type, packed.device)
        return _dequantize_4bit_compute(packed, absmax.float(), code, blocksize, shape, dtype)

    library = torch.library.Library("bitsandbytes", "IMPL")
    library.impl("dequantize_4bit", dequantise, "CPU", allow_override=True)
    return library  # what it registers lives as long as it does


BITSANDBYTES = plain_dequantisation()
INTERNAL = Path(__file__).resolve().parent.parent / "internal"
PINNED = {
    "torch": "2.15.0",
    "transformers": "5.23.0",
    "peft": "0.21.2",
    "trl": "1.16.0",
    "bitsandbytes": "0.50.2",
}


def start(package):
    """Parses the command line, checks the versions and returns the empty golden folder of a Go package."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, default=INTERNAL, help="folder to write to instead of internal/")
    output = parser.parse_args().output
    found = {name: version(name) for name in PINNED}
    if found != PINNED:
        raise SystemExit(f"these versions are installed: {found}; needed: {PINNED}")
    folder = output / package / "testdata" / "golden"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_json(folder / "versions.json", PINNED)
    return folder


def rng(*names):
    """A generator that depends on nothing but names; numpy's gives the same numbers on every machine."""
    return np.random.default_rng([zlib.crc32(str(name).encode()) for name in names])


def normal(source, shape, mean, std):
    return torch.from_numpy(mean + std * source.standard_normal(tuple(shape))).float()


def randomise(model, seed):
    """Gives every parameter a value that shows: norms around 1, biases not 0, logits of about 3.

    In Qwen3-Next norms multiply by 1 + weight, but for the one of linear attention, which remembers from a few tokens to hundreds.
    """
    vocabulary = 3 / model.config.hidden_size**0.5
    zero_centred = model.config.model_type == "qwen3_next"
    for name, parameter in sorted(model.named_parameters()):
        if name.endswith("norm.weight"):
            mean, std = float(not zero_centred or "linear_attn" in name), 0.3
        elif name.endswith("A_log"):
            mean, std = -2, 1.5
        elif name.endswith("conv1d.weight"):
            mean, std = 0.2, 0.5
        elif name.endswith((".bias", "dt_bias")):
            mean, std = 0, 0.5
        elif name == "lm_head.weight" or (name.endswith("embed_tokens.weight") and model.config.tie_word_embeddings):
            mean, std = 0, vocabulary
        elif name.endswith("embed_tokens.weight"):
            mean, std = 0, 1
        else:
            mean, std = 0, 1.2 / parameter.shape[-1] ** 0.5
        parameter.data = normal(rng(seed, name), parameter.shape, mean, std).to(parameter.dtype)


def tokens(source, length, vocabulary):
    """A sequence that a model can learn something about: a fixed step from token to token, broken by noise."""
    ids = [int(source.integers(vocabulary))]
    while len(ids) < length:
        ids.append(int(source.integers(vocabulary)) if source.random() < 0.25 else (5 * ids[-1] + 3) % vocabulary)
    return ids


def write_model(folder, config, seed, dtype=torch.float32, head_copy=False):
    """Writes config.json as given and random weights beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "config.json", config)
    model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder), dtype=dtype)
    randomise(model, seed)
    weights = hub_layout(model.state_dict())
    if model.config.tie_word_embeddings:
        del weights["lm_head.weight"]
    if head_copy:
        weights["lm_head.weight"] = weights["model.embed_tokens.weight"].clone()
    write_tensors(folder / "model.safetensors", weights)


def hub_layout(weights):
    """Weights as the files of hubs have them: experts, which transformers 5 stacks, one by one."""
    flat = {}
    for name, tensor in weights.items():
        path, _, parameter = name.rpartition(".")
        if not path.endswith(".mlp.experts"):
            flat[name] = tensor
            continue
        for expert, matrix in enumerate(tensor):
            parts = {"down_proj": matrix}
            if parameter == "gate_up_proj":
                parts = dict(zip(("gate_proj", "up_proj"), matrix.chunk(2), strict=True))
            flat.update({f"{path}.{expert}.{part}.weight": value for part, value in parts.items()})
    return flat


def load_model(folder, dtype=torch.float32, **options):
    """Loads for computing as the Go tests do: eager attention, float32.

    In training mode, which differs from evaluation only in that bitsandbytes takes no bfloat16 shortcut.
    """
    return AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation="eager", **options).train()


def logits(model, sequences):
    """Logits of each sequence on its own, without padding, one below the other."""
    with torch.no_grad():
        return torch.cat([model(torch.tensor([ids])).logits[0].float() for ids in sequences])


def inputs(sequences):
    """input_ids and lengths as the expected files hold them."""
    return {
        "input_ids": torch.tensor([token for ids in sequences for token in ids]),
        "lengths": torch.tensor([len(ids) for ids in sequences]),
    }


def save_adapter(model, folder, base):
    """Saves as PEFT does, without its model card, and with sets sorted: their order is random."""
    model.peft_config["default"].base_model_name_or_path = base
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    (folder / "adapter_model.safetensors").chmod(0o644)
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    for key in ("target_modules", "exclude_modules", "target_parameters"):
        if isinstance(config.get(key), list):
            config[key].sort()
    write_json(path, config)


def randomise_adapter(model, seed):
    """Gives A, B and the DoRA magnitudes random values, so that every term of a gradient shows."""
    for name, parameter in sorted(model.named_parameters()):
        if "lora_A" in name:
            parameter.data = normal(rng(seed, name), parameter.shape, 0, parameter.shape[1] ** -0.5)
        elif "lora_B" in name:
            parameter.data = normal(rng(seed, name), parameter.shape, 0, 0.1)
    with torch.no_grad():
        for name, module in sorted(model.named_modules()):
            if getattr(module, "lora_magnitude_vector", None):
                weight = dequantize_module_weight(module.base_layer) + module.get_delta_weight("default")
                factor = normal(rng(seed, name), weight.shape[:1], 1, 0.1)
                module.lora_magnitude_vector["default"].weight.data = factor * weight.norm(dim=1)


def write_tensors(path, tensors):
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, metadata={"format": "pt"})
    path.chmod(0o644)


def write_json(path, value):
    """Writes JSON with keys in their order; lists without lists or objects in them stay on one line."""
    path.write_text(_json(value, "") + "\n")


def _json(value, indent):
    inner = indent + "  "
    if isinstance(value, dict) and value:
        items = [f"{inner}{json.dumps(key)}: {_json(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{indent}" + "}"
    if isinstance(value, list) and any(isinstance(item, (list, dict)) for item in value):
        items = [inner + (_json(item, inner) if len(json.dumps(item)) > 100 else json.dumps(item)) for item in value]
        return "[\n" + ",\n".join(items) + f"\n{indent}]"
    return json.dumps(value)
