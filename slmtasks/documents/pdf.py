"""The text of a PDF's pages, by pypdf, which only this module knows.

Whatever pypdf raises on a page, up to RecursionError, is that page's failure; whatever
it logs or warns of is not shown. pypdf bounds what a stream unpacks to; here all streams
of a document share one budget, and so do the pages and forms that draw one many times.
Knows nothing about documents as the library has them.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from slmtasks.documents.limits import Budget, Limits, Spent
from slmtasks.documents.page_text import STARVED, PageText, too_many
from slmtasks.errors import (
    DocumentError,
    EncryptedDocument,
    MalformedDocument,
    ScannedDocument,
    TooLarge,
)

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MAX_CONTENT = 20_000_000
"""A page's drawing commands are read up to this many bytes: pypdf takes minutes for more."""

MAX_WORDS = 1_000_000
"""As many operators and operands of a page, or of a form on it, for the same reason."""

MAX_STREAM = 75_000_000
"""What one compressed stream may unpack to, in bytes."""

MOST_RECOVERED = 200
"""Objects among which a lost catalog is looked for: each may take a search of the file."""

_INLINE_IMAGE = re.compile(rb"(?:\A|\s)BI\s")
_MOST_DRAWN = 1_000
# pypdf's logger and decoders and the warnings filters belong to the whole process.
_LOCK = threading.Lock()


def pages(data: bytes, *, name: str, limits: Limits, password: str | None = None) -> list[PageText]:
    """Every page in order; raises EncryptedDocument, MalformedDocument and TooLarge."""
    budget = Budget(limits)
    with _LOCK, _quiet() as logged, _metered(budget):
        try:
            reader = _reader(data, name, password)
            count = _count(reader, name, limits)
            found = [_page(reader, index, name, limits, budget) for index in range(count)]
        except (Spent, DocumentError):
            if not budget.exceeded:
                raise
    if budget.exceeded:
        raise TooLarge(budget.exceeded, name=name)
    if logged.starved:
        # pypdf goes on without what there was no memory for, and the text has a gap.
        raise MemoryError
    return found


def _reader(data: bytes, name: str, password: str | None) -> PdfReader:
    from pypdf import PdfReader

    try:
        reader = PdfReader(BytesIO(data), strict=False, root_object_recovery_limit=MOST_RECOVERED)
        if not reader.is_encrypted or reader.decrypt(password or ""):
            return reader
    except Exception as error:
        raise _unreadable_encryption(error, name) or _broken(error, name) from error
    if password is None:
        raise EncryptedDocument(
            "it needs a password; give it as password=..., or --password", name=name
        )
    raise EncryptedDocument("the password is wrong", name=name)


def _count(reader: PdfReader, name: str, limits: Limits) -> int:
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


def _page(reader: PdfReader, index: int, name: str, limits: Limits, budget: Budget) -> PageText:
    try:
        page = reader.pages[index]
        contents = page.get_contents()
        drawing = contents.get_data() if contents is not None else b""
        if len(drawing) > MAX_CONTENT:
            said = f"it draws {len(drawing):,} bytes; {MAX_CONTENT:,} are read"
            return PageText(failure=said, kind=TooLarge)
        budget.take(len(drawing))
        _count_forms(page, budget)
        text = page.extract_text()
        budget.take(len(text))
    except Spent:
        raise
    except Exception as error:
        if unreadable := _unreadable_encryption(error, name):
            raise unreadable from error
        return PageText(failure=_reason(error))
    if not text.strip() and (_INLINE_IMAGE.search(drawing) or _has_image(page)):
        return PageText(failure="it is an image without text; run OCR on it", kind=ScannedDocument)
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
    if _starved(error):
        return STARVED
    said = " ".join(str(error).split()).rstrip(".")[:200]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _starved(error: BaseException | None) -> bool:
    """Whether memory ran out, whatever pypdf made of that."""
    while error is not None and not isinstance(error, MemoryError):
        error = error.__cause__ or error.__context__
    return error is not None


class _Logged(logging.Handler):
    """Shows nothing of what is logged, but notes that memory ran out."""

    def __init__(self) -> None:
        super().__init__()
        self.starved = False

    def emit(self, record: logging.LogRecord) -> None:
        # pypdf logs within the handler of what was raised.
        self.starved = self.starved or _starved(sys.exc_info()[1])


@contextmanager
def _quiet() -> Iterator[_Logged]:
    """Keeps what pypdf logs and warns of from the user."""
    logger = logging.getLogger("pypdf")
    handler, propagate = _Logged(), logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield handler
    finally:
        logger.propagate = propagate
        logger.removeHandler(handler)


@contextmanager
def _metered(budget: Budget) -> Iterator[None]:
    """Counts what every filter that can expand its input takes and gives."""
    from pypdf import apply_configuration, filters

    decoders: list[Any] = [
        filters.FlateDecode,
        filters.LZWDecode,
        filters.RunLengthDecode,
        filters.BrotliDecode,
    ]
    kept = [vars(decoder)["decode"] for decoder in decoders]
    for decoder in decoders:
        decoder.decode = staticmethod(_counted(decoder.decode, budget))
    try:
        # No program is started for an image.
        with apply_configuration(jbig2dec_binary=None, stream_parsing_work_maximum_count=MAX_WORDS):
            yield
    finally:
        for decoder, decode in zip(decoders, kept, strict=True):
            decoder.decode = decode


def _counted(decode: Callable[..., bytes], budget: Budget) -> Callable[..., bytes]:
    from pypdf import apply_configuration
    from pypdf.errors import LimitReachedError

    def counted(data: bytes, *args: Any, **options: Any) -> bytes:
        budget.take(len(data))
        most = max(1, min(MAX_STREAM, budget.left))  # to pypdf, 0 is no limit
        with apply_configuration(
            zlib_maximum_output_length=most,
            lzw_maximum_output_length=most,
            run_length_maximum_output_length=most,
            brotli_maximum_output_length=most,
        ):
            try:
                unpacked = decode(data, *args, **options)
            except LimitReachedError:
                budget.take(most + 1)
                raise
        budget.take(len(unpacked))
        return unpacked

    return counted
