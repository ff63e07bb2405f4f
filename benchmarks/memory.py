"""Peak memory of a process beside what its model and its KV caches take.

    python -m benchmarks.memory FOLDER [--count 10] [--under MB]

Invoices of about 400 tokens go through `extract` and `summarize` in turn, so that several
prefixes are kept. The model is what the process grew by while it was loaded, the KV caches
are those that the pool holds at the most. With `--under`, exit code 1 where the peak is above
both by more.
"""

from __future__ import annotations

import argparse
import sys
import threading
from pathlib import Path
from random import Random

import psutil

import slmtasks as slm
from benchmarks.nano import SHAPE, invoice


class Peak:
    """The most memory that this process held, looked at every 20 ms; a context manager."""

    def __init__(self) -> None:
        self.bytes = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        process = psutil.Process()
        while not self._ended.wait(0.02):
            self.bytes = max(self.bytes, process.memory_info().rss)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("model", help="a folder, or a model's name")
    options.add_argument("--count", type=int, default=10)
    options.add_argument("--under", type=float, metavar="MB")
    chosen = options.parse_args()
    rng, process = Random(0), psutil.Process()
    before = process.memory_info().rss
    kept = 0
    with Peak() as peak, slm.load(chosen.model) as model:
        loaded = process.memory_info().rss - before
        at_load, peak.bytes = peak.bytes, 0
        for number in range(chosen.count):
            text = invoice(rng, 400, model.count_tokens)
            if number % 2:
                slm.summarize(text, length="short", model=model)
            else:
                slm.extract(text, SHAPE, model=model)
            pool = model.internals.decoder.pool
            kept = max(kept, pool.tokens * model.internals.plan.token_bytes)
    print(f"weights on the disc: {_weights(model.folder) / 1e6:.0f} MB")
    print(f"the process before: {before / 1e6:.0f} MB; the model, loaded: {loaded / 1e6:.0f} MB")
    print(f"most while loading: {at_load / 1e6:.0f} MB")
    tokens = kept // max(1, model.internals.plan.token_bytes)
    print(f"KV caches: {kept / 1e6:.0f} MB ({tokens} tokens)")
    beside = (peak.bytes - loaded - kept) / 1e6
    print(
        f"peak over {chosen.count} documents: {peak.bytes / 1e6:.0f} MB, {beside:.0f} beside both"
    )
    return int(chosen.under is not None and beside > chosen.under)


def _weights(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if ".onnx" in file.name)


if __name__ == "__main__":
    sys.exit(main())
