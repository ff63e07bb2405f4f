"""What a batch writes for each document, and what it says at its end.

Knows nothing about files, models or how documents are read.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from slmtasks.results import Coverage, Evidence, Result, Usage
from slmtasks.schema.shapes import ITEMS

Status = Literal["ok", "partial", "failed"]

# Valid in JSON, but many a reader of lines ends a line here.
_BREAKS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Failure(_Frozen):
    """Why a document has no answer: the error's type, its sentence, the page where known."""

    type: str
    message: str
    page: int | None = None


class Record(_Frozen):
    """What a batch writes for one document.

    `id` is the path as given. `status` is "ok", "partial" where some of the document was
    not read (`coverage` says what), or "failed", with an `error` in place of a `value`.
    `value` is an extraction's value, or the fields of any other result. The digests are
    SHA-256 in hex: of the document's content (None where it could not be read at all) and
    of all that the answer depends on beside it. `seconds` count reading and answering.
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
        """The record as one line of JSON in UTF-8, its newline included."""
        text = json.dumps(
            self.model_dump(mode="json"), ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        return text.translate(_BREAKS).encode() + b"\n"


def answered(result: Result) -> dict[str, Any]:
    """The fields of a record that a result gives."""
    fields = result.model_dump(mode="json")
    carried = {name: fields.pop(name) for name in Result.model_fields}
    evidence = fields.pop("evidence", {})
    inferred = fields.pop("inferred", ())
    confidence = fields.pop("confidence", {})
    # An extraction holds its answer in one field; the others are their answer.
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
    """The fields of a record that an error gives."""
    page = getattr(error, "page", None)
    said = str(error) or type(error).__name__
    return {
        "status": "failed",
        "error": Failure(type=type(error).__name__, message=speakable(said), page=page),
    }


def speakable(text: str) -> str:
    r"""A text that UTF-8 can hold: half a surrogate pair becomes its escape, as \udcff."""
    return text.encode("utf-8", "backslashreplace").decode()


class Counts(_Frozen):
    """How many records there are of each status."""

    ok: int = 0
    partial: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.ok + self.partial + self.failed

    def plus(self, status: Status) -> Counts:
        """The counts with one more of `status`."""
        return self.model_copy(update={status: getattr(self, status) + 1})


class BatchReport(_Frozen):
    """How a batch went: `inputs` are `done` now, or were done `before`, or are `left`.

    `ended` says why it stopped: "complete", "stopped" by Ctrl-C or SIGTERM, or
    "fail-fast". Of those left, `known` have a record by their name. `usage` and `seconds` are
    of this run, and `slowest` names its ten slowest documents with their seconds. `aside` is
    where an output that stood in the way was put.
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
        """Inputs that were not reached; the same command goes on with them."""
        return self.inputs - self.done.total - self.before.total

    @property
    def documents_per_hour(self) -> float:
        """The pace of this run; 0 where nothing was done."""
        return 3600 * self.done.total / self.seconds if self.seconds and self.done.total else 0.0

    @property
    def all_ok(self) -> bool:
        """Whether every input has a record, and each is "ok"."""
        return self.done.ok + self.before.ok == self.inputs

    @property
    def seconds_left(self) -> float | None:
        """How long the inputs without a record take at this pace; None before there is one."""
        if not self.done.total:
            return None
        return max(self.left - self.known, 0) * self.seconds / self.done.total
