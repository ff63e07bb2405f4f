"""A task without a model, where records are the point; and a reader that breaks on request."""

from __future__ import annotations

import errno
import mmap
import os
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel

import slmtasks as slm
from slmtasks.documents import sandbox, sandbox_worker

MODEL: Any = SimpleNamespace(
    name="staged", folder=Path(slm.__file__).parent / "tasks", context=4096
)
"""All that a batch itself asks of a model."""


class Seen(BaseModel):
    text: str


def see(document: slm.Document, *, model: Any, pause: float = 0.0) -> slm.Extraction[Seen]:
    """The document's own text; RAISE raises in it, PARTIAL leaves a page out."""
    time.sleep(pause)
    if "RAISE" in document.text:
        raise KeyError("raised in the task")
    missing = (slm.SkippedPart(reason="left out", page=2),) if "PARTIAL" in document.text else ()
    size = len(document.text)
    return slm.Extraction[Seen](
        value=Seen(text=document.text),
        evidence={"text": [slm.Evidence(page=1, start=0, end=size, quote=document.text)]},
        warnings=(),
        usage=slm.Usage(prompt_tokens=size),
        coverage=slm.Coverage(characters=size, read=size, pages=1, chunks=1, missing=missing),
        model=model.name,
        prompt_version="see/1",
    )


def task(pause: float = 0.0, settings: str = "see/1") -> Any:
    """`see`, bound."""
    return slm.bind(partial(see, pause=pause), settings)


def batch(inputs: Any, out: Path, **options: Any) -> slm.BatchReport:
    """A batch of it."""
    return slm.batch(inputs, options.pop("task", task()), out=out, model=MODEL, **options)


def texts(count: int) -> list[tuple[str, str]]:
    """That many sources with their names."""
    return [(f"{n:04}", f"document {n}") for n in range(count)]


def steady(records: list[slm.Record]) -> dict[str, slm.Record]:
    """Records by their names, without what differs from run to run; each name once.

    How wide a pass is follows from what passes cost, and the last digits of a confidence
    from the width.
    """
    alike = {
        record.id: record.model_copy(
            update={
                "confidence": dict.fromkeys(record.confidence, 0.0),
                "seconds": 0.0,
                "usage": record.usage.model_copy(update={"seconds": 0.0, "cached_tokens": 0}),
            }
        )
        for record in records
    }
    assert len(alike) == len(records)
    return alike


def written(out: Path) -> list[slm.Record]:
    """The records of a file, each line of which must be one."""
    data = out.read_bytes()
    assert data.endswith(b"\n") or not data
    return [slm.Record.model_validate_json(line) for line in data.split(b"\n")[:-1]]


START = "import sys; sys.path[:] = sys.argv[3:]; import staged; main = staged.broken; "


def breaking(monkeypatch: Any) -> None:
    """Have the reading process break where a file asks for it."""
    monkeypatch.setattr(sandbox, "_START", START)


def broken(seconds: float, memory: int) -> None:
    """The reading process, which does to itself what a file says."""
    sandbox_worker.read = _read  # type: ignore[assignment]
    if os.environ.get("STAGED_UNLIMITED"):
        sandbox_worker._limit = lambda memory: None
    sandbox_worker.main(seconds, memory)


_kept: list[Any] = []


def _read(path: Path, **how: Any) -> slm.Document:
    said = path.read_text(encoding="utf-8")
    if "DIE" in said:
        os._exit(7)
    if "ONCE" in said and not (mark := path.with_suffix(".died")).exists():
        mark.touch()
        os._exit(7)
    if "HANG" in said:
        time.sleep(600)
    if "LEAK" in said:
        # Addresses alone, so that the process does not look larger to the other side.
        with suppress(OSError, MemoryError):
            _kept.extend(mmap.mmap(-1, 8 << 20) for _ in range(32))
    if "LARGE" in said:
        bytes(100 << 20)
    if "ROOM" in said:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
    if "EAT" in said:
        eaten = []
        while True:
            eaten.append(b"x" * (16 << 20))
    return slm.read(path, **how)
