"""Run any task over many documents, and write one durable record for each.

`inputs` names a document, `reader` reads it in a separate process while the model works on
the previous one, the task answers, and `journal` puts the record on the disk before the next
document begins. A recorded document is never done again, and a record is never removed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from slmtasks import notices, options
from slmtasks.batching.binding import Bound, bind
from slmtasks.batching.inputs import Input, Inputs, found
from slmtasks.batching.journal import Journal
from slmtasks.batching.read_ahead import CrashLog, Key, Opener, ReadDocument, read_ahead
from slmtasks.batching.records import BatchReport, Record, Status, answered, failed
from slmtasks.batching.signals import StopSignals
from slmtasks.documents.sandbox import ReadOptions
from slmtasks.errors import OutputCorrupt, SettingsChanged
from slmtasks.models.model import Model, default

SLOWEST = 10
"""The number of documents that a report names."""

IfExists = Literal["resume", "retry", "append", "restart"]
"""How to treat an output that holds records: see `batch`."""

_ANEW = ("retry", "restart")

Done = dict[Key, Status]
"""The documents that are already done, each with the status of its last record."""

Answers = Generator[Record | Status]
"""A record for each document, or the status of its existing record."""

Listener = Callable[[BatchReport, Record | None], None]
"""Called with the report so far: at the start, and after each document with its record."""


class BatchStopped(KeyboardInterrupt):
    """Ctrl-C or SIGTERM stopped a batch; `report` says what is done. Run it again to continue."""

    def __init__(self, report: BatchReport) -> None:
        super().__init__("the batch was stopped; the same call goes on")
        self.report = report


@notices.renamed(existing="if_exists", watch="on_progress")
def batch(
    inputs: Inputs,
    task: Callable[..., Any] | Bound,
    *,
    out: str | Path,
    model: Model | None = None,
    if_exists: IfExists = "resume",
    reading: ReadOptions | None = None,
    fail_fast: bool = False,
    on_progress: Listener | None = None,
) -> BatchReport:
    """Run a task over documents and append one `Record` for each to `out`, as JSON lines.

    `inputs` are a path, glob or folder, several of them, or pairs of a name and a source
    (text, a file, a `Document`). `task` is a function of the library or a `Task`, its
    parameters bound by `functools.partial`, or the result of `bind` for your own callable.

    A record is on the disk before the next document begins. Called again, a batch resumes:
    a document with a record of the same id, content and settings is not done again.
    `if_exists` is "resume", which raises SettingsChanged if `out` holds records of other
    settings; "retry", which repeats failed documents; "append", which adds to records of
    other settings; or "restart", which renames the old file. Nothing is ever erased.

    Files are read in a separate process, within the limits of `reading`. A document that
    cannot be read or answered gets a record with the reason, and the batch continues, unless
    `fail_fast`. The first Ctrl-C or SIGTERM drops the current document and raises
    BatchStopped; a second one ends the process at once.

    Raises BatchError and its subclasses, ModelError, SchemaError, TypeError or ValueError.

    Example:

        batch("inbox", partial(extract, schema=Invoice), out="invoices.jsonl")
    """
    reading = reading or ReadOptions()
    bound = bind(task)
    listed = found(inputs, bound.suffixes, but=[Path(out)]).inputs
    loaded = model or default()
    settings = bound.digest(loaded, reading)

    def answering(done: Done, crashes: CrashLog, stops: StopSignals) -> Answers:
        documents = read_ahead(Opener(reading, done, crashes), listed)
        return answers(documents, bound, loaded, settings, stops)

    begun = BatchReport(out=str(out), settings_digest=settings, inputs=len(listed))
    return recorded(begun, listed, answering, if_exists, fail_fast, on_progress)


def recorded(
    report: BatchReport,
    listed: Iterable[Input],
    answering: Callable[[Done, CrashLog, StopSignals], Answers],
    if_exists: IfExists,
    fail_fast: bool,
    on_progress: Listener | None,
) -> BatchReport:
    """Write the answers to the disk, whatever makes them: a batch apart from its model.

    `answering` receives the documents already done and yields a record, or the status of
    the existing one, for each input. Raises as `batch` does.
    """
    options.check(if_exists, IfExists, "if_exists")
    path = Path(report.out)
    with StopSignals() as stops, Journal(path) as journal:
        aside = journal.put_aside() if if_exists == "restart" else None
        done = finished(journal, report.settings_digest, if_exists)
        named = {name for name, _ in done}
        known = {entry.id for entry in listed if entry.id in named}
        tally = Tally(report.model_copy(update={"aside": aside and str(aside)}), known, on_progress)
        crashes = CrashLog(path.with_name(f"{path.name}.deaths"), forget=if_exists in _ANEW)
        with closing(answering(done, crashes, stops)) as made:
            collect(made, journal, tally, fail_fast)
    if stops.asked:
        tally.end("stopped")
        raise BatchStopped(tally.report)
    return tally.report


def finished(journal: Journal, settings: str, if_exists: IfExists) -> Done:
    """Return the documents already done; raises OutputCorrupt or SettingsChanged."""
    done: Done = {}
    others = 0
    for number, line in enumerate(journal.lines(), start=1):
        try:
            record = Record.model_validate_json(line)
        except ValidationError as error:
            raise OutputCorrupt(
                f"{journal.path}, line {number}: it is no record of this version; give another "
                "output, or --restart (if_exists='restart') to put this file aside"
            ) from error
        if record.settings_digest == settings:
            done[record.id, record.input_digest] = record.status
        else:
            others += 1
    if others and if_exists != "append":
        raise SettingsChanged(
            f"{journal.path} holds {others} record{'s' * (others != 1)} of another task, "
            "parameters, schema, prompt or model; give another output, --append "
            "(if_exists='append') to add to them, or --restart (if_exists='restart') to put the "
            "file aside"
        )
    if if_exists == "retry":
        return {key: status for key, status in done.items() if status != "failed"}
    return done


def answers(
    documents: Generator[ReadDocument],
    bound: Bound,
    model: Model,
    settings: str,
    stops: StopSignals,
) -> Answers:
    """Yield the answer for each document, until a stop is requested."""
    with closing(documents):
        while not stops.asked:
            try:
                with stops.breakable:
                    opened = next(documents, None)
                    if opened is None:
                        return
                    answer = opened.known or record(opened, bound, model, settings)
            except KeyboardInterrupt:
                stops.asked = True
                return
            yield answer


def record(opened: ReadDocument, bound: Bound, model: Model, settings: str) -> Record:
    """Make the record of a document: the task's answer, or the error."""
    begun = time.perf_counter()
    made: dict[str, Any] = {"model": model.name}
    try:
        if opened.document is None:
            raise opened.error or RuntimeError("there is neither document nor error")
        made |= answered(bound.ask(opened.document, model))
        return _record(opened, settings, made, begun)
    except Exception as error:  # noqa: BLE001
        # Validators are the user's own and may raise anything; other documents are unaffected.
        return _record(opened, settings, {**failed(error), "model": model.name}, begun)


def _record(opened: ReadDocument, settings: str, made: dict[str, Any], begun: float) -> Record:
    seconds = opened.seconds + time.perf_counter() - begun
    whole = Record(
        id=opened.id,
        input_digest=opened.digest,
        settings_digest=settings,
        seconds=round(seconds, 6),
        **made,
    )
    # A value that cannot be serialized fails here.
    whole.line()
    return whole


def collect(
    records: Iterable[Record | Status], journal: Journal, tally: Tally, fail_fast: bool
) -> None:
    """Write each record to the disk and count it; with `fail_fast`, end at a failure."""
    for made in records:
        if isinstance(made, str):
            tally.found(made)
            continue
        journal.append(made.line())
        tally.add(made)
        if fail_fast and made.status == "failed":
            tally.end("fail-fast")
            return


class Tally:
    """The growing report of a batch; `known` are the inputs with a record from before."""

    def __init__(
        self, report: BatchReport, known: Collection[str], on_progress: Listener | None
    ) -> None:
        self.report = report.model_copy(update={"known": len(known)})
        self._known = known
        self._on_progress = on_progress or (lambda report, record: None)
        self._begun = time.perf_counter()
        self._on_progress(self.report, None)

    def found(self, status: Status) -> None:
        """Count a document that was done before."""
        now = self.report
        self._now(before=now.before.plus(status), known=now.known - 1)
        if not self.report.done.total:
            # The pace counts only documents that are processed.
            self._begun = time.perf_counter()

    def add(self, made: Record) -> None:
        """Count a record."""
        now = self.report
        slowest = sorted([*now.slowest, (made.id, made.seconds)], key=lambda entry: -entry[1])
        self._now(
            done=now.done.plus(made.status),
            # A known document that is done again is no longer left.
            known=now.known - (made.id in self._known),
            usage=now.usage + made.usage,
            seconds=time.perf_counter() - self._begun,
            slowest=tuple(slowest[:SLOWEST]),
        )
        self._on_progress(self.report, made)

    def end(self, how: Literal["stopped", "fail-fast"]) -> None:
        """Report that the batch ended before its inputs did."""
        self._now(ended=how)

    def _now(self, **changed: Any) -> None:
        self.report = self.report.model_copy(update=changed)
