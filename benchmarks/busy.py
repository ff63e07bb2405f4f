"""How much longer an answer takes beside other programs that want the processor.

    python -m benchmarks.busy MODEL [--programs 1] [--documents 12]

Three fields of receipts from the generator, alone and beside programs that
only count, in turn; prints the medians and the median of the ratios. The machine must be idle.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel

import slmtasks as slm
from training.generator.examples import make


class Receipt(BaseModel):
    company: str
    date: str
    total: str


@contextmanager
def programs(count: int) -> Iterator[None]:
    """So many processes, each of which keeps one core busy."""
    command = [sys.executable, "-c", "while True: sum(range(10**6))"]
    running = [subprocess.Popen(command) for _ in range(count)]
    try:
        time.sleep(0.5)
        yield
    finally:
        for each in running:
            each.kill()
            each.wait()


def seconds(model: slm.Model, text: str) -> float:
    began = time.perf_counter()
    slm.extract(text, Receipt, model=model)
    return time.perf_counter() - began


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("model")
    options.add_argument("--programs", type=int, default=1)
    options.add_argument("--documents", type=int, default=12)
    given = options.parse_args()
    found = (make(4, number, 300, task="extract") for number in range(10 * given.documents))
    texts = [e.document for e in found if e.kind == "receipt"][: given.documents]
    with slm.load(given.model) as model:
        seconds(model, texts[0])
        alone = [seconds(model, text) for text in texts]
        with programs(given.programs):
            beside = [seconds(model, text) for text in texts]
        alone = [(a + seconds(model, t)) / 2 for a, t in zip(alone, texts, strict=True)]
    ratio = statistics.median(b / a for a, b in zip(alone, beside, strict=True))
    print(
        f"{len(texts)} documents, {model.threads} threads: {statistics.median(alone):.3f} s alone, "
        f"{statistics.median(beside):.3f} s beside {given.programs} busy: {ratio:.2f} times"
    )


if __name__ == "__main__":
    main()
