"""Score a model on all sets, targets and heuristics beside; rewrites the model card's table.

    python -m benchmarks.scores FOLDER [--model M] [--only SET ...] [--limit N] [--write]

FOLDER, outside the repository, takes the case files of `benchmarks/cases.py` and
`scores.json`, with every miss. `--write` puts the table between the marks in
slmtasks/models/M/README.md (nano or micro); it holds no text of the data.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

import slmtasks as slm
from benchmarks import cases as sets
from benchmarks import heuristics
from slmtasks.evaluation import run
from slmtasks.evaluation.load_cases import load
from slmtasks.evaluation.scores import Evaluation, FieldScores, Share
from slmtasks.evaluation.scoring import score

CARDS = sets.ROOT / "slmtasks" / "models"
"""Where the models' cards are: NAME/README.md."""

BEGIN, END = "<!-- written by python -m benchmarks.scores -->", "<!-- end of what it writes -->"

Row = tuple[str, str, str, str]
"""What is measured, the target, what was reached, and what stands beside it."""


def held_out_rows(scored: Mapping[str, Evaluation]) -> Iterator[Row]:
    """Fields met and absent ones answered null, over all lengths and for each."""
    found = {name: _all(scored[name]) for name in scored if name.startswith("held-out")}
    if not found:
        return
    exact, null = Share(), Share()
    for one in found.values():
        exact, null = _sum(exact, one.exact), _sum(null, one.null)
    yield "held-out synthetic: fields exact", "≥ 95%", _shown(exact), ""
    yield "absent fields answered null, same sets", "≥ 95%", _shown(null), ""
    for name, one in found.items():
        tokens = name.rpartition("-")[2]
        beside = f"absent: null {_shown(one.null)}; place {_shown(one.evidence)}"
        yield f"– documents of about {tokens} tokens", "", _shown(one.exact), beside


def by_hand_rows(scored: Mapping[str, Evaluation]) -> Iterator[Row]:
    """Fields met of documents by hand, known to the generator's author or not."""
    for name in sorted(name for name in scored if name.startswith("by-hand")):
        one = _all(scored[name])
        kind = name.rpartition("-")[2]
        beside = f"place {_shown(one.evidence)}; F1 {one.f1:.2f}"
        yield (
            f"documents of other trades, by hand, {kind}: fields exact",
            "",
            _shown(one.exact),
            beside,
        )


def receipt_rows(evaluation: Evaluation, trivial: Evaluation) -> Iterator[Row]:
    """All four fields and each, with the heuristics', and the seconds."""
    ours, theirs = evaluation.tasks["extract"], trivial.tasks["extract"]
    for name, one in (ours.fields or {}).items():
        floor = _shown((theirs.fields or {})[name].exact)
        beside = f"heuristics {floor}; the text holds {_shown(one.reachable)}"
        if name == "all":
            yield (
                "receipts, all four fields at once, strict: exact",
                "≥ 70%",
                _shown(one.exact),
                beside,
            )
        else:
            yield f"– {name}", "", _shown(one.exact), f"{beside}; F1 {one.f1:.2f}"
    if taken := ours.seconds:
        yield (
            "seconds a receipt, model loaded, median",
            "≤ 0.5",
            f"{taken.median:.2f}",
            f"9 of 10 within {taken.p90:.2f}",
        )


def slot_rows(evaluation: Evaluation) -> Iterator[Row]:
    """Slot errors of the description, and of all that was written."""
    scores = evaluation.tasks["describe_product"]
    for text, target, slots in (
        ("description alone", "≤ 8%", scores.description_slots),
        ("title, tagline, bullets too", "", scores.copy_slots),
    ):
        if slots and slots.error_rate is not None:
            counts = (
                f"{slots.missing} missing, {slots.contradicted} contradicted, "
                f"{slots.added} added; {slots.slots} slots"
            )
            yield (
                f"restaurants' slots (E2E), {text}: errors",
                target,
                f"{slots.error_rate:.1%}",
                counts,
            )


def quote_rows(evaluation: Evaluation) -> Iterator[Row]:
    """ROUGE of one sentence of each abstract by that of the first sentence."""
    if rouge := evaluation.tasks["summarize"].rouge:
        for name, value in rouge.answer.model_dump().items():
            beside = f"{value:.3f} by {getattr(rouge.baseline, name):.3f}"
            target = "≥ 1.05" if name == "rougeL" else ""
            ratio = rouge.ratio[name]
            reached = "–" if ratio is None else f"{ratio:.2f}"
            yield f"one sentence of an abstract: {name} by the first's", target, reached, beside


def rows(scored: Mapping[str, Evaluation], trivial: Evaluation | None) -> list[Row]:
    """The table: target and reached side by side."""
    found = [*held_out_rows(scored), *by_hand_rows(scored)]
    if "receipts" in scored and trivial:
        found += receipt_rows(scored["receipts"], trivial)
    if "e2e" in scored:
        found += slot_rows(scored["e2e"])
    if "abstracts" in scored:
        found += quote_rows(scored["abstracts"])
    failed = sum(len(one.failures) for one in scored.values())
    asked = sum(one.cases for one in scored.values())
    return [*found, ("cases without an answer (all missed)", "", f"{failed} of {asked}", "")]


def table(found: list[Row], model: str) -> str:
    """The rows as Markdown, with the day, the machine and the versions."""
    lines = ["| | target | reached | beside |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in found]
    load_average = psutil.getloadavg()[1]
    lines += [
        "",
        f"Measured with {model} on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores "
        f"({platform.system()} {platform.machine()}, load {load_average:.1f}), "
        f"slmtasks {slm.__version__}, onnxruntime-genai {version('onnxruntime-genai')}, "
        f"Python {platform.python_version()}.",
    ]
    return "\n".join(lines) + "\n"


def scores(
    paths: list[Path], model: slm.Model, limit: int | None
) -> tuple[dict[str, Evaluation], Evaluation | None]:
    """The scores of each set, and those of the heuristics on the receipts."""
    scored: dict[str, Evaluation] = {}
    trivial = None
    for path in paths:
        found = load(path)[:limit]
        print(f"{path.stem}: {len(found)} cases", file=sys.stderr, flush=True)
        scored[path.stem] = score(
            path.stem,
            found,
            lambda case, document: run.answer(case, document, model),
            model=model.name,
        )
        if path.stem == "receipts":
            trivial = score(path.stem, found, heuristics.answer, model="heuristics")
    return scored, trivial


def write(card: Path, text: str) -> None:
    """Put the table between the card's marks."""
    kept = card.read_text(encoding="utf-8")
    marked = re.compile(f"(?<={re.escape(BEGIN)}\n).*?(?={re.escape(END)})", re.DOTALL)
    if not marked.search(kept):
        raise SystemExit(f"{card} lacks the marks {BEGIN} and {END}; add them")
    card.write_text(marked.sub(lambda _: f"\n{text}\n", kept), encoding="utf-8", newline="\n")


def _all(evaluation: Evaluation) -> FieldScores:
    return (evaluation.tasks["extract"].fields or {})["all"]


def _sum(one: Share, other: Share) -> Share:
    return Share(hits=one.hits + other.hits, of=one.of + other.of)


def _shown(share: Share) -> str:
    return "–" if share.share is None else f"{share.share:.1%} of {share.of}"


def main() -> None:
    """Make what cases are missing, score them all, print the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--model", default="nano")
    options.add_argument("--data", type=Path, default=sets.DATA)
    options.add_argument("--each", type=int, default=100, help="cases of a held-out set")
    options.add_argument("--only", nargs="+", help="these sets only, by the names of their files")
    options.add_argument("--limit", type=int, help="the first cases of each set only")
    options.add_argument("--write", action="store_true", help="rewrite the model card's table")
    given = options.parse_args()
    paths = sets.write(given.folder, given.data, given.each, given.only)
    with slm.load(given.model) as model:
        scored, trivial = scores(paths, model, given.limit)
        text = table(rows(scored, trivial), model.name)
    kept = [one.model_dump(mode="json") for one in [*scored.values(), *filter(None, [trivial])]]
    (given.folder / "scores.json").write_text(
        json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    print(text, end="")
    if given.write:
        write(CARDS / model.name / "README.md", text)


if __name__ == "__main__":
    main()
