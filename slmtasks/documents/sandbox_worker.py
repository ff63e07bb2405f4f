"""The process that reads documents, so that a document that breaks it breaks nothing else.

It takes requests as frames on its standard input and answers as frames on its standard
output (`send`, `receive`): a length, then JSON. It ends with its input, and by itself
where reading takes too long. "out_of_memory" in an answer says that memory ran out, or
may have.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import struct
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import psutil

from slmtasks import hashing
from slmtasks.documents.document import Document, Page, PageFailure
from slmtasks.documents.limits import Limits
from slmtasks.documents.page_text import OUT_OF_MEMORY, ran_out_of_memory
from slmtasks.documents.read import read
from slmtasks.errors import DocumentError, MalformedDocument, UnreadableDocument

_LENGTH = struct.Struct(">Q")


def send(out: BinaryIO, message: dict[str, Any]) -> None:
    """Write one frame; JSON escapes file names that are not Unicode and restores them."""
    data = json.dumps(message).encode()
    out.write(_LENGTH.pack(len(data)) + data)
    out.flush()


def receive(into: BinaryIO) -> dict[str, Any] | None:
    """The next frame; None where the other side has ended."""
    head = into.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    size = _LENGTH.unpack(head)[0]
    data = into.read(size)
    if len(data) < size:
        return None
    message: dict[str, Any] = json.loads(data)
    return message


def packed(document: Document) -> dict[str, Any]:
    """A document as JSON holds it."""
    return asdict(document)


def unpacked(fields: dict[str, Any]) -> Document:
    """The document that `packed` gave."""
    pages = tuple(Page(**page) for page in fields.pop("pages"))
    failures = tuple(PageFailure(**failure) for failure in fields.pop("failures"))
    return Document(pages=pages, failures=failures, **fields)


def main(seconds: float, memory: int) -> None:
    """Answer frames until there are no more."""
    requests, answers = _channels()
    for name in ("SIGINT", "SIGTERM"):
        # Ctrl-C reaches every process of a terminal; the parent decides when this one ends.
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    _limit(memory)
    send(answers, {"ready": True})
    with Path(os.devnull).open("w") as nowhere:
        while (request := receive(requests)) is not None:
            # Unlike a thread, it needs no GIL, which a regular expression may hold for ever.
            faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
            answer = _answered(request)
            faulthandler.cancel_dump_traceback_later()
            send(answers, answer)


def _channels() -> tuple[BinaryIO, BinaryIO]:
    """The two ends of the pipe; what a library prints goes nowhere."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return sys.stdin.buffer, out


def _limit(memory: int) -> None:
    """Let allocations fail beyond the limit on Linux; elsewhere the parent watches it."""
    if sys.platform == "linux":
        import resource

        most = psutil.Process().memory_info().vms + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _answered(request: dict[str, Any]) -> dict[str, Any]:
    try:
        path = Path(request.pop("path"))
        if request.pop("what") == "digest":
            return {"digest": _digest(path)}
        limits = Limits(**request.pop("limits"))
        document = read(path, limits=limits, **request)
        starved = any(failure.out_of_memory for failure in document.failures)
        return {"document": packed(document), "out_of_memory": starved}
    except DocumentError as error:
        return {
            "error": type(error).__name__,
            "reason": error.reason,
            "name": error.name,
            "page": error.page,
            # `read` raises this type where memory ran out, and nowhere else.
            "out_of_memory": isinstance(error, UnreadableDocument),
        }
    except Exception as error:  # noqa: BLE001
        kind: type[DocumentError]
        if ran_out_of_memory(error):
            reason, kind = OUT_OF_MEMORY, UnreadableDocument
        else:
            reason, kind = f"reading it fails: {error!r}", MalformedDocument
        # Where memory runs out, a library may raise anything: it is worth a second try.
        return {"error": kind.__name__, "reason": reason, "out_of_memory": True}


def _digest(path: Path) -> str | None:
    try:
        return hashing.of_file(path) if path.is_file() else None
    except (OSError, ValueError):
        # `read` says what is wrong with it.
        return None
