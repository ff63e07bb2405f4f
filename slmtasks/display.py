"""Results as a person reads them on a terminal, the evidence marked in its line.

What is said beside them (progress, notes, errors) goes to stderr.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from pydantic import BaseModel
from rich.console import Console, Group
from rich.panel import Panel
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table
from rich.text import Text

from slmtasks.documents import Document
from slmtasks.results import Evidence, Extraction, Result

AROUND = 30
"""Characters of the source shown on each side of a quote."""

_CARRIED = set(Result.model_fields)

# What a document holds must not steer the terminal: escape sequences lose their first byte.
_CONTROLS = dict.fromkeys([*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0)], "\ufffd")


_beside = Console(stderr=True, soft_wrap=True, highlight=False)


def error(message: str) -> None:
    """Say what failed, on stderr."""
    _beside.print(plain(f"error: {message}"), style="red", markup=False)


def note(message: str) -> None:
    """Say what is good to know, on stderr."""
    _beside.print(plain(message), markup=False)


def progress(message: str) -> AbstractContextManager[Any]:
    """Show what is being done, on stderr, while the context lasts."""
    return _beside.status(Text(plain(message)))


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


def table(titles: list[str], rows: list[list[str]]) -> None:
    """Print rows under their titles, which are not shown where they are empty."""
    drawn = Table(*titles, box=None, pad_edge=False, show_header=any(titles))
    for row in rows:
        drawn.add_row(*map(plain, row))
    Console().print(drawn)


def show(result: Result, document: Document, console: Console | None = None) -> None:
    """Print a result: its values, where each stands, and what is to be known of it."""
    console = console or Console()
    body = _extraction(result, document) if isinstance(result, Extraction) else _text(result)
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


def _extraction(result: Extraction[Any], document: Document) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("field", "value", "page", "where it stands"):
        table.add_column(heading, overflow="fold", header_style="dim")
    for path, value in _flat(result.value):
        places = result.evidence.get(path, [])
        page = str(places[0].page) if places else ""
        note = "inferred" if path in result.inferred else "" if value is not None else "absent"
        where = _marked(places[0], document) if places else Text(note, style="dim")
        table.add_row(Text(path), Text(plain(value)), page, where)
    return table


def _flat(value: Any, path: str = "") -> list[tuple[str, Any]]:
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
    marked = Text(plain(before), style="dim")
    marked.append(plain(place.quote).replace("\n", " / "), style="bold black on yellow")
    marked.append(plain(after), style="dim")
    return marked


def plain(value: Any) -> str:
    """The text of a value without control characters; nothing for None."""
    return ("" if value is None else str(value)).translate(_CONTROLS)


def _text(result: Result) -> Group:
    rows = []
    for name, value in result:
        # A summary's text is its points joined.
        if name in _CARRIED or name == "evidence" or (name == "text" and hasattr(result, "points")):
            continue
        items = [f"- {plain(item)}" for item in value] if isinstance(value, tuple) else ()
        shown = "\n".join(items) or plain(value)
        rows.append(Text.assemble((f"{name}: ", "dim"), "\n" if "\n" in shown else "", shown))
    return Group(*rows)
