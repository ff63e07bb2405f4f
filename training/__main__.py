"""`python -m training STEP --preset smoke --out DIR --seed 0`: see training/README.md."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from training.trainer.presets import PRESETS

NANO = Path(__file__).parents[1] / "slmtasks" / "models" / "nano"


def data(out: Path, seed: int, count: int) -> None:
    """Write examples to look at, and what the checks dropped."""
    from training.generator.examples import make

    dropped: Counter[str] = Counter()
    out.mkdir(parents=True, exist_ok=True)
    for split in ("train", "held"):
        with (out / f"{split}.jsonl").open("w", encoding="utf-8") as file:
            for index in range(count):
                example = make(seed, index, 60 + 37 * index % 700, split == "held", dropped)
                file.write(json.dumps(vars(example), ensure_ascii=False) + "\n")
    print(f"{count} examples of each split in {out}; dropped: {dict(dropped)}")


def tokenizer(out: Path, seed: int, size: int) -> None:
    """Train the tokenizer on generated text."""
    from training.generator.examples import make
    from training.trainer.tokenizer import train

    texts = (
        m["content"] for i in range(6000) for m in make(seed + 1, i, 60 + 61 * i % 500).messages
    )
    train(texts, size, out)


def main(arguments: list[str] | None = None) -> int:
    """Run one step, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    steps = "data card tokenizer start train average evaluate export curve all".split()
    parser.add_argument("step", choices=steps)
    parser.add_argument("--preset", choices=list(PRESETS), default="smoke")
    parser.add_argument("--out", type=Path, default=Path("training/runs/nano"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--count", type=int, default=200, help="examples to write, to count or to score"
    )
    parser.add_argument("--minutes", type=float, help="stop training after this long; it resumes")
    parser.add_argument(
        "--tokens",
        type=int,
        help="train on this many tokens in place of the preset's; with start, those already seen",
    )
    parser.add_argument(
        "--source",
        type=Path,
        default=NANO,
        help="the exported folder whose weights to start from, or to average with",
    )
    parser.add_argument(
        "--share", type=float, default=0.5, help="with average, the share of the run's last weights"
    )
    parser.add_argument("--threads", type=int, help="threads to train with")
    parser.add_argument("--precision", choices=["int4", "int8", "fp32"], default="int8")
    given = parser.parse_args(arguments)
    preset, out = PRESETS[given.preset], given.out
    changes = {k: getattr(given, k) for k in ("tokens", "threads") if getattr(given, k)}
    preset = replace(preset, **changes)
    if given.step in ("data", "all"):
        data(out / "samples", given.seed, given.count)
    if given.step == "card":
        from training.generator.card import card

        print(card(out, given.seed, given.count))
    if given.step in ("tokenizer", "all"):
        tokenizer(out, given.seed, preset.vocabulary)
    if given.step == "start":
        from training.trainer.start import start

        start(given.source, out, preset, given.tokens or 0)
    if given.step in ("train", "all"):
        from training.trainer.train import train

        train(preset, out, given.seed, given.minutes)
    if given.step == "average":
        from training.trainer.start import average

        print(average(given.source, out, preset, given.share))
    if given.step == "evaluate":
        from training.trainer.evaluate import report

        report(out, given.count)
    if given.step in ("export", "all"):
        from training.export.genai import export

        export(out, out / "model", given.precision)
    if given.step == "curve":
        from training.trainer.curve import curve

        curve(out / "log.jsonl", out / "curve.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
