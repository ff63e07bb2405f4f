"""The records that a batch writes for its documents, and its final report.

Knows nothing about files, models or how documents are read.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from slmtasks.results import Coverage, Evidence, Result, Usage
from slmtasks.schema.shapes import ITEMS

Status = Literal["ok", "partial", "failed"]

# Valid in JSON, but many line readers end a line here.
_BREAKS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Failure(_Frozen):
    """Why a document has no answer: the error's type, its message, and the page if known."""

    type: str
    message: str
    page: int | None = None


class Record(_Frozen):
    """The record that a batch writes for one document.

    `id` is the path as given. `status` is "ok", "partial" if some of the document was not
    read (`coverage` lists it), or "failed", with an `error` instead of a `value`. `value`
    is an extraction's value, or the fields of any other result. The digests are SHA-256 in
    hex: of the document's content (None if it could not be read at all) and of everything
    else that the answer depends on. `seconds` includes reading and answering.
    """

    id: str
    status: Status
    value: dict[str, Any] | None = None
    evidence: dict[str, list[Evidence]] = {}
    inferred: tuple[str, ...] = ()
    confidence: dict[str, float] = {}
    warnings: tuple[str, ...] = ()
    error: Failure | None = None
    usage: Usage = Usage()
    coverage: Coverage | None = None
    model: str = ""
    prompt_version: str = ""
    input_digest: str | None
    settings_digest: str
    seconds: float = 0.0

    def line(self) -> bytes:
        """Return the record as one line of JSON in UTF-8, newline included."""
        text = json.dumps(
            self.model_dump(mode="json"), ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        return text.translate(_BREAKS).encode() + b"\n"


def answered(result: Result) -> dict[str, Any]:
    """Return the fields of a record from a result."""
    fields = result.model_dump(mode="json")
    carried = {name: fields.pop(name) for name in Result.model_fields}
    evidence = fields.pop("evidence", {})
    inferred = fields.pop("inferred", ())
    confidence = fields.pop("confidence", {})
    # An extraction holds its answer in one field; other results are the answer themselves.
    value = fields["value"] if set(fields) == {"value"} else fields
    value = {ITEMS: value} if isinstance(value, list) else value
    status = "ok" if result.coverage.complete else "partial"
    return {
        **carried,
        "value": value,
        "evidence": evidence,
        "inferred": inferred,
        "confidence": confidence,
        "status": status,
    }


def failed(error: BaseException) -> dict[str, Any]:
    """Return the fields of a record from an error."""
    page = getattr(error, "page", None)
    said = str(error) or type(error).__name__
    return {
        "status": "failed",
        "error": Failure(type=type(error).__name__, message=speakable(said), page=page),
    }


def speakable(text: str) -> str:
    r"""Make a text encodable in UTF-8: a lone surrogate becomes its escape, as \udcff."""
    return text.encode("utf-8", "backslashreplace").decode()


class Counts(_Frozen):
    """The number of records of each status."""

    ok: int = 0
    partial: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """The number of all records."""
        return self.ok + self.partial + self.failed

    def plus(self, status: Status) -> Counts:
        """Return the counts with one more of `status`."""
        return self.model_copy(update={status: getattr(self, status) + 1})


class BatchReport(_Frozen):
    """How a batch went: `inputs` are `done` now, or were done `before`, or are `left`.

    `ended` says why it stopped: "complete", "stopped" by Ctrl-C or SIGTERM, or
    "fail-fast". `known` counts the inputs left that have a record under their name. `usage`
    and `seconds` cover this run, and `slowest` names its ten slowest documents with their
    seconds. `aside` is the new path of an existing output that was renamed.
    """

    out: str
    settings_digest: str
    inputs: int
    done: Counts = Counts()
    before: Counts = Counts()
    known: int = 0
    ended: Literal["complete", "stopped", "fail-fast"] = "complete"
    usage: Usage = Usage()
    seconds: float = 0.0
    slowest: tuple[tuple[str, float], ...] = ()
    aside: str | None = None

    @property
    def left(self) -> int:
        """The number of inputs that were not reached; the same command continues with them."""
        return self.inputs - self.done.total - self.before.total

    @property
    def documents_per_hour(self) -> float:
        """The pace of this run; 0 if nothing was done."""
        return 3600 * self.done.total / self.seconds if self.seconds and self.done.total else 0.0

    @property
    def all_ok(self) -> bool:
        """Whether every input has a record, and each is "ok"."""
        return self.done.ok + self.before.ok == self.inputs

    @property
    def seconds_left(self) -> float | None:
        """The time for inputs without a record at this pace; None until the pace is known."""
        if not self.done.total:
            return None
        return max(self.left - self.known, 0) * self.seconds / self.done.total
