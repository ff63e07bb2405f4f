"""The text of a PDF's pages, by pypdf, which only this module knows.

Whatever pypdf raises on a page, up to RecursionError, is that page's failure; whatever
it logs or warns of is not shown. Knows nothing about documents as the library has them.
"""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from slmtasks.errors import EncryptedDocument, MalformedDocument

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MAX_CONTENT = 20_000_000
"""A page's drawing commands are read up to this many bytes: pypdf takes minutes for more."""

_INLINE_IMAGE = re.compile(rb"(?:\A|\s)BI\s")
_FORM_DEPTH = 4
# pypdf's logger and the warnings filters belong to the whole process.
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class PageText:
    """What one page gave: its text, or why there is none; `image` if it shows one."""

    text: str = ""
    failure: str = ""
    image: bool = False


def pages(data: bytes, *, name: str, password: str | None = None) -> list[PageText]:
    """Every page in order; raises EncryptedDocument and MalformedDocument."""
    with _LOCK, _quiet():
        reader = _reader(data, name, password)
        try:
            count = len(reader.pages)
        except Exception as error:
            raise _broken(error, name) from error
        return [_page(reader, index, name) for index in range(count)]


def _reader(data: bytes, name: str, password: str | None) -> PdfReader:
    from pypdf import PdfReader

    try:
        reader = PdfReader(BytesIO(data), strict=False)
        if not reader.is_encrypted or reader.decrypt(password or ""):
            return reader
    except Exception as error:
        raise _unreadable_encryption(error, name) or _broken(error, name) from error
    if password is None:
        raise EncryptedDocument("it needs a password; give it as password=...", name=name)
    raise EncryptedDocument("the password is wrong", name=name)


def _page(reader: PdfReader, index: int, name: str) -> PageText:
    try:
        page = reader.pages[index]
        contents = page.get_contents()
        drawing = contents.get_data() if contents is not None else b""
        if len(drawing) > MAX_CONTENT:
            return PageText(failure=f"it draws {len(drawing):,} bytes; {MAX_CONTENT:,} are read")
        text = page.extract_text()
    except Exception as error:
        if unreadable := _unreadable_encryption(error, name):
            raise unreadable from error
        return PageText(failure=_reason(error))
    if not text.strip() and (_INLINE_IMAGE.search(drawing) or _has_image(page)):
        return PageText(failure="it is an image without text; run OCR on it", image=True)
    return PageText(text)


def _has_image(page: PageObject) -> bool:
    try:
        return _draws_image(page.get("/Resources"), _FORM_DEPTH)
    except Exception:  # noqa: BLE001
        # Broken resources show nothing that could be read.
        return False


def _draws_image(resources: Any, depth: int) -> bool:
    objects = resources.get_object().get("/XObject") if resources is not None else None
    if objects is None or depth == 0:
        return False
    for reference in objects.get_object().values():
        drawn = reference.get_object()
        if drawn.get("/Subtype") == "/Image":
            return True
        if drawn.get("/Subtype") == "/Form" and _draws_image(drawn.get("/Resources"), depth - 1):
            return True
    return False


def _unreadable_encryption(error: Exception, name: str) -> EncryptedDocument | None:
    from pypdf.errors import DependencyError, FileNotDecryptedError

    if isinstance(error, DependencyError) and "AES" in str(error):
        return EncryptedDocument(
            "it is encrypted with AES, which takes one package more: pip install cryptography",
            name=name,
        )
    # An unknown filter of a page is a NotImplementedError too, in other words.
    if isinstance(error, FileNotDecryptedError) or (
        isinstance(error, NotImplementedError)
        and re.search("NOT supported|encryption handler", str(error))
    ):
        return EncryptedDocument(
            "its encryption is not read here; save it without protection", name=name
        )
    return None


def _broken(error: Exception, name: str) -> MalformedDocument:
    return MalformedDocument(
        f"the PDF is broken ({_reason(error)}); open and save it again in a PDF viewer", name=name
    )


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, MemoryError):
        return "it needs too much memory"
    said = " ".join(str(error).split()).rstrip(".")[:200]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps what pypdf logs and warns of from the user."""
    logger = logging.getLogger("pypdf")
    handler, propagate = logging.NullHandler(), logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.propagate = propagate
        logger.removeHandler(handler)
