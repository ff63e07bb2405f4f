"""Compare the fields of an extraction with their gold, one value at a time.

A value is exact if it and the gold are the same text apart from case and white space (OCR
puts white space anywhere), or if both are read as the same number or date. Items of lists
are compared in order. Token F1 is over words, as for question answering (SQuAD).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from itertools import groupby
from typing import Any

from pydantic import BaseModel

from slmtasks.documents.document import Document
from slmtasks.documents.passages import Passage
from slmtasks.evaluation.cases import ExtractCase
from slmtasks.evaluation.scores import FieldScores, Share
from slmtasks.grammar.candidates import Source
from slmtasks.results import Evidence, Extraction
from slmtasks.schema.from_pydantic import describe
from slmtasks.schema.nodes import Array, Choice, Date, Node, Number, Object
from slmtasks.values.dates import find_dates
from slmtasks.values.numbers import find_numbers
from slmtasks.values.spans import ValueSpan

PRECISIONS = (0.95, 0.98, 0.99)
"""The minimum shares of right values among those that nobody checks."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Judged:
    """One value of a gold, or an item beyond it (`extra`), and the value given for it.

    `field` is its name without list indices. `overlaps` is None if the gold's place is
    unknown; `stands` says whether the document holds the gold at all. `failed` is true if
    there was no answer.
    """

    path: str
    field: str
    gold: Any
    given: str | None
    exact: bool = False
    f1: float = 0.0
    overlaps: bool | None = None
    stands: bool = False
    extra: bool = False
    failed: bool = False
    confidence: float | None = None

    @property
    def right(self) -> bool:
        """Whether the value equals the gold, or is null if the gold is null."""
        return self.exact if self.gold is not None else self.given is None


def folded(text: str) -> str:
    """Remove white space and fold case."""
    return "".join(text.split()).casefold()


def token_f1(given: str, gold: str) -> float:
    """Return the harmonic mean of precision and recall of the words, ignoring case."""
    ours, theirs = (Counter(_WORD.findall(text.casefold())) for text in (given, gold))
    shared = (ours & theirs).total()
    return 2 * shared / (ours.total() + theirs.total()) if shared else 0.0


def overlap(places: Iterable[Evidence], spans: Sequence[tuple[int, int]]) -> bool:
    """Whether any of the places shares a character with any of the spans."""
    return any(place.start < end and start < place.end for place in places for start, end in spans)


def standing(text: str, document: str) -> list[tuple[int, int]]:
    """Find a text in a document as whole words, ignoring case and the kind of white space."""
    spaced = r"\s+".join(map(re.escape, text.split()))
    whole = re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)
    return [match.span() for match in whole.finditer(document)]


def judge(
    case: ExtractCase, result: Extraction[Any] | None, document: Document | None
) -> list[Judged]:
    """Judge the result, None without an answer, by each value of the case's gold."""
    judge = _Judge(case, result, document)
    value = result.value if result else None
    return list(judge.walk(describe(case.shape), case.gold, value, "", ""))


class _Judge:
    def __init__(
        self, case: ExtractCase, result: Extraction[Any] | None, document: Document | None
    ) -> None:
        self.known = case.evidence
        self.evidence = result.evidence if result else {}
        self.confidence = result.confidence if result else {}
        self.failed = result is None
        self.source = Source(Passage.whole(document)) if document else None
        self.folded = folded(document.text) if document else ""

    def walk(self, node: Node, gold: Any, given: Any, path: str, field: str) -> Iterator[Judged]:
        if gold is None or gold == []:
            text, sure = self._text(path, given), self.confidence.get(path)
            yield Judged(path, field, None, text, failed=self.failed, confidence=sure)
            return
        match node:
            case Object(members=members):
                for member in members:
                    if member.name in gold:
                        below = getattr(given, member.name, None)
                        yield from self.walk(
                            member.node,
                            gold[member.name],
                            below,
                            f"{path}.{member.name}" if path else member.name,
                            f"{field}.{member.name}" if field else member.name,
                        )
            case Array(item=item):
                items = given if isinstance(given, list) else []
                for index, wanted in enumerate(gold):
                    below = items[index] if index < len(items) else None
                    yield from self.walk(item, wanted, below, f"{path}[{index}]", field)
                for index in range(len(gold), len(items)):
                    where = f"{path}[{index}]"
                    text, sure = self._text(where, items[index]), self.confidence.get(where)
                    yield Judged(where, field, None, text, extra=True, confidence=sure)
            case _:
                yield self._leaf(node, gold, given, path, field)

    def _leaf(self, node: Node, gold: Any, given: Any, path: str, field: str) -> Judged:
        text = self._text(path, given)
        wanted = str(gold)
        meant = self._meant(node, gold)
        exact = text is not None and (folded(text) == folded(wanted) or _value(given) in meant)
        return Judged(
            path,
            field,
            gold,
            text,
            exact,
            1.0 if exact else token_f1(text or "", wanted),
            self._overlaps(node, wanted, meant, path),
            self._stands(node, wanted, meant),
            failed=self.failed,
            confidence=self.confidence.get(path),
        )

    def _text(self, path: str, given: Any) -> str | None:
        """Return the text that was copied, else the value as text; None if nothing was given."""
        if _blank(given):
            return None
        places = self.evidence.get(path)
        return places[0].quote if places else str(_plain(given))

    def _meant(self, node: Node, gold: Any) -> set[Any]:
        """Return the numbers or dates that a gold can mean by the document's convention."""
        if not isinstance(node, Number | Date):
            return set()
        if isinstance(node, Number) and not isinstance(gold, str):
            return {Decimal(str(gold))}
        text = str(gold)
        if same := {one.value for one in self._found(node) if folded(one.quote) == folded(text)}:
            return same
        if isinstance(node, Number):
            alone: Sequence[Any] = find_numbers(text)
        else:
            day_first = self.source.passage.document.day_first if self.source else None
            alone = find_dates(text, day_first=day_first, time=node.time)
        return {alone[0].value} if alone else set()

    def _found(self, node: Node) -> Sequence[ValueSpan[Any]]:
        """Return the document's numbers or dates, if the field is one."""
        match node:
            case Number() if self.source:
                return self.source.found_numbers
            case Date(time=time) if self.source:
                return self.source.found_dates(time)
        return ()

    def _overlaps(self, node: Node, wanted: str, meant: set[Any], path: str) -> bool | None:
        places = self.known.get(path) or self._places(node, wanted, meant)
        return overlap(self.evidence.get(path, []), places) if places else None

    def _places(self, node: Node, wanted: str, meant: set[Any]) -> list[tuple[int, int]]:
        """Find a gold in the document: as text, or as the same number or date."""
        if self.source is None:
            return []
        same = [(one.start, one.end) for one in self._found(node) if one.value in meant]
        return standing(wanted, self.source.passage.raw) + same

    def _stands(self, node: Node, wanted: str, meant: set[Any]) -> bool:
        if isinstance(node, Choice):
            return True
        same = any(one.value in meant for one in self._found(node))
        return same or folded(wanted) in self.folded


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _value(given: Any) -> Any:
    """Convert a number to an exact one, so that 9.0 and 9.00 are equal."""
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal | date):
        return None
    return given if isinstance(given, date) else Decimal(str(given))


def _blank(given: Any) -> bool:
    if isinstance(given, BaseModel):
        return all(_blank(value) for _, value in given)
    return given is None or given == []


def scores(judged: Iterable[Judged]) -> dict[str, FieldScores]:
    """Return the scores of all fields together, under "all", and of each field in order."""
    by_field: dict[str, list[Judged]] = {"all": []}
    for one in judged:
        by_field["all"].append(one)
        by_field.setdefault(one.field, []).append(one)
    return {field: _scores(found) for field, found in by_field.items()}


def _scores(judged: list[Judged]) -> FieldScores:
    values = [one for one in judged if one.gold is not None]
    absent = [one for one in judged if one.gold is None and not one.extra]
    located = [one for one in values if one.overlaps is not None]
    return FieldScores(
        exact=_share(values, [one.exact for one in values]),
        f1=sum(one.f1 for one in values) / len(values) if values else None,
        missed=_share(values, [one.given is None and not one.failed for one in values]),
        null=_share(absent, [one.given is None and not one.failed for one in absent]),
        hallucinated=_share(absent, [one.given is not None for one in absent]),
        evidence=_share(located, [bool(one.overlaps) for one in located]),
        reachable=_share(values, [one.stands for one in values]),
        extra=sum(one.extra for one in judged),
        review={f"{precision:.0%}": _sent(judged, precision) for precision in PRECISIONS},
    )


def _sent(judged: list[Judged], precision: float) -> Share:
    """Count the values that a person has to check for the rest to reach a precision."""
    rated = [(one.confidence, one.right) for one in judged if one.confidence is not None]
    kept = seen = right = 0
    for _, tied in groupby(sorted(rated, reverse=True), key=lambda value: value[0]):
        for _, hit in tied:
            seen, right = seen + 1, right + hit
        # A threshold keeps all values with the same confidence, or none.
        if right >= precision * seen:
            kept = seen
    return Share(hits=len(rated) - kept, of=len(rated))


def _share(of: list[Judged], hits: list[bool]) -> Share:
    return Share(hits=sum(hits), of=len(of))
