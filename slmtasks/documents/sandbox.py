"""Reads documents in a separate process, within limits of time and memory.

Knows nothing about records, journals or models.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import psutil

from slmtasks import errors
from slmtasks.documents import sandbox_worker
from slmtasks.documents.document import Document
from slmtasks.documents.limits import Limits
from slmtasks.errors import BatchError, DocumentError
from slmtasks.options import DecimalMark

TICK = 0.1
"""Seconds between two checks of the process."""

_START = (
    "import sys; sys.path[:] = sys.argv[3:]; from slmtasks.documents.sandbox_worker import main; "
)
_CLOSED = "the reading process was closed"
_CALL = "main(float(sys.argv[1]), int(sys.argv[2]))"


@dataclass(frozen=True)
class ReadOptions:
    """How documents are read: what `read` takes, and how often it is tried.

    One that takes more than its `limits`, of which `memory_bytes` is what it may add to a
    fresh process, or that ends the process, is tried `tries` times in all, then left out.
    """

    password: str | None = None
    day_first: bool | None = None
    decimal: DecimalMark | None = None
    limits: Limits = field(default_factory=Limits)
    tries: int = 2

    def __post_init__(self) -> None:
        if self.tries <= 0:
            raise ValueError(f"tries is {self.tries}; give more than 0")


class ReaderDied(Exception):
    """A document ended the process that read it; the message says how."""


class Reader:
    """Reads files in a process that is replaced when a file breaks it.

    One thread at a time may use it; any thread may call `close`.
    """

    def __init__(self, reading: ReadOptions) -> None:
        self._reading = reading
        self._child: _Child | None = None
        self._closed = False
        self._lock = threading.Lock()

    def digest(self, path: Path) -> str | None:
        """The digest of a file's content, None where it cannot be read; raises ReaderDied."""
        found: str | None = self._ask({"what": "digest", "path": str(path)}).get("digest")
        return found

    def read(self, path: Path) -> Document:
        """The document of a file; raises DocumentError or ReaderDied."""
        how = {
            "password": self._reading.password,
            "day_first": self._reading.day_first,
            "decimal": self._reading.decimal,
            "limits": asdict(self._reading.limits),
        }
        answer = self._ask({"what": "read", "path": str(path), **how})
        if "document" in answer:
            return sandbox_worker.unpacked(answer["document"])
        kind = cast(type[DocumentError], getattr(errors, answer["error"]))
        raise kind(answer["reason"], name=answer.get("name", path.name), page=answer.get("page"))

    def close(self) -> None:
        """End the process, whatever it is doing."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.end()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        answer, alone = self._answer(request)
        if answer.get("out_of_memory") and not alone:
            # Earlier documents may have used up the memory, which is not this one's fault.
            answer, _ = self._answer(request)
        return answer

    def _answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """The answer, and whether it was the first of its process."""
        with self._lock:
            if self._closed:
                raise BatchError(_CLOSED)
            if self._child is None:
                self._child = _Child(self._reading)
            child = self._child
        alone = child.unused
        try:
            answer = child.ask(request)
        except ReaderDied:
            self._child = None
            if self._closed:
                raise BatchError(_CLOSED) from None
            raise
        if answer.get("out_of_memory") or child.swollen:
            # The next document gets the whole limit.
            child.end()
            self._child = None
        return answer, alone


class _Child:
    """One reading process, and the thread that watches its time and memory."""

    def __init__(self, reading: ReadOptions) -> None:
        self._reading = reading
        self._busy_since: float | None = None
        self._verdict = ""
        # The process ends itself a little after the watching thread should have ended it.
        limits = [str(reading.limits.seconds + 2), str(reading.limits.memory_bytes)]
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", _START + _CALL, *limits, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            # glibc reserves 64 MiB of addresses for each thread, which would count as used.
            env={**os.environ, "MALLOC_ARENA_MAX": "1"},
        )
        self._requests = cast(BinaryIO, self._process.stdin)
        self._answers = cast(BinaryIO, self._process.stdout)
        self._figures = psutil.Process(self._process.pid)
        self._fresh: int | None = None
        self.unused = True
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def swollen(self) -> bool:
        """Whether it still holds much of the memory that a document took."""
        return self._grown() > self._reading.limits.memory_bytes // 2

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request; raises ReaderDied where there is none."""
        if self._fresh is None:
            self._begin()
        self.unused = False
        self._busy_since = time.monotonic()
        try:
            sandbox_worker.send(self._requests, request)
            answer = sandbox_worker.receive(self._answers)
        except OSError:
            answer = None
        self._busy_since = None
        if answer is None:
            code = self._process.wait()
            self.end()
            raise ReaderDied(self._verdict or f"reading it ended the process (exit code {code})")
        return answer

    def end(self) -> None:
        """End the process now."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._requests, self._answers):
            with contextlib.suppress(OSError):
                pipe.close()

    def _begin(self) -> None:
        """Wait until it has started: a failure here is not a document's."""
        if sandbox_worker.receive(self._answers) is None:
            self.end()
            raise BatchError(
                "the process that reads documents does not start; "
                f'{sys.executable} -c "import slmtasks.documents.sandbox_worker" shows why'
            )
        self._fresh = self._memory()

    def _grown(self) -> int:
        """The bytes that it has gained since it had read nothing."""
        return 0 if self._fresh is None else self._memory() - self._fresh

    def _memory(self) -> int:
        try:
            return int(self._figures.memory_info().rss)
        except psutil.Error:
            return 0

    def _watch(self) -> None:
        limits = self._reading.limits
        while self._process.poll() is None:
            since = self._busy_since
            if since is not None and time.monotonic() - since > limits.seconds:
                self._verdict = f"reading it took more than {limits.seconds:g} s"
                self._process.kill()
            elif self._grown() > limits.memory_bytes:
                most = limits.memory_bytes >> 20
                self._verdict = f"reading it needed more than {most} MiB of memory"
                self._process.kill()
            time.sleep(TICK)
