"""Bytes to text: the encoding of a text file.

A byte order mark decides; then NULs, which only UTF-16 and UTF-32 have; then UTF-8 if it
is valid; then charset-normalizer's guess among the encodings of LEGACY. Where several fit
equally well, as in a text of a few words, the first in the list wins; UTF-8 avoids the
guess. Newlines and everything else stay as they are.
"""

from __future__ import annotations

import codecs
import unicodedata

from slmtasks.errors import MalformedDocument

LEGACY = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("koi8_r", "cp866", "cp932", "euc_jp", "iso2022_jp", "gb18030", "big5", "cp949"),
)
"""The encodings that are guessed, most likely first."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_NOT_TEXT = "it is not text in any known encoding; save it as UTF-8"


def decode(data: bytes, *, name: str, declared: str | None = None) -> str:
    """The text of a file, without its byte order mark; raises MalformedDocument if binary.

    `declared` is the encoding that the file itself names (HTML); it is tried after a mark.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _strict(data[len(mark) :], encoding)
            if text is None:
                raise MalformedDocument(
                    f"its byte order mark says {encoding.upper()}, but its bytes are not; "
                    "save it again as UTF-8",
                    name=name,
                )
            return text
    text = _wide(data) if b"\0" in data else _narrow(data, declared)
    if text is None or _is_binary(text):
        raise MalformedDocument(_NOT_TEXT, name=name)
    return text


def _wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: of those that decode cleanly, the most ASCII."""
    # A stray NUL in ASCII would pass for a few Chinese letters.
    if data.replace(b"\0", b"").isascii() and data.count(0) < len(data) // 4:
        return None
    texts = [text for encoding in _WIDE if (text := _strict(data, encoding)) is not None]
    clean = [
        text
        for text in texts
        # UTF-32 passes for UTF-16 with a NUL after each letter.
        if "\0" not in text and all(unicodedata.category(c) not in _STRANGE for c in set(text))
    ]
    return max(clean, key=lambda text: sum(map(str.isascii, text)) / len(text), default=None)


def _narrow(data: bytes, declared: str | None) -> str | None:
    for encoding in (declared, "utf-8"):
        if encoding and (text := _strict(data, encoding)) is not None:
            return text
    from charset_normalizer import from_bytes

    matches = list(from_bytes(data, cp_isolation=list(LEGACY)))
    if not matches:
        return None
    best = [
        m for m in matches if (m.chaos, m.coherence) == (matches[0].chaos, matches[0].coherence)
    ]
    encoding = min((match.encoding for match in best), key=LEGACY.index)
    return _strict(data, encoding)


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (LookupError, ValueError):
        return None


_STRANGE = frozenset(("Cn", "Co", "Cs"))
_CONTROLS = frozenset(map(chr, range(32))) - frozenset("\t\n\v\f\r\x1b")


def _is_binary(text: str) -> bool:
    """Whether a text holds NULs, or more control characters than text does."""
    if "\0" in text:
        return True
    count = sum(text.count(control) for control in _CONTROLS)
    return count > max(2, len(text) // 50)
