"""Whether `confidence` means what it says: how often values are right, by how sure the model was.

    python -m benchmarks.calibration FOLDER [--model M] [--set NAME ...] [--plot FILE.svg]

FOLDER holds the case files that `benchmarks.scores` wrote. Values are put into ten groups
of like confidence; for each are shown its mean confidence and how many were right, and
over all the expected calibration error: the mean distance of the two, weighted by size.
The plot (extra "bench") also shows what is gained by giving the least sure values to a
person: the share that is right of those that are kept.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import slmtasks as slm
from slmtasks.errors import SlmTasksError
from slmtasks.evaluation.cases import ExtractCase
from slmtasks.evaluation.fields import judge
from slmtasks.evaluation.load_cases import load
from slmtasks.evaluation.run import answer
from slmtasks.results import Extraction

GROUPS = 10
Pairs = list[tuple[float, bool]]
"""How sure the model was of a value, and whether it was right."""


def pairs(path: Path, model: slm.Model) -> Iterator[tuple[float, bool]]:
    """Every value of a set's extractions that has a confidence."""
    for case in load(path):
        if not isinstance(case, ExtractCase):
            continue
        document = case.read(None)
        try:
            result = answer(case, document, model)
        except SlmTasksError:
            continue
        assert isinstance(result, Extraction)
        for one in judge(case, result, document):
            sure = result.confidence.get(one.path)
            if sure is not None:
                yield sure, one.exact if one.gold is not None else one.given is None


def grouped(found: Pairs) -> list[Pairs]:
    """The values in groups of the same size, the least sure first."""
    ordered = sorted(found)
    cuts = [len(ordered) * at // GROUPS for at in range(GROUPS + 1)]
    return [ordered[a:b] for a, b in pairwise(cuts) if b > a]


def means(group: Pairs) -> tuple[float, float]:
    """The mean confidence, and the share that is right."""
    return sum(sure for sure, _ in group) / len(group), sum(right for _, right in group) / len(
        group
    )


def error(found: Pairs) -> float:
    """The expected calibration error."""
    groups = grouped(found)
    distances = (len(group) * abs(means(group)[0] - means(group)[1]) for group in groups)
    return sum(distances) / len(found)


def kept(found: Pairs, share: float) -> float:
    """The share that is right of the most sure `share` of the values."""
    most = sorted(found, reverse=True)[: max(1, round(share * len(found)))]
    return sum(right for _, right in most) / len(most)


def plot(sets: dict[str, Pairs], path: Path) -> None:
    """Reliability, and what is right of what is kept."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 4))
    left.plot([0, 1], [0, 1], color="0.8", linewidth=1)
    shares = [at / 20 for at in range(4, 21)]
    for name, found in sets.items():
        left.plot(*zip(*map(means, grouped(found)), strict=True), marker="o", label=name)
        right.plot(shares, [kept(found, share) for share in shares], label=name)
    left.set(xlabel="confidence", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1.02))
    right.set(xlabel="share of the values kept, the surest first", ylim=(0, 1.02))
    left.legend(frameon=False)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Print a table for each set, and draw the plot where one is asked for."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--model", default="nano")
    options.add_argument("--set", nargs="*", default=["receipts", "held-out-150", "held-out-300"])
    options.add_argument("--plot", type=Path)
    chosen = options.parse_args()
    sets: dict[str, Pairs] = {}
    with slm.load(chosen.model) as model:
        for name in chosen.set:
            sets[name] = list(pairs(chosen.folder / f"{name}.jsonl", model))
    for name, found in sets.items():
        print(f"{name}: {len(found)} values, expected calibration error {error(found):.3f}")
        print("| confidence | right | values |\n|---|---|---|")
        for group in grouped(found):
            sure, right = means(group)
            print(f"| {sure:.2f} | {right:.0%} | {len(group)} |")
        half = kept(found, 0.5)
        print(f"right of all {kept(found, 1.0):.0%}, of the surest half {half:.0%}\n")
    if chosen.plot:
        plot(sets, chosen.plot)


if __name__ == "__main__":
    main()
