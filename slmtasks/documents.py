"""File, bytes or text to a `Document`: its text, and which page an offset is on.

PDF (by `pdf`), plain text in any common encoding (`charsets`), Markdown (as it stands)
and HTML (`markup`) are read. What cannot be read is one of the typed errors of
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

from slmtasks import charsets, markup, pdf
from slmtasks.errors import (
    DocumentError,
    EmptyDocument,
    MalformedDocument,
    ScannedDocument,
    TooLarge,
    UnsupportedDocument,
)
from slmtasks.limits import Limits
from slmtasks.pages import PageText

__all__ = ["Document", "Page", "PageFailure", "read"]

PAGE_BREAK = "\n\n"
"""What stands between the pages of a PDF; it belongs to no page's span."""

_HTML = frozenset((".html", ".htm", ".xhtml"))
_TEXT = frozenset((".txt", ".text", ".md", ".markdown", ".csv", ".tsv", ".log")) | _HTML
SUFFIXES = _TEXT | {".pdf"}
"""The extensions of files that are read here."""

_AS_TEXT = "save it as PDF or text and read that"
_OCR = "run OCR on it (ocrmypdf, for one) and read the result"
_UNPACK = "unpack it and read its files"
_TRANSCRIBE = "transcribe it and read the text"

_KINDS = {
    "an Office document": (
        _AS_TEXT,
        "doc docx docm dot dotx xls xlsx xlsm ppt pptx odt ods odp msg",
    ),
    "a document of another program": (_AS_TEXT, "rtf pages numbers key epub mobi ps eps djvu"),
    "an image": (_OCR, "png jpg jpeg gif tif tiff bmp webp heic heif avif"),
    "an archive": (_UNPACK, "zip gz tgz bz2 xz 7z rar zst tar jar"),
    "sound or video": (_TRANSCRIBE, "mp3 wav flac ogg m4a mp4 mov avi mkv webm"),
}
_EXTENSIONS = {f".{e}": kind for kind, (_, listed) in _KINDS.items() for e in listed.split()}
_MAGIC = (
    (b"PK\x03\x04", "an archive"),
    (b"PK\x05\x06", "an archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
    (b"{\\rtf", "a document of another program"),
    (b"%!PS", "a document of another program"),
    (b"\x89PNG\r\n\x1a\n", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF87a", "an image"),
    (b"GIF89a", "an image"),
    (b"II*\0", "an image"),
    (b"MM\0*", "an image"),
    (b"\x1f\x8b\x08", "an archive"),
    (b"BZh9", "an archive"),
    (b"\xfd7zXZ\0", "an archive"),
    (b"7z\xbc\xaf\x27\x1c", "an archive"),
    (b"Rar!\x1a\x07", "an archive"),
    (b"\x28\xb5\x2f\xfd", "an archive"),
    (b"ID3", "sound or video"),
    (b"OggS\0", "sound or video"),
    (b"fLaC", "sound or video"),
)
_OFFICE = (b"[Content_Types].xml", b"word/", b"xl/", b"ppt/", b"opendocument", b"epub+zip")
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
    where the text shall decide. The text is made usable as `read` does; EmptyDocument
    is raised where there is none.
    """

    name: str
    text: str
    pages: tuple[Page, ...] = ()
    failures: tuple[PageFailure, ...] = ()
    day_first: bool | None = None

    def __post_init__(self) -> None:
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
    if isinstance(source, str):
        return _plain(source, _How(name or "text", password, day_first, limits))
    if isinstance(source, Path):
        how = _How(name or source.name or str(source), password, day_first, limits)
        return _from_bytes(_content(source, how), source.suffix, how)
    if isinstance(source, bytes):
        how = _How(name or "bytes", password, day_first, limits)
        _fits(len(source), how)
        return _from_bytes(source, Path(how.name).suffix, how)
    raise TypeError(f"source is a {type(source).__name__}; give a str (text), a Path or bytes")


@dataclass(frozen=True, slots=True)
class _How:
    """How one source is read: the arguments of `read`."""

    name: str
    password: str | None
    day_first: bool | None
    limits: Limits


def _content(path: Path, how: _How) -> bytes:
    name = how.name
    try:
        if path.is_dir():
            raise DocumentError("it is a folder; read its files one by one", name=name)
        with path.open("rb") as file:
            _fits(path.stat().st_size, how)
            # A device or a pipe has no size.
            data = file.read(how.limits.file_bytes + 1)
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
    kind = _kind(data, suffix)
    if kind == "a PDF":
        _expect(suffix not in _TEXT and suffix not in _EXTENSIONS, kind, suffix, name)
        found = pdf.pages(data, name=name, limits=how.limits, password=how.password)
        return _paged(found, how)
    if kind is not None:
        fits = suffix not in _TEXT and suffix != ".pdf"
        _expect(fits, kind, suffix, name)
        raise UnsupportedDocument(f"it is {kind}; {_KINDS[kind][0]}", name=name)
    if suffix == ".pdf":
        raise MalformedDocument("it is not a PDF: nothing in it says %PDF-", name=name)
    if other := _EXTENSIONS.get(suffix):
        raise UnsupportedDocument(f"{suffix} is {other}; {_KINDS[other][0]}", name=name)
    if suffix in _HTML or (suffix not in _TEXT and _LOOKS_HTML.match(data)):
        page = charsets.decode(data, name=name, declared=markup.charset(data))
        return _plain(markup.text_of(page), how)
    return _plain(charsets.decode(data, name=name), how)


def _kind(data: bytes, suffix: str) -> str | None:
    """What the first bytes show a file to be; None for what can only be text."""
    # A viewer takes junk before the header; a text may speak of "%PDF-".
    if b"%PDF-" in data[:1024] if suffix == ".pdf" else data.lstrip()[:5] == b"%PDF-":
        return "a PDF"
    kind = next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)
    if kind == "an archive" and data.startswith(b"PK") and any(m in data[:4096] for m in _OFFICE):
        return "an Office document"
    if data[4:8] == b"ftyp":
        return "an image" if data[8:11] in (b"hei", b"mif", b"avi") else "sound or video"
    if data.startswith(b"RIFF"):
        return "an image" if data[8:12] == b"WEBP" else "sound or video"
    return kind


def _expect(fits: bool, kind: str, suffix: str, name: str) -> None:
    if not fits:
        raise MalformedDocument(
            f"its name ends in {suffix}, but it is {kind}; give it the right extension", name=name
        )


def _plain(text: str, how: _How) -> Document:
    page = PageText.within(text, how.limits)
    if page.failure:
        raise page.kind(page.failure, name=how.name)
    return Document(how.name, page.text, day_first=how.day_first)


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
    return Document(how.name, text, tuple(pages), tuple(failures), how.day_first)


def _textless(found: Sequence[PageText], name: str) -> DocumentError:
    """The error of a document without text, from why its pages gave none."""
    failed = [(number, page) for number, page in enumerate(found, start=1) if page.failure]
    if any(page.kind is ScannedDocument for _, page in failed):
        return ScannedDocument(f"its pages are images without text; {_OCR}", name=name)
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
