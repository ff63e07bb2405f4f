"""Sizes: how large the model is and how long it is trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """A model and its training run; lengths in tokens.

    `stages` are (share of all tokens, longest example): short documents come first.
    Each step's `batch` comes in `parts`, which the `threads` share: more parts than threads, so
    that none waits long. `feeders` are the processes that make examples, some ten thousand
    tokens a second each.
    """

    name: str
    vocabulary: int = 4352
    hidden: int = 256
    inner: int = 768
    layers: int = 8
    heads: int = 8
    context: int = 1536
    tokens: int = 26_000_000
    batch: int = 8192
    parts: int = 4
    rate: float = 2e-3
    matrix_rate: float = 5e-3
    warmup: int = 100
    stages: tuple[tuple[float, int], ...] = (
        (0.25, 200),
        (0.42, 320),
        (0.7, 640),
        (0.97, 960),
        (1.0, 1280),
    )
    threads: int = 2
    feeders: int = 1

    def longest(self, share: float) -> int:
        """The longest example when `share` of all tokens are seen."""
        return next(length for until, length in self.stages if share <= until or until == 1.0)


PRESETS = {
    "smoke": Preset(
        "smoke",
        vocabulary=1024,
        hidden=96,
        inner=256,
        layers=3,
        # The runtime takes heads whose size is a multiple of 16.
        heads=3,
        tokens=600_000,
        batch=4096,
        parts=2,
        rate=3e-3,
        matrix_rate=8e-3,
        warmup=20,
        stages=((0.7, 256), (1.0, 384)),
    ),
    "cpu": Preset("cpu"),
    # About 30 million parameters, for 20 minutes of a large GPU with 16 cores beside it.
    "gpu": Preset(
        "gpu",
        hidden=512,
        inner=1536,
        layers=8,
        tokens=400_000_000,
        batch=65_536,
        parts=1,
        threads=1,
        rate=1.5e-3,
        matrix_rate=4e-3,
        warmup=300,
        feeders=14,
    ),
}
