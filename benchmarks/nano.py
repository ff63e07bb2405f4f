"""The embedded model: speed, start, memory, growth with the document, and the library's own share.

    python -m benchmarks.nano --out FOLDER [--count 2000] [--longest 50000]

Four fields are extracted from invoices that are written here. Measured are documents one after
another (milliseconds, tokens a second, memory from the first tenth to the end), the library's
own processor time (the thread's, without the calls into the runtime's generator), documents
of 100 tokens and more, which are read in parts, and new processes: their import of the
package and their first answer. Table, JSON and plot (extra "bench") go to FOLDER.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import psutil

import slmtasks as slm
from slmtasks.schema.field_list import parse

SHAPE = parse("company?, date: date?, address?, total: number?")
FIRST = (
    "import slmtasks as slm\nfrom slmtasks.schema.field_list import parse\n"
    "slm.extract('ACME Ltd, 3 March 2026, total 12.50', parse('vendor, total: number'), "
    "model=slm.load('nano'))"
)
WORDS = "bolt nut washer screw hinge bracket panel cable lamp valve filter gasket".split()


def invoice(rng: Random, tokens: int, count: Callable[[str], int]) -> str:
    """An invoice of about so many tokens."""
    head = f"{rng.choice(WORDS).title()} & Sons Ltd\n{rng.randint(1, 99)} Mill Road, Leeds\n"
    lines = [head + f"Date: {rng.randint(10, 28)}/11/2025"]
    row = "3 x large bolt  12.50"
    rows = max(1, (tokens - count(lines[0]) - 8) // count("\n" + row))
    for _ in range(rows):
        lines.append(f"{rng.randint(1, 9)} x large {rng.choice(WORDS)}  {rng.randint(1, 99)}.50")
    lines.append(f"Total: {rng.randint(100, 999)}.00")
    return "\n".join(lines)


class Timed:
    """A runtime generator whose calls' time is added up."""

    spent = 0.0

    def __init__(self, start: Callable[[int], Any], length: int) -> None:
        self._inner = self._counted(start)(length)

    def __getattr__(self, name: str) -> Any:
        return self._counted(getattr(self._inner, name))

    @staticmethod
    def _counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            begun = time.thread_time()
            try:
                return call(*arguments)
            finally:
                Timed.spent += time.thread_time() - begun

        return run


def documents(model: slm.Model, count: int) -> dict[str, float]:
    """Documents of about 150 tokens, one after another."""
    rng, process = Random(0), psutil.Process()
    took, own, tokens, memory, decoding = [], [], [], [], []
    decode = model.internals.decoder.decode

    def timed(*arguments: Any) -> Any:
        begun, spent = time.thread_time(), Timed.spent
        answer = decode(*arguments)
        decoding.append(time.thread_time() - begun - (Timed.spent - spent))
        return answer

    model.internals.decoder.decode = timed  # type: ignore[method-assign]
    for _ in range(count):
        text = invoice(rng, 150, model.count_tokens)
        begun, busy, spent = time.perf_counter(), time.thread_time(), Timed.spent
        result = slm.extract(text, SHAPE, model=model)
        took.append(time.perf_counter() - begun)
        own.append(time.thread_time() - busy - (Timed.spent - spent))
        tokens.append(result.usage.generated_tokens)
        memory.append(process.memory_info().rss)
    model.internals.decoder.decode = decode  # type: ignore[method-assign]
    tenth = max(1, count // 10)
    return {
        "documents": count,
        "ms a document": statistics.median(took) * 1e3,
        "tokens a second": sum(tokens) / sum(took),
        "library's own ms a document": statistics.median(own) * 1e3,
        "of it outside the decoder": statistics.median(map(float.__sub__, own, decoding)) * 1e3,
        "library's own ms a token in the decoder": sum(decoding) / sum(tokens) * 1e3,
        "MB after a tenth": statistics.median(memory[tenth : 2 * tenth] or memory) / 1e6,
        "MB at the end": statistics.median(memory[-tenth:]) / 1e6,
    }


def growth(model: slm.Model, longest: int) -> list[dict[str, float]]:
    """Ever longer documents."""
    rows = []
    for length in (100, 300, 1000, 3000, 10_000, 20_000, 50_000):
        if length > longest:
            break
        text = invoice(Random(length), length, model.count_tokens)
        begun = time.perf_counter()
        found = slm.extract(text, SHAPE, model=model)
        seconds = time.perf_counter() - begun
        tokens = model.count_tokens(text)
        rows.append({"tokens": tokens, "seconds": seconds, "parts": found.coverage.chunks})
        print(rows[-1], flush=True)
    return rows


def process_seconds(code: str, runs: int = 5) -> float:
    """The median time of new processes that run some code."""
    took = []
    for _ in range(runs):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


def plot(rows: list[dict[str, float]], file: Path) -> None:
    """Seconds over tokens, both in logarithms."""
    try:
        import matplotlib
    except ImportError:
        print("no plot: the extra 'bench' is not installed")
        return
    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5, 3.5))
    axes.loglog([row["tokens"] for row in rows], [row["seconds"] for row in rows], marker="o")
    axes.set(xlabel="tokens of the document", ylabel="seconds")
    axes.grid(visible=True, alpha=0.3)
    figure.tight_layout()
    figure.savefig(file)
    pyplot.close(figure)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--count", type=int, default=2000)
    options.add_argument("--longest", type=int, default=50_000)
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    nothing = process_seconds("pass")
    figures = {
        "ms of the import": (process_seconds("import slmtasks") - nothing) * 1e3,
        "ms from a new process to its first answer": process_seconds(FIRST) * 1e3,
    }
    with slm.load("nano") as model:
        start = model.internals.decoder.pool.start
        model.internals.decoder.pool.start = lambda length: Timed(start, length)
        documents(model, 5)
        figures |= documents(model, chosen.count)
        rows = growth(model, chosen.longest)
    info = psutil.Process().memory_full_info()
    figures["MB now"] = info.rss / 1e6
    table = ["| | |", "|---|---|"] + [
        f"| {name} | {value:.2f} |" for name, value in figures.items()
    ]
    table += ["", "| tokens | seconds | ms a token | parts |", "|---|---|---|---|"]
    for row in rows:
        each = row["seconds"] / row["tokens"] * 1e3
        table.append(f"| {row['tokens']} | {row['seconds']:.2f} | {each:.2f} | {row['parts']} |")
    print("\n".join(table))
    (chosen.out / "nano.md").write_text("\n".join(table) + "\n", encoding="utf-8")
    record = {"figures": figures, "growth": rows}
    (chosen.out / "nano.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
    plot(rows, chosen.out / "nano.svg")


if __name__ == "__main__":
    main()
