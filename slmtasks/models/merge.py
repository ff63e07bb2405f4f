"""Merge a low-rank adapter into a base's weights, the same to the bit on every machine.

The adapter is a safetensors file in bfloat16: for each part of a layer A (rank, inputs)
and B (outputs, rank), whose product is added to the weights.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slmtasks.errors import ModelCorrupt
from slmtasks.models.gguf_base import Base, Matrix

_BITS = 22
"""Bits of a factor's numbers: the sum of 2 ** 9 products of two of them fits a float64."""

_PARTS = {
    "attn.qkv": ("attn_q", "attn_k", "attn_v"),
    "attn.o": ("attn_output",),
    "mlp.gate_up": ("ffn_gate", "ffn_up"),
    "mlp.down": ("ffn_down",),
}
"""What the base calls the rows of each part that the adapter has."""


class Adapter:
    """An open adapter; raises ModelCorrupt where the file is not one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            content = np.fromfile(path, np.uint8)
            start = 8 + int.from_bytes(content[:8].tobytes(), "little")
            self._index: dict[str, Any] = json.loads(content[8:start].tobytes())
        except (OSError, ValueError) as error:
            raise ModelCorrupt(f"{path} cannot be read as safetensors ({error})") from error
        self._values = content[start:]

    def delta(self, part: str) -> NDArray[np.float64]:
        """What is added to the weights of a part, such as "layers.0.attn.qkv"."""
        (a, a_step), (b, b_step) = (
            _whole(self._factor(f"{part}.A")),
            _whole(self._factor(f"{part}.B")),
        )
        scale = float(self._index["__metadata__"]["scale"])
        # Whole numbers whose sums float64 holds: exact in whatever order they are added.
        product: NDArray[np.float64] = b @ a
        return product * (a_step * b_step * scale)

    def _factor(self, name: str) -> Matrix:
        if name not in self._index or self._index[name]["dtype"] != "BF16":
            raise ModelCorrupt(f"{self._path} holds no {name} in bfloat16")
        start, end = self._index[name]["data_offsets"]
        # A bfloat16 is the upper half of a float32.
        halves = self._values[start:end].copy().view("<u2").astype(np.uint32)
        return (halves << 16).view(np.float32).reshape(self._index[name]["shape"])


def layer(base: Base, adapter: Adapter, number: int) -> dict[str, Matrix]:
    """The matrices of a layer with the adapter merged, by the base's names ("attn_q")."""
    merged = {}
    for part, names in _PARTS.items():
        delta = adapter.delta(f"layers.{number}.{part}")
        at = 0
        for name in names:
            weights = base.weights(f"blk.{number}.{name}.weight")
            rows = delta[at : at + len(weights)]
            merged[name] = (weights.astype(np.float64) + rows).astype(np.float32)
            at += len(weights)
    return merged


def _whole(factor: Matrix) -> tuple[NDArray[np.float64], float]:
    """A factor as whole numbers of `_BITS` bits, and the step that they count.

    What is rounded off is 2 ** -22 of the largest number, where bfloat16 itself rounds 2 ** -9.
    """
    _, exponent = np.frexp(np.abs(factor).max())
    step = float(np.ldexp(1.0, int(exponent) - _BITS))
    return np.rint(factor.astype(np.float64) / step), step
