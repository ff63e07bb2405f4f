"""Every answer of the curated records, held against the library's own grammar and grounding.

    python -m training.corpus.check [FILES...]

Prints each fault with its file and line, then the counts; exits 1 where there is a fault.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from training.corpus.examples import everything
from training.corpus.records import FOLDER, Record, numbered


def faults(place: str, record: Record) -> tuple[int, list[str]]:
    """How many answers a record holds that the library accepts, and what it does not."""
    good, bad = 0, []
    for label, made in everything(record):
        if isinstance(made, ValueError):
            bad.append(f"{place}: {label}: {made}")
        elif why := made.fault():
            bad.append(f"{place}: {label}: the library does not accept the value of {why!r}")
        else:
            good += 1
    return good, bad


def check(paths: Sequence[Path]) -> tuple[int, int, list[str]]:
    """The records of the files, the answers that are accepted, and all faults."""
    places, records = zip(*numbered(*paths), strict=True)
    with ProcessPoolExecutor(max_workers=min(os.cpu_count() or 1, 8)) as pool:
        found = list(pool.map(faults, places, records, chunksize=8))
    return len(records), sum(good for good, _ in found), [line for _, bad in found for line in bad]


def main() -> int:
    """Check the files that are named, or the whole corpus."""
    paths = [Path(name) for name in sys.argv[1:]] or sorted(FOLDER.glob("*.jsonl"))
    try:
        records, answers, bad = check(paths)
    except ValueError as error:
        bad, records, answers = [str(error)], 0, 0
    for line in bad:
        print(line)
    print(f"{records} records, {answers} answers accepted, {len(bad)} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
