"""What kind of file some bytes are, by their first bytes and the extension of their name.

Knows nothing about documents, and nothing about how a file is read.
"""

from __future__ import annotations

import re
import zipfile
from enum import Enum
from io import BytesIO

from slmtasks.errors import (
    EncryptedDocument,
    MalformedDocument,
    TooLarge,
    UnsupportedDocument,
)

__all__ = ["MOST_PARTS", "OCR", "SUFFIXES", "FileType", "check_parts", "identify"]

_SAVE_AS = "save it as PDF or text and read that"
OCR = "run OCR on it (ocrmypdf, for example) and read the result"


class FileType(Enum):
    """A kind of file: its name in a sentence, its extensions, and what to do if it is not read.

    A kind without `advice` is read.
    """

    PDF = ("a PDF", "pdf")
    DOCX = ("a DOCX", "docx docm")
    PPTX = ("a PPTX", "pptx pptm")
    XLSX = ("an XLSX", "xlsx xlsm")
    EMAIL = ("an email", "eml")
    HTML = ("an HTML page", "html htm xhtml")
    TABLE = ("a table", "csv tsv")
    TEXT = ("a text", "txt text md markdown log")
    OTHER_OFFICE = (
        "an Office document",
        "doc dot dotx xls xlsb ppt ppsx odt ods odp msg",
        _SAVE_AS,
    )
    FOREIGN = (
        "a document of another program",
        "rtf pages numbers key epub mobi ps eps djvu",
        _SAVE_AS,
    )
    IMAGE = ("an image", "png jpg jpeg gif tif tiff bmp webp heic heif avif", OCR)
    ARCHIVE = ("an archive", "zip gz tgz bz2 xz 7z rar zst tar jar", "unpack it and read its files")
    RECORDING = (
        "sound or video",
        "mp3 wav flac ogg m4a mp4 mov avi mkv webm",
        "transcribe it and read the text",
    )

    def __init__(self, title: str, extensions: str, advice: str = "") -> None:
        self.title = title
        self.suffixes = frozenset(f".{extension}" for extension in extensions.split())
        self.advice = advice


SUFFIXES = frozenset(s for kind in FileType if not kind.advice for s in kind.suffixes)
"""The extensions of files that are read."""

MOST_PARTS = 20_000
"""Files that an Office package may hold."""

_BY_SUFFIX = {suffix: kind for kind in FileType for suffix in kind.suffixes}
_PACKAGES = {"word/": FileType.DOCX, "ppt/": FileType.PPTX, "xl/": FileType.XLSX}

_ZIP = b"PK\x03\x04"
_ENTRY = b"PK\x01\x02"
# An Office file with a password is a compound file that holds a stream of this name.
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_MAGIC = (
    (_ZIP, FileType.ARCHIVE),
    (b"PK\x05\x06", FileType.ARCHIVE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileType.OTHER_OFFICE),
    (b"{\\rtf", FileType.FOREIGN),
    (b"%!PS", FileType.FOREIGN),
    (b"\x89PNG\r\n\x1a\n", FileType.IMAGE),
    (b"\xff\xd8\xff", FileType.IMAGE),
    (b"GIF87a", FileType.IMAGE),
    (b"GIF89a", FileType.IMAGE),
    (b"II*\0", FileType.IMAGE),
    (b"MM\0*", FileType.IMAGE),
    (b"\x1f\x8b\x08", FileType.ARCHIVE),
    (b"BZh9", FileType.ARCHIVE),
    (b"\xfd7zXZ\0", FileType.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", FileType.ARCHIVE),
    (b"Rar!\x1a\x07", FileType.ARCHIVE),
    (b"\x28\xb5\x2f\xfd", FileType.ARCHIVE),
    (b"ID3", FileType.RECORDING),
    (b"OggS\0", FileType.RECORDING),
    (b"fLaC", FileType.RECORDING),
)
_OFFICE_PARTS = (
    *(b"[Content_Types].xml", b"word/", b"xl/", b"ppt/"),
    *(b"opendocument", b"epub+zip"),
)
_LOOKS_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype html|html)\b", re.I
)


def identify(data: bytes, suffix: str, *, name: str) -> FileType:
    """The kind of file that `data` is, one that is read; `suffix` is its extension.

    Raises UnsupportedDocument for kinds that are not read, MalformedDocument where the
    extension says something else than the content, EncryptedDocument for Office files
    with a password, and TooLarge for a package of too many parts.
    """
    suffix = suffix.lower()
    named = _BY_SUFFIX.get(suffix)
    held = _held(data, suffix)
    if named in _PACKAGES.values() and named is not None and held is not named:
        return _package(data, named, held, suffix, name)
    if held is None:
        return _textual(data, named, suffix, name)
    if held is not named and named is not None and not (named.advice and held.advice):
        raise _misnamed(held.title, suffix, name)
    if held.advice:
        raise UnsupportedDocument(f"it is {held.title}; {held.advice}", name=name)
    return held


def _package(
    data: bytes, named: FileType, held: FileType | None, suffix: str, name: str
) -> FileType:
    """The Office format that only the extension names, where the content may be a broken one."""
    if _PROTECTED in data and not data.startswith(_ZIP):
        raise EncryptedDocument(
            "it needs a password, which only a PDF can be read with; save it without", name=name
        )
    readable = held is not None and not held.advice
    if readable or not data.startswith(_ZIP):
        raise _misnamed(held.title if held else f"not {named.title}", suffix, name)
    return named


def _textual(data: bytes, named: FileType | None, suffix: str, name: str) -> FileType:
    """The kind of a file that no first bytes give away."""
    if named is FileType.PDF:
        raise MalformedDocument("it is not a PDF: it does not begin with %PDF-", name=name)
    if named is None:
        return FileType.HTML if _LOOKS_HTML.match(data) else FileType.TEXT
    if named.advice:
        raise UnsupportedDocument(f"{suffix} is {named.title}; {named.advice}", name=name)
    return named


def _misnamed(title: str, suffix: str, name: str) -> MalformedDocument:
    return MalformedDocument(
        f"its name ends in {suffix}, but it is {title}; give it the right extension", name=name
    )


def _held(data: bytes, suffix: str) -> FileType | None:
    """What the content shows a file to be; None for what can only be text."""
    # A viewer takes junk before the header; a text may speak of "%PDF-".
    if b"%PDF-" in data[:1024] if suffix == ".pdf" else data.lstrip()[:5] == b"%PDF-":
        return FileType.PDF
    if data.startswith(_ZIP) and (package := _office_package(data)):
        return package
    kind = next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)
    if kind is FileType.ARCHIVE and data.startswith(b"PK"):
        return FileType.OTHER_OFFICE if any(p in data[:4096] for p in _OFFICE_PARTS) else kind
    if data[4:8] == b"ftyp":
        return FileType.IMAGE if data[8:11] in (b"hei", b"mif", b"avi") else FileType.RECORDING
    if data.startswith(b"RIFF"):
        return FileType.IMAGE if data[8:12] == b"WEBP" else FileType.RECORDING
    return kind


def _office_package(data: bytes) -> FileType | None:
    """DOCX, PPTX or XLSX, by the names of the parts; None for other archives."""
    try:
        check_parts(data, "")
        with zipfile.ZipFile(BytesIO(data)) as package:
            names = package.namelist()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001
        # An archive that zipfile cannot open is no package.
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next((k for at, k in _PACKAGES.items() if any(n.startswith(at) for n in names)), None)


def check_parts(data: bytes, name: str) -> None:
    """Raise TooLarge for a package of too many parts, before its directory is read."""
    if data.count(_ENTRY) > MOST_PARTS:
        raise TooLarge(f"it holds more than {MOST_PARTS:,} parts", name=name)
