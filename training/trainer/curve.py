"""The curves of a run's log as a picture: the loss on the answers, length, learning rate."""

from __future__ import annotations

import json
from pathlib import Path

SMOOTH = 5
"""Lines of the log, half a minute each, that a point of the curve is the mean of."""


def curve(log: Path, picture: Path) -> None:
    """Draw a `log.jsonl` as SVG; needs matplotlib (extra "bench")."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    tokens = [line["tokens"] / 1e6 for line in lines]
    losses = [line["loss"] for line in lines]
    windows = [losses[max(0, at - SMOOTH + 1) : at + 1] for at in range(len(losses))]
    figure, (above, below) = pyplot.subplots(
        2, 1, sharex=True, figsize=(8, 5), height_ratios=(3, 1)
    )
    above.plot(tokens, losses, color="0.8", linewidth=0.8)
    above.plot(tokens, [sum(window) / len(window) for window in windows], color="tab:blue")
    above.set(ylabel="loss on the answers", yscale="log")
    below.step(tokens, [line["longest"] for line in lines], where="post", color="tab:green")
    below.set(xlabel="million tokens", ylabel="longest example")
    rates = below.twinx()
    rates.plot(tokens, [line["rate"] for line in lines], color="tab:orange", linewidth=1)
    rates.set(ylabel="rate", ylim=(0, 1.05))
    for axes in (above, below, rates):
        axes.spines["top"].set_visible(False)
    figure.tight_layout()
    figure.savefig(picture, metadata={"Date": None})
