"""Score a model on all sets, each measure beside a trivial baseline, with an interval.

    python -m benchmarks.scores FOLDER [--model M] [--sets NAME ...] [--most N] [--resume] [--write]

FOLDER, outside the repository, takes the case files of `benchmarks/cases.py` and, in
scores-MODEL/, what was counted of each document and what was answered. `--most` takes a
sample of so many documents of each set, the same ones every time. `--resume` takes sets
that were scored so before. `--write` puts the table between the marks in
slmtasks/models/M/README.md (nano or micro); it holds no text of the data.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import psutil
from pydantic import BaseModel

import slmtasks as slm
from benchmarks import cases as sets
from benchmarks import heuristics
from benchmarks.judges import Judge, Tally, judge_of
from benchmarks.targets import TARGETS, TITLES
from slmtasks.errors import ModelCorrupt
from slmtasks.evaluation import run
from slmtasks.evaluation.cases import Case
from slmtasks.evaluation.load_cases import load
from slmtasks.models import manifest

CARDS = sets.ROOT / "slmtasks" / "models"
"""Where the models' cards are: NAME/README.md."""

BEGIN, END = "<!-- written by python -m benchmarks.scores -->", "<!-- end of what it writes -->"
SEED = 2026
DRAWS = 2000
"""How often the documents are drawn anew for an interval."""


class Answered(BaseModel):
    """One document: what was counted of the model's answer and of the baseline's."""

    case: str
    tally: Tally
    floor: Tally
    seconds: float
    error: str | None = None
    answer: Any = None


class Scored(BaseModel):
    """The documents of a set that were asked, of `whole` that it has."""

    name: str
    model: str
    whole: int
    documents: list[Answered]


def score(path: Path, model: slm.Model, name: str, most: int | None, data: Path) -> Scored:
    """Ask a model the cases of a set, or a sample of `most` of them."""
    found = load(path)
    judge = judge_of(path.stem, found, data)
    documents = [_answered(case, path.stem, model, judge) for case in sample(found, most)]
    return Scored(name=path.stem, model=name, whole=len(found), documents=documents)


def sample(found: Sequence[Case], most: int | None) -> list[Case]:
    """At most so many cases, drawn by a fixed seed, in their order."""
    if most is None or most >= len(found):
        return list(found)
    return [found[at] for at in sorted(Random(SEED).sample(range(len(found)), most))]


def _answered(case: Case, name: str, model: slm.Model, judge: Judge) -> Answered:
    document = case.read(None)
    floor = judge(case, heuristics.answer(case, document, name), document)
    error, result = None, None
    begun = time.perf_counter()
    try:
        result = run.answer(case, document, model)
    except Exception as failure:  # noqa: BLE001
        # Whatever fails is a miss of this document; the others go on.
        error = f"{type(failure).__name__}: {failure}"
    seconds = time.perf_counter() - begun
    return Answered(
        case=case.id,
        tally=judge(case, result, document),
        floor=floor,
        seconds=seconds,
        error=error,
        answer=result.model_dump(mode="json", warnings=False) if result else None,
    )


def share(tallies: Sequence[Tally], measure: str) -> tuple[float, float, float, float]:
    """The share of a measure, a 95% interval, and of how many it is.

    The interval is of the shares of as many documents drawn with replacement (bootstrap).
    """
    pairs = np.array([tally.get(measure, (0, 0)) for tally in tallies], dtype=float)
    times = np.random.default_rng(SEED).multinomial(
        len(pairs), np.full(len(pairs), 1 / len(pairs)), size=DRAWS
    )
    drawn = times @ pairs
    drawn = drawn[drawn[:, 1] > 0]
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    hits, of = pairs.sum(axis=0)
    return float(hits / of), float(low), float(high), float(of)


def rows(scored: Sequence[Scored], model: str) -> Iterator[tuple[str, ...]]:
    """The table: what is measured, of how much, the floor, the target, what was reached."""
    synthetic = [one for one in scored if one.name.startswith("held-out")]
    joined = Scored(
        name="held-out",
        model=model,
        whole=sum(one.whole for one in synthetic),
        documents=[document for one in synthetic for document in one.documents],
    )
    for one in (*scored, *[joined] * (len(synthetic) > 1)):
        asked = len(one.documents)
        part = f"all {asked}" if asked == one.whole else f"{asked} of {one.whole}"
        title = TITLES.get(one.name, one.name)
        tallies = [document.tally for document in one.documents]
        floors = [document.floor for document in one.documents]
        measures = dict.fromkeys(name for tally in tallies for name in tally)
        for measure in (name for name in measures if any(t.get(name, (0, 0))[1] for t in tallies)):
            target = TARGETS.get(model, {}).get((one.name, measure), "")
            floor = _floor(floors, measure)
            yield f"{title}: {measure}", part, floor, target, _reached(tallies, measure)
        if one.name == "receipts":
            seconds = statistics.median(document.seconds for document in one.documents)
            target = TARGETS.get(model, {}).get((one.name, "seconds"), "")
            yield f"{title}: seconds, median", part, "", target, f"{seconds:.2f}"
    failed = sum(bool(document.error) for one in scored for document in one.documents)
    yield "documents without an answer (all missed)", "", "", "", str(failed)


def _reached(tallies: Sequence[Tally], measure: str) -> str:
    value, low, high, of = share(tallies, measure)
    if measure.startswith("rouge"):
        return f"{value:.3f} ({low:.3f} to {high:.3f})"
    return f"{value:.1%} ({100 * low:.0f} to {high:.0%}) of {of:.0f}"


def _floor(tallies: Sequence[Tally], measure: str) -> str:
    if not any(tally.get(measure, (0, 0))[1] for tally in tallies):
        return ""
    value = share(tallies, measure)[0]
    return f"{value:.3f}" if measure.startswith("rouge") else f"{value:.1%}"


def table(found: Iterator[tuple[str, ...]], model: str) -> str:
    """The rows as Markdown, with the day, the machine and the versions."""
    lines = ["| | documents | floor | target | reached (95%) |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in found]
    lines += [
        "",
        f"Measured with {model} on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores "
        f"({platform.system()} {platform.machine()}, load {psutil.getloadavg()[1]:.1f}), "
        f"slmtasks {slm.__version__}, onnxruntime-genai {version('onnxruntime-genai')}, "
        f"Python {platform.python_version()}.",
    ]
    return "\n".join(lines) + "\n"


def write(card: Path, text: str) -> None:
    """Put the table between the card's marks."""
    kept = card.read_text(encoding="utf-8")
    marked = re.compile(f"(?<={re.escape(BEGIN)}\n).*?(?={re.escape(END)})", re.DOTALL)
    if not marked.search(kept):
        raise SystemExit(f"{card} lacks the marks {BEGIN} and {END}; add them")
    card.write_text(marked.sub(lambda _: f"\n{text}\n", kept), encoding="utf-8", newline="\n")


def name_of(model: slm.Model) -> str:
    """The name that a model's manifest gives it; it may lie in a folder of another name."""
    try:
        return manifest.read(model.folder).name
    except ModelCorrupt:
        return model.name


def scores(given: argparse.Namespace, paths: Sequence[Path]) -> tuple[str, list[Scored]]:
    """The scores of each set, kept in FOLDER as soon as it is done."""
    with slm.load(given.model, threads=given.threads) as model:
        name = name_of(model)
        folder = given.folder / f"scores-{name}"
        folder.mkdir(exist_ok=True)
        found = []
        for path in paths:
            kept = folder / f"{path.stem}.json"
            if given.resume and kept.is_file():
                found.append(Scored.model_validate_json(kept.read_bytes()))
                continue
            print(f"{path.stem} …", file=sys.stderr, flush=True)
            found.append(score(path, model, name, given.most, given.data))
            text = json.dumps(found[-1].model_dump(mode="json"), ensure_ascii=False, indent=1)
            kept.write_text(text + "\n", encoding="utf-8")
    return name, found


def main() -> None:
    """Make the cases, score them all, print the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--model", default="nano")
    options.add_argument("--data", type=Path, default=sets.DATA)
    options.add_argument("--each", type=int, default=100, help="cases of a held-out set")
    options.add_argument("--sets", nargs="+", metavar="NAME", help="these sets only")
    options.add_argument("--threads", type=int, help="of the model; all cores where not given")
    options.add_argument("--most", type=int, help="a sample of so many documents of each set")
    options.add_argument("--resume", action="store_true", help="keep sets that are scored already")
    options.add_argument("--write", action="store_true", help="rewrite the model card's table")
    given = options.parse_args()
    paths = sets.write(given.folder, given.data, given.each, given.sets)
    name, found = scores(given, paths)
    text = table(rows(found, name), name)
    print(text, end="")
    if given.write:
        write(CARDS / name / "README.md", text)


if __name__ == "__main__":
    main()
