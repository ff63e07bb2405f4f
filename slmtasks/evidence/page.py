"""Write a page for reviewing answers: each value next to the text, its evidence marked.

The page is one file that loads nothing. The content of documents is embedded as JSON,
escaped so that no text ends its script, and the content policy allows only the page's own
style and script. The style, the script and the page around them are files in `evidence/`.

Records are read as JSON, as `batch` or `extract --json` writes them: this module knows no
task, no model and no schema.
"""

from __future__ import annotations

import codecs
import hashlib
import html
import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

from slmtasks import hashing
from slmtasks.documents import encodings
from slmtasks.documents.document import Document
from slmtasks.documents.limits import Limits
from slmtasks.documents.read import read
from slmtasks.errors import DocumentError, MalformedDocument
from slmtasks.evidence.highlight import Place, pages
from slmtasks.results import SkippedPart

__all__ = ["evidence_page"]

_CHANGED = "The file has changed since it was read; these are the quotes alone."
DOUBTED = 0.5
"""A value with a lower confidence is shown as unsure."""

_TITLE = b"<title>Evidence: "
"""Every page contains this near its beginning."""

_STATES = ("ok", "partial", "failed")
_PARTS = {"style": "style.css", "script": "script.js"}


def evidence_page(
    run: str | Path,
    out: str | Path,
    *,
    folder: str | Path = ".",
    password: str | None = None,
    limits: Limits = Limits(),  # noqa: B008 (frozen)
) -> int:
    """Write the page of a run's records, and return the number of documents that it lists.

    `run` is the JSONL that `batch` or `extract --json` wrote. The texts are read again from
    the documents, whose paths are relative to `folder`; if a file is missing or has changed
    since, the page says so and shows only the quotes. Raises DocumentError if `run` cannot be
    read, MalformedDocument if it holds no records, ValueError if `out` exists and is not such
    a page, and OSError if it cannot be written.
    """
    _check(Path(out))
    entries, documents = [], []
    for number, record in enumerate(_latest(_records(Path(run)))):
        entry, shown = _shown(record, Path(folder), password, limits)
        entries.append(entry)
        documents.append(
            f'<script type="application/json" id="document-{number}">{_json(shown)}</script>'
        )
    home = resources.files("slmtasks") / "evidence"
    parts = {name: (home / file).read_text("utf-8") for name, file in _PARTS.items()}
    page = Template((home / "page.html").read_text("utf-8")).substitute(
        parts,
        title=html.escape(Path(run).name),
        style_hash=_hash(parts["style"]),
        script_hash=_hash(parts["script"]),
        index=_json(entries),
        documents="\n".join(documents),
    )
    # A lone surrogate, which UTF-8 cannot encode, becomes a question mark.
    Path(out).write_text(page, encoding="utf-8", errors="replace", newline="\n")
    return len(entries)


def _check(out: Path) -> None:
    """Raise ValueError if a file other than such a page would be overwritten."""
    if not out.is_file():
        return
    with out.open("rb") as file:
        head = file.read(1000)
    if head and _TITLE not in head:
        raise ValueError(f"{out} is no evidence page and would be lost; give another name")


def _hash(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(value: Any) -> str:
    """Return JSON that is safe in a script element: nothing in it can end or nest that."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _records(run: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a run; skip a last line that an interruption left incomplete."""
    try:
        data = run.read_bytes()
    except OSError as error:
        raise DocumentError(f"the run cannot be read: {error}", name=run.name) from error
    if b"\0" in data:
        # UTF-16, as some shells save a command's output: JSON itself holds no NUL.
        data = encodings.decode(data, name=run.name).encode()
    found, lines = 0, data.removeprefix(codecs.BOM_UTF8).split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError:
            record = None
            if number == len(lines):
                continue
        if not isinstance(record, dict) or not {"status", "value", "error"} & set(record):
            raise MalformedDocument(
                f"line {number} is no record; give what batch or extract --json wrote",
                name=run.name,
            )
        found += 1
        yield record
    if not found:
        raise MalformedDocument("it holds no records", name=run.name)


def _latest(records: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the last record of each document and settings, in order of the first ones."""
    latest: dict[str, dict[str, Any]] = {}
    for number, record in enumerate(records):
        # Lines of `extract --json` have no id; all of them are kept.
        key = [record["id"], record.get("settings_digest")] if "id" in record else number
        latest[json.dumps(key)] = record
    return list(latest.values())


def _shown(
    record: dict[str, Any], folder: Path, password: str | None, limits: Limits
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a record's entry in the list, and its details when it is opened."""
    name = str(record.get("id") or record.get("source") or "(no name)")
    rows, places = _rows(record)
    status = record.get("status") or _status(record)
    entry = {
        "id": name,
        "status": status if status in _STATES else "failed",
        "values": sum(bool(row[1]) for row in rows),
        "unsure": len(_doubts(record)),
    }
    shown: dict[str, Any] = {"rows": rows, "notes": _notes(record), "state": _state(record)}
    if record.get("error") and not rows:
        return entry, {**shown, "gone": "It gave no values."}
    text = _source(record, folder / name, places, password, limits)
    if isinstance(text, str):
        return entry, {**shown, "gone": text}
    return entry, {**shown, "pages": list(pages(text, places))}


def _rows(record: dict[str, Any]) -> tuple[list[Any], list[Place]]:
    """Return one row per field (path, value, remark, pages and quotes), and all places in order."""
    evidence, inferred = record.get("evidence") or {}, record.get("inferred") or ()
    rows: list[Any] = []
    places: list[Place] = []
    for path, value in _flat(record.get("value")):
        found = [place for place in evidence.get(path, ()) if _is_place(place)]
        for place in found:
            places.append(Place(len(places), place["start"], place["end"], place["quote"]))
        remark = "inferred" if path in inferred else "absent" if value is None else ""
        where = [[place["page"], place["quote"]] for place in found]
        rows.append([path, _plain(value), remark, where])
    return rows, places


def _notes(record: dict[str, Any]) -> list[list[str]]:
    """Return the notes on a document, each with the status that it indicates."""
    error = record.get("error")
    said = error.get("message") if isinstance(error, dict) else error
    missing = (record.get("coverage") or {}).get("missing") or ()
    return [
        *([["failed", _plain(said)]] if error else []),
        *(["partial", _missed(one)] for one in missing),
        *(["unsure", doubt] for doubt in _doubts(record)),
    ]


def _doubts(record: dict[str, Any]) -> list[str]:
    """Return the warnings, except those of missing pages, and the fields of unsure values."""
    chances = record.get("confidence") or {}
    low = (
        f"{path}: the model was {chance:.0%} sure of it"
        for path, chance in chances.items()
        if isinstance(chance, int | float) and chance < DOUBTED
    )
    missing = (record.get("coverage") or {}).get("missing") or ()
    skipped = {_plain(_part(one).warning) for one in missing}
    warnings = map(_plain, record.get("warnings") or ())
    return [*(warning for warning in warnings if warning not in skipped), *low]


def _part(fields: dict[str, Any]) -> SkippedPart:
    """Return a skipped part as a record of any program holds it, unchecked."""
    known = {name: fields.get(name) for name in SkippedPart.model_fields}
    return SkippedPart.model_construct(**known)


def _status(record: dict[str, Any]) -> str:
    """Derive the status of a record without one, as `extract --json` writes it."""
    if record.get("error"):
        return "failed"
    return "partial" if (record.get("coverage") or {}).get("missing") else "ok"


def _is_place(place: Any) -> bool:
    kinds = {"page": int, "start": int, "end": int, "quote": str}
    return isinstance(place, dict) and all(isinstance(place.get(n), k) for n, k in kinds.items())


def _state(record: dict[str, Any]) -> str:
    usage = record.get("usage") or {}
    written, seconds = usage.get("generated_tokens"), usage.get("seconds")
    model = record.get("model") or ""
    if not model or written is None or seconds is None:
        return str(model)
    tokens = usage.get("prompt_tokens", 0)
    return f"{model}: {tokens} tokens read, {written} written, {seconds:.2f} s"


def _missed(one: dict[str, Any]) -> str:
    page = one.get("page")
    where = f"page {page}" if page is not None else f"text {one.get('start')} to {one.get('end')}"
    return f"not read, {where}: {one.get('reason', '')}"


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the fields of a value with their paths, the keys of evidence: lines[0].amount."""
    if isinstance(value, dict) and value:
        for name, one in value.items():
            yield from _flat(one, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and value:
        for number, one in enumerate(value):
            yield from _flat(one, f"{path}[{number}]")
    elif path:
        yield path, value


def _plain(value: Any) -> str:
    if value is None or value in ([], {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _source(
    record: dict[str, Any],
    path: Path,
    places: Sequence[Place],
    password: str | None,
    limits: Limits,
) -> Document | str:
    """Return the document of a record, or a sentence that says why it cannot be shown."""
    digest = record.get("input_digest")
    try:
        if digest and hashing.of_file(path) != digest:
            return _CHANGED
        document = read(path, password=password, limits=limits)
    except (OSError, ValueError, DocumentError) as error:
        return f"The file cannot be read again ({error}); these are the quotes alone."
    if any(document.text[one.start : one.end] != one.quote for one in places):
        return _CHANGED
    return document
