"""The process that reads documents, so that one that breaks it breaks nothing else.

It is told what to read by frames on its standard input and answers by frames on its
standard output (`send`, `receive`): JSON behind its length. It ends with its input, by
itself where reading takes too long. Where memory ran out, its answer says so by "starved".
"""

from __future__ import annotations

import errno
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
from slmtasks.documents.limits import Limits
from slmtasks.documents.page_text import STARVED
from slmtasks.documents.read import Document, Page, PageFailure, read
from slmtasks.errors import DocumentError

_LENGTH = struct.Struct(">Q")


def send(out: BinaryIO, message: dict[str, Any]) -> None:
    """Write one frame. Names of files that are no Unicode are escaped by JSON and come back."""
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
    """A document as JSON can hold it."""
    return asdict(document)


def unpacked(fields: dict[str, Any]) -> Document:
    """The document again."""
    pages = tuple(Page(**page) for page in fields.pop("pages"))
    failures = tuple(PageFailure(**failure) for failure in fields.pop("failures"))
    return Document(pages=pages, failures=failures, **fields)


def main(seconds: float, memory: int) -> None:
    """Answer frames until there are no more."""
    requests, answers = _channels()
    for name in ("SIGINT", "SIGTERM"):
        # Ctrl-C reaches every process of a terminal: the other side says when this one ends.
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    _limit(memory)
    send(answers, {"ready": True})
    with Path(os.devnull).open("w") as nowhere:
        while (request := receive(requests)) is not None:
            # It needs no lock of Python's, which a regular expression may hold for ever.
            faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
            answer = _answered(request)
            faulthandler.cancel_dump_traceback_later()
            send(answers, answer)


def _channels() -> tuple[BinaryIO, BinaryIO]:
    """The two ends of the talk; what a library prints goes nowhere."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return sys.stdin.buffer, out


def _limit(memory: int) -> None:
    """Have allocations fail beyond the limit, where the system can; elsewhere it is watched."""
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
        starved = any(STARVED in failure.reason for failure in document.failures)
        return {"document": packed(document), "starved": starved}
    except DocumentError as error:
        said = {"reason": error.reason, "name": error.name, "page": error.page}
        return {"error": type(error).__name__, **said, "starved": STARVED in error.reason}
    except Exception as error:  # noqa: BLE001
        # The system says it by its own error where it is no object of Python's that has no room.
        if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
            return {"error": "UnreadableDocument", "reason": STARVED, "starved": True}
        # Whatever else a hostile file raises is its own failure, and nobody else's; but where
        # memory ran out, anything can be raised.
        said = {"reason": f"reading it fails: {error!r}", "starved": True}
        return {"error": "MalformedDocument", **said}


def _digest(path: Path) -> str | None:
    try:
        return hashing.of_file(path) if path.is_file() else None
    except (OSError, ValueError):
        # Reading it says what is wrong with it.
        return None
