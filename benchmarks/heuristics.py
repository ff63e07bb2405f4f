"""The floor under a receipt's scores: what no model is needed for."""

from __future__ import annotations

from slmtasks.documents.document import Document
from slmtasks.evaluation.cases import Case, ExtractCase
from slmtasks.results import Coverage, Evidence, Extraction, Usage
from slmtasks.values.dates import find_dates
from slmtasks.values.numbers import find_numbers


def spans(document: Document) -> dict[str, tuple[int, int]]:
    """First line, first date, lines two and three, largest amount with decimals."""
    text = document.text
    lines: list[tuple[int, int]] = []
    start = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            lines.append((start, start + len(line.rstrip())))
        start += len(line)
    found = {"company": lines[0]}
    if len(lines) > 1:
        found["address"] = (lines[1][0], lines[min(2, len(lines) - 1)][1])
    if first := find_dates(text, day_first=document.day_first):
        found["date"] = (first[0].start, first[0].end)
    if amounts := [one for one in find_numbers(text) if "." in one.quote]:
        largest = max(amounts, key=lambda one: one.value)
        found["total"] = (largest.start, largest.end)
    return found


def answer(case: Case, document: Document | None) -> Extraction[object]:
    """What the heuristics give for a receipt, in the form of a model's answer."""
    if not isinstance(case, ExtractCase) or document is None:
        raise TypeError("the heuristics read receipts")
    quotes = {name: document.text[slice(*span)] for name, span in spans(document).items()}
    values = {name: quotes.get(name) for name in case.shape.model_fields}
    return Extraction[object](
        value=case.shape.model_construct(**values),
        evidence={
            name: [Evidence(page=1, start=start, end=end, quote=quotes[name])]
            for name, (start, end) in spans(document).items()
        },
        warnings=(),
        usage=Usage(),
        coverage=Coverage(
            characters=len(document.text), read=len(document.text), pages=1, chunks=1
        ),
        model="heuristics",
        prompt_version="",
    )
