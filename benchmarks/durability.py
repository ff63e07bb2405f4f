"""What durability costs a document: python benchmarks/durability.py [--count N] [--under MS]

N small texts go through a task that does nothing, once in a plain loop and once in a batch
that has each record on the disc of `--folder` before the next. Prints the difference in
milliseconds a document, its part of processor time (which other processes do not lengthen),
and how long the disc alone takes for one append and sync. With
`--under`, exit status 1 says that it took longer.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from pydantic import BaseModel

import slmtasks as slm

RUNS = 5


class Nothing(BaseModel):
    text: str


def nothing(document: slm.Document, *, model: slm.Model) -> slm.Extraction[Nothing]:
    return slm.Extraction[Nothing](
        value=Nothing(text=document.text),
        evidence={},
        warnings=(),
        usage=slm.Usage(),
        coverage=slm.Coverage(characters=1, read=1, pages=1, chunks=1),
        model=model.name,
        prompt_version="nothing/1",
    )


def milliseconds(folder: Path, count: int, model: slm.Model) -> tuple[float, float, float]:
    """A document's overhead in a batch, processor time of it, one append and sync."""
    inputs = [(f"{n}", f"document {n} " + "word " * 100) for n in range(count)]
    begun, used = time.perf_counter(), time.process_time()
    for name, text in inputs:
        nothing(slm.read(text, name=name), model=model)
    plain, plainly_used = time.perf_counter() - begun, time.process_time() - used
    out = folder / f"{time.monotonic_ns()}.jsonl"
    begun, used = time.perf_counter(), time.process_time()
    slm.batch(inputs, slm.bind(nothing, "nothing/1"), out=out, model=model)
    batch, used = time.perf_counter() - begun, time.process_time() - used
    with out.with_suffix(".raw").open("ab", buffering=0) as file:
        line = b"x" * 1000 + b"\n"
        begun = time.perf_counter()
        for _ in range(count):
            file.write(line)
            os.fsync(file.fileno())
        raw = time.perf_counter() - begun
    return tuple(1000 * seconds / count for seconds in (batch - plain, used - plainly_used, raw))


def main() -> int:
    """Measure, print, and judge where a bound is given."""
    parser = argparse.ArgumentParser(description="What durability costs a document.")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--folder", type=Path, help="where to write; a temporary folder else")
    parser.add_argument("--under", type=float, metavar="MS", help="fail where it takes longer")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=options.folder) as place,
        slm.load("nano", threads=1) as model,
    ):
        runs = [milliseconds(Path(place), options.count, model) for _ in range(RUNS)]
    overhead, processor, disc = (statistics.median(times) for times in zip(*runs, strict=True))
    print(
        f"{overhead:.2f} ms a document over a plain loop ({min(runs)[0]:.2f} to "
        f"{max(runs)[0]:.2f}), {processor:.2f} ms of it processor time; the disc's own append "
        f"and sync {disc:.2f} ms; medians of {RUNS} runs of {options.count} documents"
    )
    return 1 if options.under is not None and overhead > options.under else 0


if __name__ == "__main__":
    sys.exit(main())
