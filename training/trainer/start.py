"""A checkpoint from a GenAI folder that `export` wrote: training goes on from shipped weights.

The optimizers' state is not in such a folder; it is built up anew within some hundred steps.
A preset of more layers than the folder has makes the model grow.
What was trained on can be averaged with the weights it began from.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from training.trainer.presets import Preset
from training.trainer.train import make_optimizers, new_model, save

_TOKENIZER = ("tokenizer.json", "tokenizer_config.json")
_LAYER = re.compile(r"model\.layers\.(\d+)\.")
_OUTPUTS = ("o_proj.weight", "down_proj.weight")
_OUTSIDE = {
    "model.embed_tokens.weight": "model.embed_tokens.weight",
    "lm_head.weight": "model.embed_tokens.weight",
}


def start(source: Path, run: Path, preset: Preset, tokens: int) -> None:
    """Write a checkpoint of `source`'s weights to `run`, as after `tokens` tokens of training.

    `source` is an export in fp32 or int8 with tied embeddings, and of the preset's shape, but
    for its layers: what it lacks are copies of its own that add nothing yet, so that the larger
    model answers as the smaller one.
    """
    run.mkdir(parents=True, exist_ok=True)
    for name in _TOKENIZER:
        shutil.copy(source / name, run / name)
    model = _loaded(_weights(source / "model.onnx"), run, preset)
    (run / "preset.json").write_text(json.dumps(asdict(preset)))
    state = {"tokens": tokens, "step": 0, "index": tokens, "seconds": 0.0}
    save(run, model, make_optimizers(model, preset, torch.float32), state)


def average(source: Path, run: Path, preset: Preset, share: float) -> Path:
    """Write the mean of `source`'s weights and of `run`'s last ones to a folder in `run`.

    `share` is that of the last ones. `source` is what the run started from, so that the two
    have the same tokenizer. The folder can be exported as `run` can.
    """
    out = run / "average"
    out.mkdir(exist_ok=True)
    for name in (*_TOKENIZER, "preset.json"):
        shutil.copy(run / name, out / name)
    model = _loaded(_weights(source / "model.onnx"), run, preset)
    last = torch.load(run / "checkpoint.pt", weights_only=True, map_location="cpu")
    begun = model.state_dict()
    model.load_state_dict({k: begun[k].lerp(last["model"][k], share) for k in begun})
    save(out, model, make_optimizers(model, preset, torch.float32), last["state"])
    return out


def _loaded(weights: dict[str, Any], run: Path, preset: Preset) -> Any:
    """A model of the run's vocabulary with the weights of a graph."""
    size = len(json.loads((run / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"])
    model = new_model(preset, size)
    kept = sum(name.endswith("o_proj.MatMul.weight") for name in weights)
    values = {}
    for name in model.state_dict():
        found, copied = _origin(name, kept, preset.layers)
        value = torch.from_numpy(_value(found, weights))
        values[name] = torch.zeros_like(value) if copied and name.endswith(_OUTPUTS) else value
    model.load_state_dict(values)
    return model


def _origin(name: str, kept: int, layers: int) -> tuple[str, bool]:
    """The name that a weight has among `kept` layers, and whether its layer is a copy."""
    if not (found := _LAYER.match(name)):
        return name, False
    number = int(found[1])
    origin = number * kept // layers
    copied = number > 0 and (number - 1) * kept // layers == origin
    return f"model.layers.{origin}.{name[found.end() :]}", copied


def _weights(path: Path) -> dict[str, Any]:
    """The matrices of a graph as (out, in) arrays by the builder's names, and its vectors."""
    graph = onnx.load(path).graph
    arrays = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    for node in graph.node:
        if node.op_type == "MatMulNBits":
            settings = {a.name: a.i for a in node.attribute}
            if settings["bits"] != 8 or any(node.input[3:]):
                raise ValueError(f"{path} is not in symmetric int8; take an export in int8 or fp32")
            name = node.input[1]
            blocks, scales = arrays.pop(name), arrays.pop(node.input[2])
            whole = (blocks.astype(np.float32) - 128.0) * scales.reshape(*blocks.shape[:2], 1)
            arrays[name.removesuffix("_Q8")] = whole.reshape(blocks.shape[0], -1)
        elif node.op_type == "MatMul" and node.input[1] in arrays:
            arrays[node.input[1]] = arrays[node.input[1]].T
    return arrays


def _value(name: str, weights: dict[str, Any]) -> Any:
    """What the graph holds under transformers' name, which joins gate and up."""
    if name in _OUTSIDE:
        found = weights[_OUTSIDE[name]]
    elif name == "model.norm.weight":
        found = next(v for k, v in weights.items() if k.endswith("final_norm_layernorm.weight"))
    elif "gate_up_proj" in name:
        stem = name.removesuffix("gate_up_proj.weight")
        halves = [weights[f"{stem}{half}_proj.MatMul.weight"] for half in ("gate", "up")]
        found = np.concatenate(halves)
    elif name.endswith("layernorm.weight"):
        found = weights[name]
    else:
        stem = name.removesuffix(".weight").replace("self_attn", "attn")
        found = weights[f"{stem}.MatMul.weight"]
    return np.array(found, dtype=np.float32)
