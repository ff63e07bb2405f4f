"""The text of DOCX, PPTX and XLSX files, by python-docx, python-pptx and openpyxl.

A DOCX is one page; each slide and each sheet is one. These libraries open the packages.
Of documents and slides every text run is read, wherever it is: in tables, content
controls, insertions, text boxes, headers, notes and charts, which the libraries' own
`text` leaves out. benchmarks/office.py compares the result with markitdown's.

The libraries come with the extra "office". Knows nothing about `Document`.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from slmtasks.documents.filetypes import FileType, check_parts
from slmtasks.documents.limits import Budget, Limits, Spent
from slmtasks.documents.page_text import PageText, ran_out_of_memory, too_many
from slmtasks.documents.superscripts import raised, with_fractions
from slmtasks.errors import (
    DocumentError,
    EncryptedDocument,
    MalformedDocument,
    TooLarge,
    UnsupportedDocument,
)

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BESIDE = ("header", "footnotes", "endnotes", "comments", "chart", "diagramData", "footer")
_UNSHOWN = frozenset(("Fallback", "moveFrom", "del", "instrText"))
_CURRENCY = re.compile(r"[$£€¥₹]")
_DECIMALS = re.compile(r"0\.(0+)")


def pages(data: bytes, kind: FileType, *, name: str, limits: Limits) -> list[PageText]:
    """Every page in order; `kind` is DOCX, PPTX or XLSX.

    Raises EncryptedDocument, MalformedDocument, TooLarge, and UnsupportedDocument where
    the extra is not installed.
    """
    budget = Budget(limits)
    try:
        _check(data, name, budget)
        return _READERS[kind](data, name, limits, budget)
    except DocumentError:
        raise
    except ImportError as error:
        raise UnsupportedDocument(
            f'reading {kind.title} takes an extra: pip install "slmtasks[office]"', name=name
        ) from error
    except Exception as error:
        if budget.exceeded:
            raise TooLarge(budget.exceeded, name=name) from error
        if ran_out_of_memory(error):
            raise MemoryError from error
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise MalformedDocument(
            f"the {kind.name} is broken ({reason}); open and save it again", name=name
        ) from error


def _check(data: bytes, name: str, budget: Budget) -> None:
    """Refuse a package that is a bomb of some kind, before a library opens it."""
    check_parts(data, name)
    with zipfile.ZipFile(BytesIO(data)) as package:
        parts = package.infolist()
        if any(part.flag_bits & 1 for part in parts):
            raise EncryptedDocument("its archive has a password; save it without", name=name)
        if any(part.compress_type not in _METHODS for part in parts):
            raise MalformedDocument(
                "it is compressed by a method that no Office program uses; save it again",
                name=name,
            )
        # By these methods, zipfile unpacks no more than the size that a part states.
        budget.take(sum(part.file_size for part in parts))
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                markup = package.read(part).replace(b"\0", b"")
                if b"<!DOCTYPE" in markup or b"<!ENTITY" in markup:
                    raise MalformedDocument(
                        f"{part.filename} declares entities, which Office files may not",
                        name=name,
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
    except Spent:
        raise
    except Exception as error:  # noqa: BLE001
        return PageText.failed(error)
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
    text = with_fractions("".join(pieces))
    budget.take(len(text))
    return text


def _write(node: Any, pieces: list[str]) -> None:
    """The text of an element and those within it; lxml lets none be nested deeper than 256."""
    tag = _tag(node)
    if tag == "r" and _is_raised(node):
        inside: list[str] = []
        for child in node:
            _write(child, inside)
        pieces.append(raised("".join(inside)))
    elif tag in ("t", "v"):
        pieces.append((node.text or "") + ("\t" if tag == "v" else ""))
    elif tag in ("tab", "br", "cr", "noBreakHyphen"):
        pieces.append({"tab": "\t", "noBreakHyphen": "-"}.get(tag, "\n"))
    elif tag == "tr":
        cells: list[str] = []
        for cell in node:
            inside = []
            _write(cell, inside)
            if inside or cell.tag.endswith("}tc"):
                cells.append(" ".join("".join(inside).split()))
        pieces.append("\t".join(cells) + "\n")
    elif tag not in _UNSHOWN and not tag.endswith("Pr"):
        for child in node:
            _write(child, pieces)
        if tag in ("p", "ser"):
            pieces.append("\n")


def _tag(node: Any) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else "comment"


def _is_raised(run: Any) -> bool:
    """Whether a run of text is set as superscript, in Word's or PowerPoint's markup."""
    for properties in (child for child in run if _tag(child) == "rPr"):
        if properties.get("baseline", "0").lstrip("+").rstrip("%") not in ("", "0"):
            return not properties.get("baseline").startswith("-")
        for child in properties:
            if _tag(child) == "vertAlign":
                return "superscript" in child.attrib.values()
    return False


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
    except Spent:
        raise
    except Exception as error:  # noqa: BLE001
        return PageText.failed(error)
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


_READERS = {FileType.DOCX: _document, FileType.PPTX: _slides, FileType.XLSX: _sheets}
