"""What kind of file some bytes are, and what to do with those that are not read here.

Knows nothing about documents.
"""

from __future__ import annotations

_AS_TEXT = "save it as PDF or text and read that"
OCR = "run OCR on it (ocrmypdf, for one) and read the result"
_UNPACK = "unpack it and read its files"
_TRANSCRIBE = "transcribe it and read the text"

KINDS = {
    "an Office document": (_AS_TEXT, "doc dot dotx xls xlsb ppt ppsx odt ods odp msg"),
    "a document of another program": (_AS_TEXT, "rtf pages numbers key epub mobi ps eps djvu"),
    "an image": (OCR, "png jpg jpeg gif tif tiff bmp webp heic heif avif"),
    "an archive": (_UNPACK, "zip gz tgz bz2 xz 7z rar zst tar jar"),
    "sound or video": (_TRANSCRIBE, "mp3 wav flac ogg m4a mp4 mov avi mkv webm"),
}
EXTENSIONS = {f".{e}": kind for kind, (_, listed) in KINDS.items() for e in listed.split()}
ZIP = b"PK\x03\x04"
PROTECTED = "EncryptedPackage".encode("utf-16-le")
"""What an Office file with a password holds."""

_MAGIC = (
    (ZIP, "an archive"),
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


def recognized(data: bytes, suffix: str) -> str | None:
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
