"""The text of DOCX, PPTX and XLSX files, by python-docx, python-pptx and openpyxl.

A DOCX is one page; each slide and each sheet is one. The packages are opened by these
libraries, and of documents and slides every text run is taken, wherever it stands: in
tables, content controls, insertions, text boxes, headers, notes and charts, which the
libraries' own `text` leaves out. benchmarks/office.py compares that with markitdown.

The libraries come with the extra "office". Knows nothing about documents as the library
has them.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from slmtasks.documents.limits import Budget, Limits
from slmtasks.documents.page_text import PageText, too_many
from slmtasks.errors import (
    DocumentError,
    EncryptedDocument,
    MalformedDocument,
    TooLarge,
    UnsupportedDocument,
)

FORMATS = {
    ".docx": "DOCX",
    ".docm": "DOCX",
    ".pptx": "PPTX",
    ".pptm": "PPTX",
    ".xlsx": "XLSX",
    ".xlsm": "XLSX",
}
"""What is read, by extension."""

MOST_PARTS = 20_000
"""Files that a package may hold."""

_FOLDERS = {"word/": "DOCX", "ppt/": "PPTX", "xl/": "XLSX"}
_ENTRY = b"PK\x01\x02"
_BESIDE = ("header", "footnotes", "endnotes", "comments", "chart", "diagramData", "footer")
_UNSHOWN = frozenset(("Fallback", "moveFrom", "del", "instrText"))
_CURRENCY = re.compile(r"[$£€¥₹]")
_DECIMALS = re.compile(r"0\.(0+)")


def format_of(data: bytes) -> str | None:
    """DOCX, PPTX or XLSX, by the names of the parts; None for other archives."""
    try:
        _few_parts(data, "")
        with zipfile.ZipFile(BytesIO(data)) as package:
            names = package.namelist()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001
        return None
    if "[Content_Types].xml" not in names:
        return None
    found = (known for folder, known in _FOLDERS.items() if any(map(_within(folder), names)))
    return next(found, None)


def pages(data: bytes, known: str, *, name: str, limits: Limits) -> list[PageText]:
    """Every page in order; `known` is one of the values of FORMATS.

    Raises EncryptedDocument, MalformedDocument, TooLarge, and UnsupportedDocument where
    the extra is not installed.
    """
    budget = Budget(limits)
    reader = {"DOCX": _document, "PPTX": _slides, "XLSX": _sheets}[known]
    try:
        _check(data, name, budget)
        return reader(data, name, limits, budget)
    except DocumentError:
        raise
    except ImportError as error:
        raise UnsupportedDocument(
            f'reading {known} takes an extra: pip install "slmtasks[office]"', name=name
        ) from error
    except Exception as error:
        if budget.exceeded:
            raise TooLarge(budget.exceeded, name=name) from error
        if isinstance(error, MemoryError):
            raise
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise MalformedDocument(
            f"the {known} is broken ({said}); open and save it again", name=name
        ) from error


def _within(folder: str) -> Callable[[str], bool]:
    return lambda name: name.startswith(folder)


def _few_parts(data: bytes, name: str) -> None:
    # Before the archive is opened: its directory alone can be large.
    if data.count(_ENTRY) > MOST_PARTS:
        raise TooLarge(f"it holds more than {MOST_PARTS:,} parts", name=name)


def _check(data: bytes, name: str, budget: Budget) -> None:
    """Refuse, before a library sees it, a package that is a bomb of one sort or another."""
    _few_parts(data, name)
    with zipfile.ZipFile(BytesIO(data)) as package:
        parts = package.infolist()
        if any(part.flag_bits & 1 for part in parts):
            raise EncryptedDocument("its archive has a password; save it without", name=name)
        # No more than a part's stated size is ever unpacked.
        budget.take(sum(part.file_size for part in parts))
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                markup = package.read(part).replace(b"\0", b"")
                if b"<!DOCTYPE" in markup or b"<!ENTITY" in markup:
                    raise MalformedDocument(
                        f"{part.filename} declares entities, which no such file may", name=name
                    )
            budget.take(0)


def _document(data: bytes, name: str, limits: Limits, budget: Budget) -> list[PageText]:
    from docx.package import Package

    main = Package.open(BytesIO(data)).main_document_part
    beside = list(_related(main, budget))
    head = [text for kind, text in beside if kind == "header"]
    rest = [text for kind, text in beside if kind != "header"]
    # The headers of first, odd and even pages are often the same.
    whole = "\n".join(dict.fromkeys([*head, _text(main.blob, budget), *rest]))
    return [PageText.within(whole.strip("\n"), limits)]


def _slides(data: bytes, name: str, limits: Limits, budget: Budget) -> list[PageText]:
    from pptx import Presentation

    slides = Presentation(BytesIO(data)).slides
    too_many(len(slides), "slides", limits, name=name)
    return [_slide(slide, limits, budget) for slide in slides]


def _slide(slide: Any, limits: Limits, budget: Budget) -> PageText:
    try:
        texts = [
            _text(slide.part.blob, budget),
            *(text for _, text in _related(slide.part, budget)),
        ]
        if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame):
            texts.append(notes.text)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001
        return PageText(failure=f"{type(error).__name__}: {error}"[:200])
    return PageText.within("\n".join(filter(None, texts)).strip("\n"), limits)


def _related(part: Any, budget: Budget) -> Iterator[tuple[str, str]]:
    """The texts that belong to a part, each with its kind, in reading order."""
    found = [
        (relation.reltype.rpartition("/")[2], relation.target_part)
        for relation in part.rels.values()
        if not relation.is_external
    ]
    for wanted in _BESIDE:
        for kind, other in found:
            if kind == wanted and (text := _text(other.blob, budget).strip()):
                yield kind, text


def _text(markup: bytes, budget: Budget) -> str:
    """The text of a part: paragraphs and rows are lines, cells are parted by a tab."""
    from docx.oxml.parser import parse_xml

    pieces: list[str] = []
    _write(parse_xml(markup), pieces)
    text = "".join(pieces)
    budget.take(len(text))
    return text


def _write(node: Any, pieces: list[str]) -> None:
    """The text of an element and those within it; lxml lets none be nested deeper than 256."""
    tag = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else "comment"
    if tag in ("t", "v"):
        pieces.append((node.text or "") + ("\t" if tag == "v" else ""))
    elif tag in ("tab", "br", "cr", "noBreakHyphen"):
        pieces.append({"tab": "\t", "noBreakHyphen": "-"}.get(tag, "\n"))
    elif tag == "tr":
        cells: list[str] = []
        for cell in node:
            inside: list[str] = []
            _write(cell, inside)
            if inside or cell.tag.endswith("}tc"):
                cells.append(" ".join("".join(inside).split()))
        pieces.append("\t".join(cells) + "\n")
    elif tag not in _UNSHOWN and not tag.endswith("Pr"):
        for child in node:
            _write(child, pieces)
        if tag in ("p", "ser"):
            pieces.append("\n")


def _sheets(data: bytes, name: str, limits: Limits, budget: Budget) -> list[PageText]:
    import openpyxl

    workbook = openpyxl.load_workbook(
        BytesIO(data), read_only=True, data_only=True, keep_links=False
    )
    too_many(len(workbook.worksheets), "sheets", limits, name=name)
    return [_sheet(sheet, limits, budget) for sheet in workbook.worksheets]


def _sheet(sheet: Any, limits: Limits, budget: Budget) -> PageText:
    lines = [sheet.title]
    left = limits.page_characters
    try:
        # The size that a sheet states can be anything.
        sheet.reset_dimensions()
        for row in sheet.iter_rows():
            line = "\t".join(_shown(cell) for cell in row)
            left -= len(line) + 1
            budget.take(len(line) + 1)
            if left < 0:
                return PageText.overfull(limits)
            if line := line.rstrip("\t"):
                lines.append(line)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001
        return PageText(failure=f"{type(error).__name__}: {error}"[:200])
    return PageText.within("\n".join(lines) if len(lines) > 1 else "", limits)


def _shown(cell: Any) -> str:
    """A cell as its sheet shows it, but for grouping and colours."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value.replace(microsecond=0))
    if isinstance(value, date | time):
        return str(value)
    if not isinstance(value, int | float):
        return " ".join(str(value).split())
    form = cell.number_format or ""
    if "%" in form:
        return f"{value * 100:.10g}%"
    text = f"{value:.15g}"
    if (decimals := _DECIMALS.search(form)) and "e" not in text:
        fixed = f"{value:.{len(decimals[1])}f}"
        text = fixed if float(fixed) == float(text) else text
    currency = _CURRENCY.search(form)
    return currency[0] + text if currency else text
