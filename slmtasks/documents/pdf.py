"""The text of a PDF's pages, by pypdf.

Whatever pypdf raises on a page, even RecursionError, is that page's failure; whatever it
logs or warns of is not shown. All streams of a document share one budget, and so do the
pages and forms that draw a stream many times. Knows nothing about `Document`.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from slmtasks.documents.filetypes import OCR
from slmtasks.documents.limits import Budget, Limits, Spent
from slmtasks.documents.page_text import PageText, ran_out_of_memory, too_many
from slmtasks.errors import (
    DocumentError,
    EncryptedDocument,
    MalformedDocument,
    ScannedDocument,
    TooLarge,
    UnreadableDocument,
)

if TYPE_CHECKING:
    from pypdf import PageObject

    from slmtasks.documents.metered_pdf import MeteredReader

MAX_CONTENT = 20_000_000
"""A page's drawing commands are read up to this many bytes: pypdf takes minutes for more."""

MAX_WORDS = 1_000_000
"""As many operators and operands of a page, or of a form on it, for the same reason."""

_INLINE_IMAGE = re.compile(rb"(?:\A|\s)BI\s")
_MOST_DRAWN = 1_000
# pypdf's logger and the warnings filters belong to the whole process.
_LOCK = threading.Lock()


def pages(data: bytes, *, name: str, limits: Limits, password: str | None = None) -> list[PageText]:
    """Every page in order; raises EncryptedDocument, MalformedDocument and TooLarge."""
    from pypdf import apply_configuration

    budget = Budget(limits)
    with (
        _LOCK,
        _quiet() as logged,
        # Without its program for JBIG2, pypdf starts no process for an image.
        apply_configuration(jbig2dec_binary=None, stream_parsing_work_maximum_count=MAX_WORDS),
    ):
        try:
            reader = _reader(data, name, password, budget)
            count = _count(reader, name, limits)
            found = [_page(reader, index, name, limits, budget) for index in range(count)]
        except (Spent, DocumentError):
            if not budget.exceeded:
                raise
    if budget.exceeded:
        raise TooLarge(budget.exceeded, name=name)
    if logged.out_of_memory:
        # pypdf leaves out what there was no memory for, so that the text has a gap.
        raise MemoryError
    return found


def _reader(data: bytes, name: str, password: str | None, budget: Budget) -> MeteredReader:
    from slmtasks.documents.metered_pdf import MeteredReader

    try:
        reader = MeteredReader(BytesIO(data), budget)
        if not reader.is_encrypted or reader.decrypt(password or ""):
            return reader
    except Exception as error:
        raise _unreadable_encryption(error, name) or _broken(error, name) from error
    if password is None:
        raise EncryptedDocument("it needs a password; give it as the option password", name=name)
    raise EncryptedDocument("the password is wrong", name=name)


def _count(reader: MeteredReader, name: str, limits: Limits) -> int:
    from pypdf import apply_configuration

    try:
        # Nodes of the tree count as well as pages.
        with apply_configuration(page_tree_maximum_entries=2 * limits.pages + 100):
            count = len(reader.pages)
    except Exception as error:
        if "page tree entry limit" in str(error):
            too_many(limits.pages + 1, "pages", limits, name=name)
        raise _broken(error, name) from error
    too_many(count, "pages", limits, name=name)
    return count


def _page(reader: MeteredReader, index: int, name: str, limits: Limits, budget: Budget) -> PageText:
    try:
        page = reader.pages[index]
        contents = page.get_contents()
        drawing = contents.get_data() if contents is not None else b""
        if len(drawing) > MAX_CONTENT:
            failure = f"it draws {len(drawing):,} bytes; at most {MAX_CONTENT:,} are read"
            return PageText(failure=failure, kind=TooLarge)
        budget.take(len(drawing))
        _count_forms(page, budget)
        text = page.extract_text()
        budget.take(len(text))
    except Spent:
        raise
    except Exception as error:
        if unreadable := _unreadable_encryption(error, name):
            raise unreadable from error
        return PageText.failed(error)
    if not text.strip() and (_INLINE_IMAGE.search(drawing) or _has_image(page)):
        return PageText(failure=f"it is an image without text; {OCR}", kind=ScannedDocument)
    return PageText.within(text, limits)


def _count_forms(page: PageObject, budget: Budget) -> None:
    """Let every form that the page draws count, each time: one can be drawn thousands of times."""
    read = page.extract_xform_text

    def counted(form: Any, *args: Any, **options: Any) -> str:
        budget.take(len(form.get_data()))
        return read(form, *args, **options)

    vars(page)["extract_xform_text"] = counted


def _has_image(page: PageObject) -> bool:
    """Whether the page, or a form on it, has an image among what it may draw."""
    try:
        waiting, seen = [page.get("/Resources")], set[int]()
        while waiting and len(seen) < _MOST_DRAWN:
            resources = waiting.pop()
            objects = resources.get_object().get("/XObject") if resources is not None else None
            for reference in objects.get_object().values() if objects is not None else ():
                drawn = reference.get_object()
                if drawn.get("/Subtype") == "/Image":
                    return True
                if drawn.get("/Subtype") == "/Form" and id(drawn) not in seen:
                    seen.add(id(drawn))
                    waiting.append(drawn.get("/Resources"))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001
        # Broken resources show nothing that could be read.
        return False
    return False


def _unreadable_encryption(error: Exception, name: str) -> EncryptedDocument | None:
    from pypdf.errors import DependencyError, FileNotDecryptedError

    if isinstance(error, DependencyError) and "AES" in str(error):
        return EncryptedDocument(
            "it is encrypted with AES, which takes another package: pip install cryptography",
            name=name,
        )
    # An unknown filter of a page is a NotImplementedError too, with another message.
    if isinstance(error, FileNotDecryptedError) or (
        isinstance(error, NotImplementedError)
        and re.search("NOT supported|encryption handler", str(error))
    ):
        return EncryptedDocument(
            "its encryption is not supported; save it without protection", name=name
        )
    return None


def _broken(error: Exception, name: str) -> DocumentError:
    page = PageText.failed(error)
    if page.out_of_memory:
        return UnreadableDocument(page.failure, name=name)
    return MalformedDocument(
        f"the PDF is broken ({page.failure}); open and save it again in a PDF viewer", name=name
    )


class _MemoryWatch(logging.Handler):
    """Shows nothing of what is logged, but notes whether memory ran out."""

    def __init__(self) -> None:
        super().__init__()
        self.out_of_memory = False

    def emit(self, record: logging.LogRecord) -> None:
        # pypdf logs while it handles what was raised.
        self.out_of_memory = self.out_of_memory or ran_out_of_memory(sys.exc_info()[1])


@contextmanager
def _quiet() -> Iterator[_MemoryWatch]:
    """Hide what pypdf logs and warns of."""
    logger = logging.getLogger("pypdf")
    handler, propagate = _MemoryWatch(), logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield handler
    finally:
        logger.propagate = propagate
        logger.removeHandler(handler)
