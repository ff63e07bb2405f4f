"""Read the documents of a batch ahead of the model, and skip those already done.

A document that crashes the process that reads it is tried again, then skipped; the number
of crashes is kept from one run to the next.
"""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from slmtasks import hashing
from slmtasks.batching.inputs import Input, Source
from slmtasks.batching.journal import Journal
from slmtasks.batching.records import Status
from slmtasks.documents.document import Document
from slmtasks.documents.read import read
from slmtasks.documents.sandbox import Reader, ReaderDied, ReadOptions
from slmtasks.engine.sources import refuse_file_name
from slmtasks.errors import BatchError, UnreadableDocument

T = TypeVar("T")

AHEAD = 4
"""The number of documents that are read before the model asks for them."""

Key = tuple[str, str | None]
"""The identity of a document: its id and the digest of its content."""


@dataclass(frozen=True)
class ReadDocument:
    """One document of a batch: `known` from its record, read, or with an error."""

    id: str
    digest: str | None
    known: Status | None = None
    document: Document | None = None
    error: Exception | None = None
    seconds: float = 0.0


class CrashLog:
    """How often each document crashed the process that read it, in this run and before.

    Kept in the file `path`, created at the first crash, or only in memory if it is None.
    With `forget`, crashes in earlier runs do not count.
    """

    def __init__(self, path: Path | None = None, *, forget: bool = False) -> None:
        self._path = path
        self._counts: Counter[Key] = Counter()
        if path is not None and path.exists() and not forget:
            with Journal(path) as journal:
                for line in journal.lines():
                    entry = json.loads(line)
                    self._counts[entry["id"], entry["input_digest"]] += 1

    def of(self, key: Key) -> int:
        """Return the number of crashes of a document."""
        return self._counts[key]

    def add(self, key: Key, how: str) -> None:
        """Record a crash."""
        self._counts[key] += 1
        if self._path is not None:
            entry = {"id": key[0], "input_digest": key[1], "reason": how}
            with Journal(self._path) as journal:
                journal.append(json.dumps(entry, separators=(",", ":")).encode() + b"\n")


class Opener:
    """Opens documents one after another, except those that are `done`."""

    def __init__(self, reading: ReadOptions, done: Mapping[Key, Status], crashes: CrashLog) -> None:
        self._reading = reading
        self._done = done
        self._crashes = crashes
        self._reader = Reader(reading)

    def close(self) -> None:
        """End the reading process; may be called from another thread."""
        self._reader.close()

    def open(self, given: Input) -> ReadDocument:
        """Return the document, or the reason why there is none; raises only BatchError."""
        begun = time.perf_counter()
        known: Status | None = None
        document: Document | None = None
        failure: Exception | None = None
        digest: str | None = None
        try:
            digest = self._tried((given.id, None), partial(self._digest, given.source))
            known = self._done.get((given.id, digest))
            if known is None:
                document = self._tried((given.id, digest), partial(self._document, given))
        except BatchError:
            raise
        except Exception as error:  # noqa: BLE001
            # The record of a document reports whatever is wrong with it.
            failure = error
            known = self._done.get((given.id, digest))
        seconds = time.perf_counter() - begun
        return ReadDocument(given.id, digest, known, document, failure, seconds)

    def _tried(self, key: Key, call: Callable[[], T]) -> T:
        """Return the result of a call, retried a few times if it crashes the process."""
        how = "reading it ended the process in an earlier run"
        while self._crashes.of(key) < self._reading.tries:
            try:
                return call()
            except ReaderDied as crash:
                how = str(crash)
                self._crashes.add(key, how)
        raise UnreadableDocument(
            f"{how}, and it was tried {self._crashes.of(key)} times; raise the limit if the file "
            "is to be trusted, or leave it out",
            name=key[0],
        )

    def _digest(self, source: Source) -> str | None:
        match source:
            case Path():
                return self._reader.digest(source)
            case Document():
                return hashing.of_value(asdict(source))
        return hashing.of_text(source)

    def _document(self, given: Input) -> Document:
        match given.source:
            case Path():
                return self._reader.read(given.source)
            case Document():
                return given.source
        refuse_file_name(given.source)
        how = self._reading
        return read(given.source, name=given.id, day_first=how.day_first, decimal=how.decimal)


def read_ahead(opener: Opener, inputs: Iterable[Input]) -> Generator[ReadDocument]:
    """Yield the documents in order, reading ahead while the caller works; close the opener."""
    pool = ThreadPoolExecutor(1)
    waiting: deque[Future[ReadDocument]] = deque()
    try:
        for given in inputs:
            waiting.append(pool.submit(opener.open, given))
            if len(waiting) > AHEAD:
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())
    finally:
        opener.close()
        pool.shutdown(cancel_futures=True)


def _result(future: Future[ReadDocument]) -> ReadDocument:
    while True:
        # On Windows nothing, not even Ctrl-C, interrupts a wait without a timeout.
        with suppress(NotYet):
            return future.result(timeout=0.2)
