"""The weights of a graph of the GenAI model builder, in the order of their bytes.

The graph is Llama's with fused queries, keys and values, and with embeddings that the
input and the output share. Rotary tables are computed here as well. Everything is exact or
rounded once, so that the bytes do not depend on the machine.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slmtasks.models.gguf_base import Base, Matrix
from slmtasks.models.merge import Adapter, layer
from slmtasks.models.quantize import four_bits

Tensor = tuple[str, NDArray[Any]]
"""A tensor's name in the graph, and its values."""


def of(base: Base, adapter: Adapter) -> Iterator[Tensor]:
    """Every tensor of the graph's data file, one after the other, without a gap."""
    yield from _rotary(base)
    layers: int = base.setting("llama.block_count")
    for number in range(layers):
        yield from _layer(base, adapter, number)
    yield f"model.layers.{layers}.final_norm_layernorm.weight", base.weights("output_norm.weight")
    yield from _quantized("lm_head", base.weights("token_embd.weight"))


def _layer(base: Base, adapter: Adapter, number: int) -> Iterator[Tensor]:
    place = f"model.layers.{number}"
    merged = layer(base, adapter, number)
    norm = base.weights(f"blk.{number}.attn_norm.weight")
    yield f"{place}.input_layernorm.weight", norm
    fused = np.concatenate([merged["attn_q"], merged["attn_k"], merged["attn_v"]])
    yield from _quantized(f"{place}.attn.qkv_proj", fused)
    yield from _quantized(f"{place}.attn.o_proj", merged["attn_output"])
    norm = base.weights(f"blk.{number}.ffn_norm.weight")
    yield f"{place}.post_attention_layernorm.weight", norm
    for name in ("gate", "up", "down"):
        yield from _quantized(f"{place}.mlp.{name}_proj", merged[f"ffn_{name}"])


def _quantized(name: str, weights: Matrix) -> Iterator[Tensor]:
    packed, scales = four_bits(weights)
    yield f"{name}.MatMul.weight_Q4", packed
    yield f"{name}.MatMul.weight_scales", scales


def _rotary(base: Base) -> Iterator[Tensor]:
    """Cosines and sines (positions, half a head) of the angles, as float32 holds those.

    They are computed in float64, by the standard library: that of a processor's vector
    instructions differs from machine to machine.
    """
    width: int = base.setting("llama.rope.dimension_count")
    theta: float = base.setting("llama.rope.freq_base")
    # As the builder does: the frequencies are rounded before the positions are multiplied.
    steps = np.array([math.pow(theta, 2 * at / width) for at in range(width // 2)], np.float32)
    positions = np.arange(base.setting("llama.context_length"), dtype=np.float32)
    angles = np.outer(positions, np.float32(1) / steps)
    for name, function in (("cos", math.cos), ("sin", math.sin)):
        values = np.array([function(angle) for angle in angles.ravel().tolist()], np.float64)
        yield f"{name}_cache", values.astype(np.float32).reshape(angles.shape)
