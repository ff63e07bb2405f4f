"""A task over many documents: recorded, shown while it goes on, and summed up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from slmtasks.batching import tables
from slmtasks.batching.binding import Bound
from slmtasks.batching.inputs import Input, found
from slmtasks.batching.records import BatchReport
from slmtasks.batching.run import BatchStopped, IfExists, batch
from slmtasks.cli import display
from slmtasks.cli.exits import PARTLY_DONE, STOPPED
from slmtasks.cli.options import Common, Recording, limits_of
from slmtasks.cli.print_results import loaded
from slmtasks.documents.sandbox import ReadOptions
from slmtasks.errors import BatchError
from slmtasks.results import unsure


def run(sources: list[str], task: Bound, options: Common, recording: Recording) -> None:
    """Record a task's answers; exits PARTLY_DONE where some record is not "ok", or has a value
    that is less sure than was asked for.

    Prints a summary on stdout, as JSON with `--json`; nothing with `--quiet`. What fails is
    said on stderr.
    """
    if_exists = _if_exists(recording)
    tabled = [path for path in (recording.csv, recording.parquet) if path is not None]
    if len({path.resolve() for path in (recording.out, *tabled)}) <= len(tabled):
        raise ValueError("--out, --csv and --parquet name one file; give each its own")
    for path in tabled:
        tables.check(path)
    listed = found(sources, task.suffixes, but=[recording.out, *tabled])
    if not listed.inputs:
        raise BatchError(f"there is no document: {listed.said()}")
    if listed.said() and not recording.quiet:
        display.note(listed.said())
    reading = ReadOptions(
        password=options.password,
        day_first=options.day_first,
        decimal=options.decimal,
        limits=limits_of(options.limit),
    )
    progress = display.BatchProgress(quiet=recording.quiet)
    try:
        with loaded(options, quiet=recording.quiet) as model, progress as listener:
            report = batch(
                [(entry.id, entry.source) for entry in listed.inputs],
                task.within(options.timeout),
                out=recording.out,
                model=model,
                if_exists=if_exists,
                reading=reading,
                fail_fast=recording.fail_fast,
                on_progress=listener,
            )
    except BatchStopped as stopped:
        _say(stopped.report, options, recording)
        raise SystemExit(STOPPED) from stopped
    below = options.unsure_below
    for path in tabled:
        tables.write(recording.out, path, confidence=recording.confidence, unsure_below=below)
    _say(report, options, recording)
    doubtful = 0 if below is None else _doubtful(recording.out, listed.inputs, below)
    if doubtful and not recording.quiet:
        display.note(f"{doubtful} of {report.inputs} documents have a value below {below:g}")
    if doubtful or not report.all_ok:
        raise SystemExit(PARTLY_DONE)


def _doubtful(out: Path, inputs: Sequence[Input], below: float) -> int:
    """How many of the documents have a value that is less sure, in this run or before."""
    last = tables.last_records(out)
    recorded = [last[entry.id] for entry in inputs if entry.id in last]
    return sum(bool(unsure(record.confidence, below)) for record in recorded)


def _if_exists(recording: Recording) -> IfExists:
    asked: list[IfExists] = [w for w in ("restart", "append", "retry") if getattr(recording, w)]
    if len(asked) > 1:
        raise ValueError(f"give one of --{' and --'.join(asked)}")
    return asked[0] if asked else "resume"


def _say(report: BatchReport, options: Common, recording: Recording) -> None:
    if options.as_json:
        print(report.model_dump_json(), flush=True)
    elif not recording.quiet:
        display.summary(report)
