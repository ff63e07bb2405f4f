"""A model folder with two sets of RoPE factors, as the 128k models of Phi-3 have them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LENGTH = "/model/attn_mask_reformat/attn_mask_subgraph/Gather/output_0"
"""The tokens of a pass and before it, as the model builder names them in a graph."""


def lengthen(folder: Path, out: Path, *, switch: int, context: int) -> Path:
    """Copy a GenAI folder, with long factors for passes that end beyond `switch` tokens.

    The graph chooses between two sets of cosines and sines by an If over the length of the
    attention mask, as in what the model builder makes of a Phi-3 model with long RoPE.
    """
    shutil.copytree(folder, out, dirs_exist_ok=True)
    settings = json.loads((out / "genai_config.json").read_text())
    settings["model"]["context_length"] = settings["search"]["max_length"] = context
    (out / "genai_config.json").write_text(json.dumps(settings))
    graph = onnx.load(out / "model.onnx").graph
    half = next(t.dims[1] for t in graph.initializer if t.name == "cos_cache")
    kept = [t for t in graph.initializer if t.name not in ("cos_cache", "sin_cache")]
    del graph.initializer[:]
    graph.initializer.extend([*kept, numpy_helper.from_array(np.array(switch), "switch")])
    nodes = list(graph.node)
    at = next(n for n, node in enumerate(nodes) if LENGTH in node.output) + 1
    chosen = [
        helper.make_node("Greater", [LENGTH, "switch"], ["is_long"]),
        helper.make_node(
            "If",
            ["is_long"],
            ["cos_cache", "sin_cache"],
            then_branch=_caches("long", context, 1.0 + 2.0 * np.arange(half)),
            else_branch=_caches("short", switch, np.ones(half)),
        ),
    ]
    del graph.node[:]
    graph.node.extend([*nodes[:at], *chosen, *nodes[at:]])
    model = onnx.load(out / "model.onnx")
    model.graph.CopyFrom(graph)
    onnx.save(model, out / "model.onnx")
    return out


def _caches(name: str, rows: int, factors: Any) -> onnx.GraphProto:
    steps = 10000.0 ** (-np.arange(len(factors)) / len(factors)) / factors
    angles = np.outer(np.arange(rows), steps)
    nodes, outputs = [], []
    for kind, values in (("cos", np.cos(angles)), ("sin", np.sin(angles))):
        tensor = numpy_helper.from_array(values.astype(np.float32))
        nodes.append(helper.make_node("Constant", [], [f"{kind}_{name}"], value=tensor))
        outputs.append(
            helper.make_tensor_value_info(f"{kind}_{name}", TensorProto.FLOAT, values.shape)
        )
    return helper.make_graph(nodes, name, [], outputs)
