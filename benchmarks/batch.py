"""Documents an hour, and memory over them: python benchmarks/batch.py [--count N] [--plot FILE]

N business documents are generated (half text, the rest HTML and PDF in equal parts) and go
through `extract` in one batch. Prints documents an hour, tokens, and the memory of this
process and of the one that reads, at the first tenth of the run and at its end. `--plot`
draws the curve (matplotlib, extra "bench"), `--json` prints the figures as JSON. With
`--workers`, the batch runs on so many models of a local Ray cluster, of one core each (extra
"ray"); their memory is not among the figures.
"""

from __future__ import annotations

import argparse
import html
import json
import sys
import tempfile
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from time import perf_counter

import psutil
from pydantic import BaseModel

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from pdfs import pdf  # noqa: E402

import slmtasks as slm  # noqa: E402
from training.generator.tasks.extract import page  # noqa: E402


class Invoice(BaseModel):
    vendor: str | None
    invoice_number: str | None
    total: Decimal | None


def generate(folder: Path, count: int, seed: int) -> None:
    """Documents of 100 to 500 tokens."""
    for number in range(count):
        r = Random(seed * 1_000_003 + number)
        text = page(r, r.randint(100, 500)).text
        name = folder / f"{number:05}"
        match number % 4:
            case 0:
                body = "".join(f"<p>{html.escape(line)}</p>\n" for line in text.splitlines())
                name.with_suffix(".html").write_text(f"<html><body>{body}", encoding="utf-8")
            case 1:
                latin = text.encode("cp1252", "replace").decode("cp1252")
                name.with_suffix(".pdf").write_bytes(pdf(latin))
            case _:
                name.with_suffix(".txt").write_text(text, encoding="utf-8")


def resident() -> tuple[int, int]:
    """MiB of this process, and of the one that reads for it."""
    own = psutil.Process()
    children = 0
    for child in own.children():
        try:
            children += child.memory_info().rss
        except psutil.Error:
            continue
    return own.memory_info().rss >> 20, children >> 20


def plot(curve: list[tuple[int, int, int]], path: Path) -> None:
    """Memory over documents, as SVG or PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3), layout="constrained")
    axes = figure.subplots()
    done, own, reading = zip(*curve, strict=True)
    axes.plot(done, own, label="the batch and its model")
    axes.plot(done, reading, label="the process that reads")
    axes.set(xlabel="documents done", ylabel="MiB resident", ylim=(0, None))
    axes.legend()
    figure.savefig(path)


def main() -> int:
    """Generate, run, print."""
    parser = argparse.ArgumentParser(description="Documents an hour, and memory over them.")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default="nano", help="'nano' or a model folder")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--workers", type=int, help="models of a local Ray cluster")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    curve: list[tuple[int, int, int]] = []
    recorded: list[float] = []

    def watch(report: slm.BatchReport, record: slm.Record | None) -> None:
        if record is not None:
            recorded.append(perf_counter())
            curve.append((report.done.total, *resident()))

    with tempfile.TemporaryDirectory() as place:
        inbox, out = Path(place, "inbox"), Path(place, "run.jsonl")
        inbox.mkdir()
        generate(inbox, options.count, options.seed)
        task = partial(slm.extract, schema=Invoice)
        if options.workers:
            from slmtasks import ray

            workers = ray.Workers(model=options.model, count=options.workers)
            report = ray.batch(inbox, task, out=out, workers=workers, on_progress=watch)
        else:
            with slm.load(options.model, threads=options.threads) as model:
                report = slm.batch(inbox, task, out=out, model=model, on_progress=watch)
    # A cluster's models are loaded after the batch began, which counts among its seconds.
    lasted = recorded[-1] - recorded[0]
    early = curve[len(curve) // 10]
    figures = {
        "model": Path(options.model).name,
        "documents": report.inputs,
        **report.done.model_dump(),
        "documents_per_hour": round(report.documents_per_hour),
        "documents_per_hour_once_begun": round(3600 * (len(recorded) - 1) / lasted),
        "tokens_read": report.usage.prompt_tokens,
        "tokens_written": report.usage.generated_tokens,
        "seconds": round(report.seconds, 1),
        "mib_at_a_tenth": early[1:],
        "mib_at_the_end": curve[-1][1:],
        "mib_most": [max(row[1] for row in curve), max(row[2] for row in curve)],
    }
    if options.plot:
        plot(curve, options.plot)
    print(
        json.dumps(figures) if options.json else "\n".join(f"{k}: {v}" for k, v in figures.items())
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
