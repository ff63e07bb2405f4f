"""A model folder of Phi-3-Mini's full size with random weights, for measures of time and memory.

    python benchmarks/synthetic_phi3.py FOLDER --tokenizer FOLDER

Speed and memory do not depend on what the weights are. The GenAI model builder makes the
graph of three layers, which takes little memory; the middle one is then repeated until
there are 32, each with int4 weights of its own. The layout is the published one of
`cpu-int4-rtn-block-32-acc-level-4`. Needs the extra "train".
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import onnx

LAYERS = 32
BUILT = 3
"""Layers that the builder makes: one that comes first, one between two, one that comes last."""

SHAPE = {
    "vocab_size": 32064,
    "hidden_size": 3072,
    "intermediate_size": 8192,
    "num_attention_heads": 32,
    "num_key_value_heads": 32,
    "max_position_embeddings": 4096,
    "original_max_position_embeddings": 4096,
    "bos_token_id": 1,
    "eos_token_id": 32000,
    "pad_token_id": 32000,
}
STOPS = [32000, 32001, 32007]
TOKENIZER = ("tokenizer.json", "tokenizer_config.json")
ALIGNED = 4096
"""Where tensors begin in the data file: at pages, so that the runtime can map them."""

_LAYER = re.compile(r"(?:(?<=layers\.)|(?<=_values\.)|(?<=present\.))\d+")


def hub_folder(folder: Path, tokenizer: Path) -> None:
    """Write a Phi-3 of BUILT layers as transformers keeps models."""
    import torch
    from transformers import Phi3Config, Phi3ForCausalLM

    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    model = Phi3ForCausalLM(Phi3Config(num_hidden_layers=BUILT, **SHAPE))
    model.save_pretrained(folder)
    for name in TOKENIZER:
        shutil.copy(tokenizer / name, folder)


def build(hub: Path, out: Path) -> None:
    """The builder's int4 export for the CPU."""
    options = ["int4_accuracy_level=4", "int4_block_size=32", "windowed_kv_cache=false"]
    command = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-p", "int4", "-e", "cpu"]
    command += ["-m", hub, "-o", out, "-c", hub / "cache", "--extra_options", *options]
    quiet = {"ORT_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, env=os.environ | quiet, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"the model builder failed:\n{done.stderr[-4000:]}")


def deepen(built: Path, out: Path) -> None:
    """Write the model of BUILT layers with LAYERS of them."""
    model = onnx.load(built / "model.onnx", load_external_data=False)
    graph = model.graph
    nodes, inputs, outputs = map(list, (graph.node, graph.input, graph.output))
    tensors = list(graph.initializer)
    values = list(graph.value_info)
    for kept in (graph.node, graph.input, graph.output, graph.initializer, graph.value_info):
        del kept[:]
    graph.node.extend(_repeated(nodes))
    graph.input.extend(_repeated(inputs))
    graph.output.extend(_repeated(outputs))
    graph.value_info.extend(_repeated(values))
    rng = np.random.default_rng(0)
    source = np.memmap(built / "model.onnx.data", dtype=np.uint8, mode="r")
    with (out / "model.onnx.data").open("wb") as data:
        for tensor in _repeated(tensors):
            if tensor.external_data:
                _write(tensor, source, data, rng)
            graph.initializer.append(tensor)
    onnx.save(model, out / "model.onnx")


def _repeated(parts: list[Any]) -> Iterator[Any]:
    """Each part of the middle layer as often as needed, in the place where it stood."""
    waiting: list[Any] = []
    for part in parts:
        if _layer(part) == 1:
            waiting.append(part)
            continue
        yield from _middle(waiting)
        waiting = []
        yield _renamed(part, LAYERS - BUILT)
    yield from _middle(waiting)


def _middle(parts: list[Any]) -> Iterator[Any]:
    for more in range(LAYERS - BUILT + 1):
        for part in parts:
            yield _renamed(part, more)


def _layer(part: Any) -> int | None:
    found = _LAYER.search(part.name)
    return int(found[0]) if found else None


def _renamed(part: Any, more: int) -> Any:
    """A copy whose layer numbers, but for the first layer's, are `more` higher.

    A part of the middle layer names the layer before it, which for its first copy is the
    first layer; so 0 moves with it from the second copy on.
    """
    middle = _layer(part) == 1

    def moved(match: re.Match[str]) -> str:
        number = int(match[0])
        return str(number + more if number or middle else number)

    copy = type(part)()
    copy.CopyFrom(part)
    copy.name = _LAYER.sub(moved, copy.name)
    for names in (getattr(copy, "input", []), getattr(copy, "output", [])):
        names[:] = [_LAYER.sub(moved, name) for name in names]
    return copy


def _write(tensor: Any, source: Any, data: IO[bytes], rng: np.random.Generator) -> None:
    """Append a tensor to the data file: int4 weights at random, scales and norms as built."""
    where = {entry.key: entry for entry in tensor.external_data}
    begin, length = int(where["offset"].value), int(where["length"].value)
    data.seek(-data.tell() % ALIGNED, os.SEEK_CUR)
    where["offset"].value = str(data.tell())
    if tensor.data_type == onnx.TensorProto.UINT8:
        data.write(rng.bytes(length))
    else:
        data.write(source[begin : begin + length].tobytes())


def settle(built: Path, out: Path, tokenizer: Path) -> None:
    """Write the settings and the tokenizer of the published folder."""
    for name in TOKENIZER:
        shutil.copy(tokenizer / name, out)
    described = json.loads((tokenizer / "tokenizer_config.json").read_text(encoding="utf-8"))
    (out / "chat_template.jinja").write_text(described["chat_template"], encoding="utf-8")
    settings = json.loads((built / "genai_config.json").read_text(encoding="utf-8"))
    settings["model"]["eos_token_id"] = STOPS
    settings["model"]["decoder"]["num_hidden_layers"] = LAYERS
    (out / "genai_config.json").write_text(json.dumps(settings, indent=1), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True, help="Phi-3-Mini's own, a folder")
    arguments = parser.parse_args()
    begun = time.perf_counter()
    arguments.folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as place:
        hub, built = Path(place) / "hub", Path(place) / "built"
        hub_folder(hub, arguments.tokenizer)
        build(hub, built)
        deepen(built, arguments.folder)
        settle(built, arguments.folder, arguments.tokenizer)
    size = sum(file.stat().st_size for file in arguments.folder.iterdir())
    print(f"{size / 1e9:.2f} GB in {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
