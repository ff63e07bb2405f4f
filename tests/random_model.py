"""A model folder with the embedded model's architecture and random weights."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

# Fixed, so that a new training of the embedded model changes no test: what its own embeddings
# and its scales of 8-bit blocks were near.
_EMBEDDING = 0.05
_SCALE = 0.0015


def randomize(
    folder: Path,
    out: Path,
    *,
    seed: int = 1,
    tokenizer: Path | None = None,
    exact: bool = False,
) -> Path:
    """Copy a GenAI folder with random weights and, if given, another tokenizer's vocabulary.

    `exact` computes in fp32: with activations rounded to 8 bits, a pass of four tokens and
    four passes of one differ enough to turn the near ties of random weights.
    """
    shutil.copytree(folder, out, dirs_exist_ok=True)
    settings = json.loads((out / "genai_config.json").read_text())
    model = settings["model"]
    old = new = model["vocab_size"]
    if tokenizer is not None:
        for file in tokenizer.iterdir():
            shutil.copy(file, out / file.name)
        template = json.loads((tokenizer / "tokenizer_config.json").read_text())["chat_template"]
        (out / "chat_template.jinja").write_text(template)
        new = model["vocab_size"] = 32064
        model.update(bos_token_id=1, eos_token_id=[32000, 32001, 32007], pad_token_id=32000)
        (out / "genai_config.json").write_text(json.dumps(settings))
    graph = onnx.load(out / model["decoder"]["filename"])
    (out / model["decoder"]["filename"]).unlink()
    for data in out.glob("*.data"):
        data.unlink()
    _fill(graph, np.random.default_rng(seed), old, new)
    for node in graph.graph.node:
        for attribute in node.attribute:
            if exact and attribute.name == "accuracy_level":
                attribute.i = 1
    onnx.save(graph, out / model["decoder"]["filename"])
    return out


def _fill(graph: onnx.ModelProto, rng: np.random.Generator, old: int, new: int) -> None:
    for tensor in graph.graph.initializer:
        values = numpy_helper.to_array(tensor)
        shape = tuple(new * d // old if d and d % old == 0 else d for d in values.shape)
        if "cache" in tensor.name or not values.size > 8:
            continue
        if "norm" in tensor.name:
            filled = np.ones(shape, values.dtype)
        elif values.dtype == np.uint8:
            filled = rng.integers(0, 256, shape, dtype=np.uint8)
        elif values.dtype.kind == "f" or str(values.dtype) == "bfloat16":
            filled = (_SCALE if "scales" in tensor.name else _EMBEDDING) * rng.standard_normal(
                shape
            )
            filled = filled.astype(values.dtype)
        else:
            continue
        tensor.CopyFrom(numpy_helper.from_array(filled, tensor.name))
    for node in graph.graph.node:
        for attribute in node.attribute:
            if attribute.name == "N" and attribute.i == old:
                attribute.i = new
            if node.op_type == "Constant" and attribute.t.data_type == onnx.TensorProto.INT64:
                shape = numpy_helper.to_array(attribute.t)
                resized = np.where(shape == old, new, shape)
                attribute.t.CopyFrom(numpy_helper.from_array(resized, attribute.t.name))
    for output in graph.graph.output:
        for dim in output.type.tensor_type.shape.dim:
            if dim.dim_value == old:
                dim.dim_value = new
