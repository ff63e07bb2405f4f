"""File, bytes or text to a `Document`.

PDF, plain text in any common encoding, Markdown (unchanged), HTML, CSV, emails and, with
the extra "office", DOCX, PPTX and XLSX are read, within `Limits`. What cannot be read is
one of the typed errors of `errors.DocumentError`, raised here, before any model runs.

Knows nothing about tokens, chunks or models.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from slmtasks.documents import csv_text, eml, encodings, html, office, pdf
from slmtasks.documents.document import Document, Page, PageFailure, has_text
from slmtasks.documents.filetypes import OCR, FileType, identify
from slmtasks.documents.limits import Limits
from slmtasks.documents.page_text import OUT_OF_MEMORY, PageText
from slmtasks.errors import (
    DocumentError,
    EmptyDocument,
    ScannedDocument,
    TooLarge,
    UnreadableDocument,
)
from slmtasks.options import DecimalMark

__all__ = ["read"]

PAGE_BREAK = "\n\n"
"""What separates the pages of a document; it belongs to no page's span."""


def read(
    source: str | bytes | Path,
    *,
    name: str | None = None,
    password: str | None = None,
    day_first: bool | None = None,
    decimal: DecimalMark | None = None,
    limits: Limits = Limits(),  # noqa: B008 (frozen)
) -> Document:
    """Read text (`str`), a file (`Path`) or a file's content (`bytes`).

    A text file's `text` is its decoded content without its byte order mark: newlines stay
    as they are. The rows of a CSV are lines, with a tab between the cells. NULs and lone
    surrogates, which no tokenizer takes, become U+FFFD one for one, so that offsets hold.
    `name` is what errors and evidence call the source; its extension says what `bytes` are.

    Raises the subclass of DocumentError that says what is wrong: TooLarge for what exceeds
    `limits`, UnreadableDocument where memory runs out.
    """
    if not isinstance(source, str | bytes | Path):
        raise TypeError(f"source is a {type(source).__name__}; give a str (text), a Path or bytes")
    if isinstance(source, Path):
        called = source.name or str(source)
    else:
        called = "text" if isinstance(source, str) else "bytes"
    options = _Options(name or called, password, day_first, decimal, limits)
    try:
        if isinstance(source, str):
            return _plain(source, options)
        if isinstance(source, Path):
            return _from_bytes(_content(source, options), source.suffix, options)
        _fits(len(source), options)
        return _from_bytes(source, Path(options.name).suffix, options)
    except MemoryError as error:
        raise UnreadableDocument(OUT_OF_MEMORY, name=options.name) from error


@dataclass(frozen=True, slots=True)
class _Options:
    """How one source is read: the arguments of `read`."""

    name: str
    password: str | None
    day_first: bool | None
    decimal: DecimalMark | None
    limits: Limits


def _content(path: Path, options: _Options) -> bytes:
    name = options.name
    try:
        if path.is_dir():
            raise DocumentError("it is a folder; read its files one by one", name=name)
        with path.open("rb") as file:
            size = path.stat().st_size
            _fits(size, options)
            # `read` allocates as many bytes as it is asked for before it reads any.
            data = file.read(size + 1)
            if len(data) > size:
                # A device or a pipe has no size, and a file may be growing.
                data += file.read(options.limits.file_bytes + 1 - len(data))
    except FileNotFoundError as error:
        raise DocumentError(f"there is no file {path}", name=name) from error
    except PermissionError as error:
        raise DocumentError(f"no permission to read {path}", name=name) from error
    except (OSError, ValueError) as error:
        raise DocumentError(f"the file cannot be read: {error}", name=name) from error
    _fits(len(data), options)
    return data


def _fits(size: int, options: _Options) -> None:
    most = options.limits.file_bytes
    if size > most:
        raise TooLarge(
            f"the file is larger than {most:,} bytes; raise the limit file_bytes or split it",
            name=options.name,
        )


def _from_bytes(data: bytes, suffix: str, options: _Options) -> Document:
    if not data:
        raise EmptyDocument("the file is empty", name=options.name)
    return _READERS[identify(data, suffix, name=options.name)](data, options)


def _pdf(data: bytes, options: _Options) -> Document:
    found = pdf.pages(data, name=options.name, limits=options.limits, password=options.password)
    return _paged(found, options)


def _office(kind: FileType, data: bytes, options: _Options) -> Document:
    return _paged(office.pages(data, kind, name=options.name, limits=options.limits), options)


def _email(data: bytes, options: _Options) -> Document:
    return _plain(eml.text_of(data, name=options.name), options)


def _html(data: bytes, options: _Options) -> Document:
    page = encodings.decode(data, name=options.name, declared=html.charset(data))
    return _plain(html.text_of(page), options)


def _text(data: bytes, options: _Options) -> Document:
    return _plain(encodings.decode(data, name=options.name), options)


def _table(data: bytes, options: _Options) -> Document:
    return _plain(csv_text.text_of(encodings.decode(data, name=options.name)), options)


_READERS: dict[FileType, Callable[[bytes, _Options], Document]] = {
    FileType.PDF: _pdf,
    FileType.DOCX: partial(_office, FileType.DOCX),
    FileType.PPTX: partial(_office, FileType.PPTX),
    FileType.XLSX: partial(_office, FileType.XLSX),
    FileType.EMAIL: _email,
    FileType.HTML: _html,
    FileType.TABLE: _table,
    FileType.TEXT: _text,
}


def _plain(text: str, options: _Options) -> Document:
    page = PageText.within(text, options.limits)
    if page.failure:
        raise page.kind(page.failure, name=options.name)
    return Document(options.name, page.text, day_first=options.day_first, decimal=options.decimal)


def _paged(found: Sequence[PageText], options: _Options) -> Document:
    pages: list[Page] = []
    failures: list[PageFailure] = []
    pieces: list[str] = []
    length = 0
    for number, page in enumerate(found, start=1):
        if page.failure:
            failures.append(PageFailure(number, page.failure, page.out_of_memory))
            continue
        if page.text and length:
            pieces.append(PAGE_BREAK)
            length += len(PAGE_BREAK)
        pieces.append(page.text)
        pages.append(Page(number, length, length + len(page.text)))
        length += len(page.text)
    text = "".join(pieces)
    if not has_text(text):
        raise _textless(found, options.name)
    return Document(
        options.name, text, tuple(pages), tuple(failures), options.day_first, options.decimal
    )


def _textless(found: Sequence[PageText], name: str) -> DocumentError:
    """The error of a document without text, from why its pages gave none."""
    failed = [(number, page) for number, page in enumerate(found, start=1) if page.failure]
    if any(page.kind is ScannedDocument for _, page in failed):
        return ScannedDocument(f"its pages are images without text; {OCR}", name=name)
    if not failed:
        return EmptyDocument("its pages hold no text", name=name)
    number, first = failed[0]
    return first.kind(f"no page can be read ({first.failure})", name=name, page=number)
