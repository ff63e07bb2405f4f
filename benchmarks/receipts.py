"""Fields of real receipts: exact matches beside trivial heuristics, and seconds a document.

    python benchmarks/receipts.py [--model FOLDER] [--data FOLDER] [--limit N] [--json]

The data (60 receipts with company, date, address, total) is not part of the project; a
field counts as met where gold and answer are equal after case and white space are folded.
Errors count as misses. All four fields are asked at once, grounding is strict.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

import slmtasks as slm
from slmtasks.shorthand import parse
from slmtasks.values import dates, numbers

DATA = Path(__file__).parents[2] / "shared" / "data" / "receipts"
FIELDS = ("company", "date", "address", "total")
ASKED = "company, date: date, address, total: number"


def folded(text: str) -> str:
    return "".join(text.split()).casefold()


def heuristics(text: str) -> dict[str, str]:
    """First line, first date, lines two and three, largest amount with decimals."""
    lines = [line for line in text.splitlines() if line.strip()]
    amounts = [n for n in numbers(text) if "." in n.quote]
    found = dates(text, day_first=True)
    return {
        "company": lines[0],
        "date": found[0].quote if found else "",
        "address": " ".join(lines[1:3]),
        "total": max(amounts, key=lambda n: n.value).quote if amounts else "",
    }


def answers(path: Path, model: slm.Model) -> tuple[dict[str, str], float]:
    """What the model copied for each field, and the seconds that it took."""
    begun = time.perf_counter()
    try:
        result = slm.extract(slm.read(path, day_first=True), parse(ASKED), model=model)
    except slm.AnswerError:
        return {}, time.perf_counter() - begun
    seconds = time.perf_counter() - begun
    return {name: places[0].quote for name, places in result.evidence.items()}, seconds


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--model", default="nano")
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--limit", type=int)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    paths = sorted(chosen.data.glob("*.txt"))[: chosen.limit]
    met = {way: dict.fromkeys(FIELDS, 0) for way in ("model", "heuristics")}
    asked = dict.fromkeys(FIELDS, 0)
    times = []
    with slm.load(chosen.model) as model:
        for path in paths:
            gold = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            given, seconds = answers(path, model)
            times.append(seconds)
            trivial = heuristics(slm.read(path).text)
            for name in (name for name in FIELDS if gold.get(name)):
                asked[name] += 1
                wanted = folded(gold[name].removeprefix("RM"))
                met["model"][name] += folded(given.get(name, "")) == wanted
                met["heuristics"][name] += folded(trivial[name]) == wanted
    report = {
        "documents": len(paths),
        "asked": asked,
        "met": met,
        "share": {way: sum(hits.values()) / sum(asked.values()) for way, hits in met.items()},
        "median_seconds": statistics.median(times),
    }
    if chosen.json:
        print(json.dumps(report))
        return
    print(f"{'field':10}{'model':>8}{'heuristics':>12}   of {len(paths)} receipts")
    for name in FIELDS:
        print(f"{name:10}{met['model'][name]:>8}{met['heuristics'][name]:>12}   of {asked[name]}")
    share = report["share"]
    print(f"{'all':10}{share['model']:>8.0%}{share['heuristics']:>12.0%}")
    print(f"median {report['median_seconds']:.3f} s a receipt")


if __name__ == "__main__":
    main()
