"""Results as a person reads them on a terminal, the evidence marked in its line.

What is said beside them (progress, notes, errors) goes to stderr. Every command imports it, so
that what only some print is imported where it is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TransferSpeedColumn,
)
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from slmtasks.batching.records import BatchReport, Record
    from slmtasks.documents.document import Document
    from slmtasks.results import Evidence, Extraction, Result
    from slmtasks.results import Progress as TaskProgress

AROUND = 30
"""Characters of the source shown on each side of a quote."""

# What a document holds must not steer the terminal: escape sequences lose their first byte.
_CONTROLS = dict.fromkeys([*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0)], "\ufffd")


_beside = Console(stderr=True, soft_wrap=True, highlight=False)


def error(message: str) -> None:
    """Say what failed, on stderr."""
    _beside.print(plain(f"error: {message}"), style="red", markup=False)


def note(message: str) -> None:
    """Say what is good to know, on stderr."""
    _beside.print(plain(message), markup=False)


class Doing:
    """What is being done, on stderr while the context lasts: what is read, the answer so far."""

    def __init__(self, message: str) -> None:
        self._message = message
        self._status = _beside.status(Text(plain(message)))

    def __enter__(self) -> Doing:
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def hear(self, progress: TaskProgress) -> None:
        """Show how far a task is."""
        if not _beside.is_terminal:
            return
        part = f", part {progress.part} of {progress.parts}" if progress.parts > 1 else ""
        if progress.read < progress.tokens:
            said = f"reading, {100 * progress.read // progress.tokens} %"
        else:
            said = "  ".join(f"{name}: {value}" for name, value in progress.partial.items())
        room = max(20, _beside.width - len(self._message) - len(part) - 8)
        line = f"{self._message}{part}: {said[-room:]}".replace("\n", " ")
        self._status.update(Text(plain(line), overflow="ellipsis", no_wrap=True))


@contextmanager
def transfer(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far a transfer is, on stderr; what it yields is told the bytes, and all bytes."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=_beside, disable=not _beside.is_terminal) as shown:
        bar = shown.add_task(plain(what), total=None)
        yield lambda done, total: shown.update(bar, completed=done, total=total)


def show(
    result: Result,
    document: Document,
    console: Console | None = None,
    *,
    unsure: Collection[str] = (),
) -> None:
    """Print a result: its values with their places and confidence, those of `unsure` marked."""
    from slmtasks.results import Extraction

    console = console or Console()
    if isinstance(result, Extraction):
        body: Table | Group = _extraction(result, document, unsure)
    else:
        body = _text(result)
    console.print(
        Panel(body, title=Text(plain(document.name)), title_align="left", border_style="dim")
    )
    for warning in result.warnings:
        console.print(Text(plain(f"note: {warning}"), style="yellow"))
    usage = result.usage
    console.print(
        Text(
            f"{result.model}, {usage.prompt_tokens} tokens read ({usage.cached_tokens} kept), "
            f"{usage.generated_tokens} written, {usage.seconds:.2f} s",
            style="dim",
        )
    )


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    title: str | None = None,
    console: Console | None = None,
) -> None:
    """Print rows under headings, if they have any; in a frame where they have a title."""
    body = Table(box=None, pad_edge=False, show_header=any(headings))
    for heading in headings:
        body.add_column(heading, overflow="fold", header_style="dim")
    for row in rows:
        body.add_row(*(Text(plain(cell)) for cell in row))
    framed = title and Panel(body, title=Text(plain(title)), title_align="left", border_style="dim")
    (console or Console()).print(framed or body)


def _extraction(result: Extraction[Any], document: Document, unsure: Collection[str]) -> Table:
    table = Table(box=None, pad_edge=False)
    # Of a document of one page, the page says nothing.
    paged = ["page"] if len(document.pages) > 1 else []
    for heading in ("field", "value", "sure", *paged, "where it stands"):
        table.add_column(heading, overflow="fold", header_style="dim")
    for path, value in _flat(result.value):
        places = result.evidence.get(path, [])
        page = [str(places[0].page) if places else ""] if paged else []
        note = "inferred" if path in result.inferred else "" if value is not None else "absent"
        where = _marked(places[0], document) if places else Text(note, style="dim")
        style = "bold red" if path in unsure else ""
        chance = result.confidence.get(path)
        sure = "" if chance is None else f"{chance:.0%}{' ?' if path in unsure else ''}"
        table.add_row(Text(path), Text(plain(value)), Text(sure, style=style), *page, where)
    return table


def _flat(value: Any, path: str = "") -> list[tuple[str, Any]]:
    from pydantic import BaseModel

    if isinstance(value, BaseModel):
        pairs = [(f"{path}.{name}" if path else name, entry) for name, entry in value]
    elif isinstance(value, list) and value:
        pairs = [(f"{path}[{index}]", entry) for index, entry in enumerate(value)]
    else:
        return [(path, value)]
    return [row for name, entry in pairs for row in _flat(entry, name)]


def _marked(place: Evidence, document: Document) -> Text:
    before = document.text[max(0, place.start - AROUND) : place.start].rpartition("\n")[2]
    after = document.text[place.end : place.end + AROUND].partition("\n")[0]
    marked = Text().append(plain(before), style="dim")
    marked.append(plain(place.quote).replace("\n", " / "), style="bold black on yellow")
    marked.append(plain(after), style="dim")
    return marked


def size(count: int) -> str:
    """Bytes as people say them."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def plain(value: Any) -> str:
    """The text of a value without control characters; nothing for None."""
    return ("" if value is None else str(value)).translate(_CONTROLS)


def _text(result: Result) -> Group:
    from slmtasks.results import Result

    rows: list[Text] = []
    # A summary's text is its points joined.
    elsewhere = {*Result.model_fields, "evidence", "text" if hasattr(result, "points") else ""}
    for name, value in result:
        if name in elsewhere:
            continue
        items = [f"- {plain(item)}" for item in value] if isinstance(value, tuple) else ()
        shown = "\n".join(items) or plain(value)
        rows.append(Text.assemble((f"{name}: ", "dim"), "\n" if "\n" in shown else "", shown))
    places = [place for found in getattr(result, "evidence", {}).values() for place in found]
    if places:
        rows.append(Text("where it stands:", style="dim"))
        # The facts of a reply are not the document that was shown: the quote says it all.
        for place in places:
            quote = plain(" ".join(place.quote.split()))
            rows.append(Text.assemble((f"  page {place.page}, from {place.start}: ", "dim"), quote))
    return Group(*rows)


class BatchProgress:
    """How far a batch is, on stderr: a context whose value is what the batch calls.

    With `quiet` it says what failed, and nothing else.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}"),
            console=_beside,
            transient=True,
            disable=quiet or not _beside.is_terminal,
        )
        self._task = self._bar.add_task("", left="", total=None)

    def __enter__(self) -> Callable[[BatchReport, Record | None], None]:
        self._bar.start()
        # A second Ctrl-C ends the process with no time to give the cursor back.
        _beside.show_cursor(True)
        return self._show

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _show(self, report: BatchReport, record: Record | None) -> None:
        seconds = report.seconds_left
        self._bar.update(
            self._task,
            completed=report.done.total + report.before.total,
            total=report.inputs,
            description=escape(plain(record.id)) if record else "",
            left="" if seconds is None else f"{timedelta(seconds=round(seconds))} left",
        )
        if record is not None and record.error is not None:
            # The message begins with the file's name, which the path has, too.
            name = record.id.replace("\\", "/").rpartition("/")[2]
            said = record.error.message.removeprefix(f"{record.id}: ").removeprefix(f"{name}: ")
            error(f"{record.id}: {said}")


def summary(report: BatchReport, console: Console | None = None) -> None:
    """Print how a batch went; the counts add up to the inputs."""
    counts = Table(box=None, show_header=False, pad_edge=False)
    counts.add_column(style="dim")
    counts.add_column(justify="right")
    counts.add_column(style="dim")
    for status in ("ok", "partial", "failed"):
        before = getattr(report.before, status)
        note = f"and {before} before" if before else ""
        counts.add_row(status, str(getattr(report.done, status)), note)
    counts.add_row("left", str(report.left), "the same command goes on" if report.left else "")
    counts.add_row("inputs", str(report.inputs), "")
    usage = report.usage
    pace = f"{report.documents_per_hour:,.0f} documents an hour" if report.done.total else ""
    lines = [
        f"{usage.prompt_tokens} tokens read ({usage.cached_tokens} kept), "
        f"{usage.generated_tokens} written, {report.seconds:.1f} s{', ' if pace else ''}{pace}",
        *(f"slowest: {seconds:.1f} s {plain(name)}" for name, seconds in report.slowest[:3]),
        *([f"the old records are in {plain(report.aside)}"] if report.aside else []),
    ]
    title = Text(plain(f"{report.out}, {report.ended}"))
    body = Group(counts, *(Text(line, style="dim") for line in lines))
    (console or Console()).print(Panel(body, title=title, title_align="left", border_style="dim"))
