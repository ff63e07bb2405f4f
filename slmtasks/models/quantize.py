"""Quantize matrices to four bits as MatMulNBits and GatherBlockQuantized read them.

Blocks of 32 along a row share a scale; the zero point is 8. The rounding is that of the
quantizer inside ONNX Runtime, so that the result is what the GenAI model builder makes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from slmtasks.models.gguf_base import Matrix

BLOCK = 32
"""Weights that share a scale."""

_ZERO = np.float32(8)


def four_bits(weights: Matrix) -> tuple[NDArray[np.uint8], Matrix]:
    """Quantize (rows, columns): packed (rows, blocks, 16), the earlier weight low, and scales."""
    rows, columns = weights.shape
    blocks = weights.reshape(rows, columns // BLOCK, BLOCK)
    high, low = blocks.max(axis=2), blocks.min(axis=2)
    # Of two ends the farther becomes -8 exactly: that side has one step more.
    scales = np.where(np.abs(high) > np.abs(low), high, low) / -_ZERO
    with np.errstate(divide="ignore"):
        inverse = np.where(scales == 0, np.float32(0), np.float32(1) / scales)
    steps = blocks * inverse[..., None] + _ZERO
    # Halves go up, as roundf takes them: all steps are positive, or clipped.
    whole = np.clip(np.floor(steps + np.float32(0.5)), 0, 15).astype(np.uint8)
    return whole[..., 0::2] | whole[..., 1::2] << 4, scales
