"""Where the seconds of a document go in this library's decoder, pass by pass.

    python -m benchmarks.passes MODEL_FOLDER [--documents 6] [--data FOLDER]

The receipts and replayed answers of `decoder.py`; the first document is left out, whose
constant prompt is not kept yet. A line through the narrow passes says what a pass costs and
what each of its tokens adds; by it the time behind the prompt is shared out among the
answer's own tokens, wrong guesses, and the passes themselves. No guess could do better than
one pass over the whole answer.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import slmtasks as slm
from benchmarks.decoder import DATA, Case, Systems
from slmtasks.decoding.kv_cache import Cache

NARROW = 32
"""Tokens at most of the passes that the line goes through."""


@dataclass
class Passes:
    """The width and the seconds of each pass over one document, and the tokens it took back."""

    widths: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    wrong: int = 0


@contextmanager
def watched() -> Iterator[Passes]:
    """Every cache's passes while the body runs."""
    append, rewind, passes = Cache.append, Cache.rewind, Passes()

    def appended(self: Cache, tokens: Sequence[int]) -> None:
        begun = time.perf_counter()
        append(self, tokens)
        passes.seconds.append(time.perf_counter() - begun)
        passes.widths.append(len(tokens))

    def rewound(self: Cache, length: int) -> None:
        # Before its first pass a cache goes back to what it holds of the prompt.
        passes.wrong += len(self.held) - length if passes.widths else 0
        rewind(self, length)

    Cache.append, Cache.rewind = appended, rewound  # type: ignore[method-assign]
    try:
        yield passes
    finally:
        Cache.append, Cache.rewind = append, rewind  # type: ignore[method-assign]


def shares(case: Case, passes: Passes, seconds: float) -> dict[str, float]:
    """Seconds of a document by what they went to, and what one pass over the answer would take."""
    narrow = [p for p in zip(passes.widths, passes.seconds, strict=True) if p[0] <= NARROW]
    each, constant = map(float, np.polyfit(*zip(*narrow, strict=True), 1))
    # The last pass over the prompt goes on into the answer.
    prompt, read = len(case.prompt) - case.keep, 0
    first = 0
    while read + passes.widths[first] <= prompt:
        read += passes.widths[first]
        first += 1
    reading = sum(passes.seconds[:first])
    a_token = reading / read
    behind = passes.widths[first:]
    own = sum(behind) - passes.wrong - (prompt - read)
    found = {
        "reading the prompt": reading + (prompt - read) * a_token,
        "the answer's own tokens": own * each,
        "wrong guesses": passes.wrong * each,
        "the passes themselves": len(behind) * constant,
        "outside the runtime": seconds - sum(passes.seconds),
    }
    found["the rest"] = seconds - sum(found.values())
    found["all"] = seconds
    found["one pass over the answer, nothing else"] = (
        found["reading the prompt"] + own * each + constant
    )
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("model", type=Path)
    options.add_argument("--documents", type=int, default=6)
    options.add_argument("--data", type=Path, default=DATA)
    chosen = options.parse_args()
    systems = Systems(chosen.model, None, {"library", "limit"})
    rows = []
    with slm.load("nano") as answerer:
        for number, path in enumerate(sorted(chosen.data.glob("*.txt"))[: chosen.documents]):
            case = Case(systems.model, path, answerer)
            limit = systems.run("limit", case)["seconds"]
            with watched() as passes:
                seconds = systems.run("library", case)["seconds"]
            if number:
                rows.append(shares(case, passes, seconds) | {"the limit": limit})
                print({name: round(value, 2) for name, value in rows[-1].items()}, flush=True)
    print("| | s a document, median | share |", "|---|---|---|", sep="\n")
    for name in rows[0]:
        share = statistics.median(row[name] / row["all"] for row in rows)
        print(f"| {name} | {statistics.median(row[name] for row in rows):.2f} | {share:.0%} |")


if __name__ == "__main__":
    main()
