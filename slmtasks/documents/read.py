"""File, bytes or text to a `Document`: its text, and which page an offset is on.

PDF (by `pdf`), plain text in any common encoding (`charsets`), Markdown (as it stands),
HTML (`markup`), mails (`mail`) and, with the extra "office", DOCX, PPTX and XLSX
(`office`) are read, within `Limits`. What cannot be read is one of the typed errors of
`errors.DocumentError`, raised here, before any model runs.

Knows nothing about tokens, chunks or models.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from slmtasks import options
from slmtasks.documents import eml, encodings, filetypes, html, office, pdf
from slmtasks.documents.limits import Limits
from slmtasks.documents.page_text import STARVED, PageText
from slmtasks.errors import (
    DocumentError,
    EmptyDocument,
    EncryptedDocument,
    MalformedDocument,
    ScannedDocument,
    TooLarge,
    UnreadableDocument,
    UnsupportedDocument,
)
from slmtasks.options import DecimalMark

__all__ = ["Document", "Page", "PageFailure", "read"]

PAGE_BREAK = "\n\n"
"""What stands between the pages of a PDF; it belongs to no page's span."""

_HTML = frozenset((".html", ".htm", ".xhtml"))
_TEXT = frozenset((".txt", ".text", ".md", ".markdown", ".csv", ".tsv", ".log")) | _HTML
_OTHERS = {*filetypes.EXTENSIONS, *office.FORMATS, ".eml"}
"""What says that a file is neither a PDF nor plain text."""

SUFFIXES = _TEXT | {".pdf", ".eml", *office.FORMATS}
"""The extensions of files that are read here."""

_LOOKS_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype html|html)\b", re.I
)
# NUL ends a text in C libraries, and no encoding holds half a surrogate pair.
_UNUSABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Page:
    """A page, counted from 1, and its span `text[start:end]` in the document's text."""

    number: int
    start: int
    end: int


@dataclass(frozen=True)
class PageFailure:
    """A page that could not be read, counted from 1, and why."""

    page: int
    reason: str


@dataclass(frozen=True)
class Document:
    """A source that has been read.

    `pages` are those that were read, in order, and cover `text` but for the breaks
    between them; where none are given, the text is one page. `failures` are the others.
    `day_first` says how its ambiguous dates are read: True for 03/04 as 3 April, None
    where the text shall decide. So does `decimal`, "," or ".", for numbers such as 1.234,
    where that mark sets off decimals. The text is made usable as `read` does; EmptyDocument
    is raised where there is none.
    """

    name: str
    text: str
    pages: tuple[Page, ...] = ()
    failures: tuple[PageFailure, ...] = ()
    day_first: bool | None = None
    decimal: DecimalMark | None = None

    def __post_init__(self) -> None:
        if self.decimal is not None:
            options.check(self.decimal, DecimalMark, "decimal")
        object.__setattr__(self, "text", _usable(self.text))
        if not _shows(self.text):
            raise EmptyDocument("it holds no text", name=self.name)
        if not self.pages:
            object.__setattr__(self, "pages", (Page(1, 0, len(self.text)),))

    def page_at(self, offset: int) -> int:
        """The number of the page that holds `offset`; a break belongs to the page before it."""
        if not 0 <= offset <= len(self.text):
            raise ValueError(f"offset {offset} is outside the text, 0 to {len(self.text)}")
        at = bisect_right(self.pages, offset, key=lambda page: page.start)
        return self.pages[max(0, at - 1)].number


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

    A text file's `text` is its content decoded, unchanged but for its byte order mark:
    newlines stay as they are. NULs and lone surrogates, which a tokenizer cannot be fed,
    become U+FFFD one for one, so that offsets hold. `name` is what errors and evidence
    call the source, and its extension says what `bytes` are.

    Raises DocumentError, and the type of it that says what is wrong; TooLarge for what
    exceeds `limits`.
    """
    if not isinstance(source, str | bytes | Path):
        raise TypeError(f"source is a {type(source).__name__}; give a str (text), a Path or bytes")
    if isinstance(source, Path):
        called = source.name or str(source)
    else:
        called = "text" if isinstance(source, str) else "bytes"
    how = _How(name or called, password, day_first, decimal, limits)
    try:
        if isinstance(source, str):
            return _plain(source, how)
        if isinstance(source, Path):
            return _from_bytes(_content(source, how), source.suffix, how)
        _fits(len(source), how)
        return _from_bytes(source, Path(how.name).suffix, how)
    except MemoryError as error:
        raise UnreadableDocument(STARVED, name=how.name) from error


@dataclass(frozen=True, slots=True)
class _How:
    """How one source is read: the arguments of `read`."""

    name: str
    password: str | None
    day_first: bool | None
    decimal: DecimalMark | None
    limits: Limits


def _content(path: Path, how: _How) -> bytes:
    name = how.name
    try:
        if path.is_dir():
            raise DocumentError("it is a folder; read its files one by one", name=name)
        with path.open("rb") as file:
            size = path.stat().st_size
            _fits(size, how)
            # As many bytes as are asked for are set aside before any is read.
            data = file.read(size + 1)
            if len(data) > size:
                # A device or a pipe has no size, and a file may be growing.
                data += file.read(how.limits.file_bytes + 1 - len(data))
    except FileNotFoundError as error:
        raise DocumentError(f"there is no file {path}", name=name) from error
    except PermissionError as error:
        raise DocumentError(f"no permission to read {path}", name=name) from error
    except (OSError, ValueError) as error:
        raise DocumentError(f"the file cannot be read: {error}", name=name) from error
    _fits(len(data), how)
    return data


def _fits(size: int, how: _How) -> None:
    most = how.limits.file_bytes
    if size > most:
        raise TooLarge(
            f"the file is larger than {most:,} bytes; raise Limits.file_bytes or split it",
            name=how.name,
        )


def _from_bytes(data: bytes, suffix: str, how: _How) -> Document:
    name = how.name
    if not data:
        raise EmptyDocument("the file is empty", name=name)
    suffix = suffix.lower()
    kind = filetypes.recognized(data, suffix)
    if kind == "a PDF":
        _expect(suffix not in _TEXT and suffix not in _OTHERS, kind, suffix, name)
        found = pdf.pages(data, name=name, limits=how.limits, password=how.password)
        return _paged(found, how)
    known = office.format_of(data) if data.startswith(filetypes.ZIP) else None
    if known or suffix in office.FORMATS:
        return _office(data, suffix, kind, known, how)
    if kind is not None:
        fits = suffix not in _TEXT and suffix != ".pdf"
        _expect(fits, kind, suffix, name)
        raise UnsupportedDocument(f"it is {kind}; {filetypes.KINDS[kind][0]}", name=name)
    if suffix == ".pdf":
        raise MalformedDocument("it is not a PDF: nothing in it says %PDF-", name=name)
    if suffix == ".eml":
        return _plain(eml.text_of(data, name=name), how)
    if other := filetypes.EXTENSIONS.get(suffix):
        raise UnsupportedDocument(f"{suffix} is {other}; {filetypes.KINDS[other][0]}", name=name)
    if suffix in _HTML or (suffix not in _TEXT and _LOOKS_HTML.match(data)):
        page = encodings.decode(data, name=name, declared=html.charset(data))
        return _plain(html.text_of(page), how)
    return _plain(encodings.decode(data, name=name), how)


def _office(data: bytes, suffix: str, kind: str | None, known: str | None, how: _How) -> Document:
    """Read an Office file: its extension names one format, and its content is `known` as one."""
    named = office.FORMATS.get(suffix)
    if named and not data.startswith(filetypes.ZIP):
        if filetypes.PROTECTED in data:
            raise EncryptedDocument(
                "it needs a password, which is taken for PDFs only; save it without", name=how.name
            )
        _expect(False, kind or f"no {named}", suffix, how.name)
    other = suffix in _TEXT or suffix == ".pdf" or suffix in filetypes.EXTENSIONS
    _expect(known in (None, named) or not (named or other), f"a {known}", suffix, how.name)
    return _paged(office.pages(data, known or named or "", name=how.name, limits=how.limits), how)


def _expect(fits: bool, kind: str, suffix: str, name: str) -> None:
    if not fits:
        raise MalformedDocument(
            f"its name ends in {suffix}, but it is {kind}; give it the right extension", name=name
        )


def _plain(text: str, how: _How) -> Document:
    page = PageText.within(text, how.limits)
    if page.failure:
        raise page.kind(page.failure, name=how.name)
    return Document(how.name, page.text, day_first=how.day_first, decimal=how.decimal)


def _paged(found: Sequence[PageText], how: _How) -> Document:
    pages: list[Page] = []
    failures: list[PageFailure] = []
    pieces: list[str] = []
    length = 0
    for number, page in enumerate(found, start=1):
        if page.failure:
            failures.append(PageFailure(number, page.failure))
            continue
        if page.text and length:
            pieces.append(PAGE_BREAK)
            length += len(PAGE_BREAK)
        pieces.append(page.text)
        pages.append(Page(number, length, length + len(page.text)))
        length += len(page.text)
    text = "".join(pieces)
    if not _shows(text):
        raise _textless(found, how.name)
    return Document(how.name, text, tuple(pages), tuple(failures), how.day_first, how.decimal)


def _textless(found: Sequence[PageText], name: str) -> DocumentError:
    """The error of a document without text, from why its pages gave none."""
    failed = [(number, page) for number, page in enumerate(found, start=1) if page.failure]
    if any(page.kind is ScannedDocument for _, page in failed):
        return ScannedDocument(f"its pages are images without text; {filetypes.OCR}", name=name)
    if not failed:
        return EmptyDocument("its pages hold no text", name=name)
    number, first = failed[0]
    return first.kind(f"no page can be read ({first.failure})", name=name, page=number)


def _usable(text: str) -> str:
    return _UNUSABLE.sub("\ufffd", text)


def _shows(text: str) -> bool:
    """Whether a text holds anything but white space, controls and replaced characters."""
    return any(
        not char.isspace() and char != "\ufffd" and unicodedata.category(char)[0] != "C"
        for char in text
    )
