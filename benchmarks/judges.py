"""What is counted of one answer, set by set: hits and of how many, by the measure's name.

Counts of documents add up to a share, which is how F1 of sets is counted too (twice what
both have, of what each has), so that the documents can be drawn anew for an interval.
Measures that the library's `eval` has are taken from it; those of the public sets differ
where the sets do: text is compared without case and without whatever is no letter or
digit, a value in several boxes is met by any one of them, parties and items have no order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from benchmarks import cases as sets
from slmtasks.documents.document import Document
from slmtasks.evaluation import fields, rouge, slots
from slmtasks.evaluation.cases import Case, ExtractCase, ProductCase, ReplyCase, SummarizeCase
from slmtasks.results import Extraction, ProductDescription, Reply, Result
from slmtasks.values.dates import find_dates
from slmtasks.values.numbers import find_numbers

Tally = dict[str, tuple[float, float]]
"""Hits, and of how many, by measure."""

Judge = Callable[..., Tally]
"""Judges the answer (None where there is none) of a case, with the document that it read."""

Boxes = Mapping[str, Mapping[str, Sequence[str]]]


def judge_of(name: str, found: Iterable[Case], data: Path) -> Judge:
    """The judge of a set, by its name."""
    match name:
        case "receipts":
            return by_field
        case "wildreceipts":
            return photographed(sets.boxes(data))
        case "contracts":
            return contract
        case "einvoices":
            return einvoice
        case "replies":
            return question
        case "curated-fields":
            return curated_fields
        case "curated-replies":
            return curated_reply
        case "e2e":
            return copy(found)
        case "abstracts":
            return abstract
    return all_fields


def all_fields(case: ExtractCase, result: Extraction[Any] | None, document: Document) -> Tally:
    """Values met, absent ones answered null, places met, as `slmtasks eval` counts them."""
    return _counted(fields.judge(case, result, document))


def by_field(case: ExtractCase, result: Extraction[Any] | None, document: Document) -> Tally:
    """All values together, with token F1 and whether the text holds them; each field's."""
    judged = fields.judge(case, result, document)
    tally = _counted(judged)
    for one in judged:
        if one.gold is not None:
            _add(tally, "token F1", one.f1)
            _add(tally, "the text holds the value", one.stands)
            _add(tally, f"{one.field}, exact", one.exact)
    return tally


def curated_fields(case: ExtractCase, result: Extraction[Any] | None, document: Document) -> Tally:
    """Fields as `eval` counts them; of rows the F1 of those that are right in every column."""
    rows = {
        name: gold
        for name, gold in case.gold.items()
        if isinstance(gold, list) and gold and isinstance(gold[0], Mapping)
    }
    judged = fields.judge(case, result, document)
    tally = _counted(one for one in judged if one.field.partition(".")[0] not in rows)
    for name, gold in rows.items():
        tally["rows, F1 of whole rows"] = _pairs(gold, _rows(result, name))
    return tally


def photographed(boxes: Boxes) -> Judge:
    """Fields met whole or by one of their boxes; items by the F1 of name and price."""

    def judge(case: ExtractCase, result: Extraction[Any] | None, _: Document | None) -> Tally:
        gold = dict(case.gold)
        items = gold.pop("items", None)
        others = boxes.get(case.id, {})
        tally = _fields(gold, result, {name: others.get(name, ()) for name in gold})
        if items is not None:
            tally["items, F1 of name and price"] = _pairs(items, _rows(result, "items"))
        return tally

    return judge


def contract(case: ExtractCase, result: Extraction[Any] | None, _: Document | None) -> Tally:
    """Date, jurisdiction and term each; parties by the F1 of sets; absent ones null."""
    single = {name: gold for name, gold in case.gold.items() if name != "parties"}
    tally: Tally = {
        f"{name}, exact": (_met(gold, result, name), 1)
        for name, gold in single.items()
        if gold is not None
    }
    parties = {folded(one) for one in case.gold["parties"]}
    given = {folded(one) for one in getattr(_value(result), "parties", None) or ()}
    tally["parties, F1 of sets"] = (2 * len(parties & given), len(parties) + len(given))
    return tally | _fields({name: gold for name, gold in single.items() if gold is None}, result)


def einvoice(case: ExtractCase, result: Extraction[Any] | None, _: Document | None) -> Tally:
    """Fields met by value, absent ones answered null."""
    return _fields(case.gold, result)


def question(case: ReplyCase, result: Reply | None, _: Document | None) -> Tally:
    """Whether a quoted sentence holds an answer, and whether `answered` is right."""
    if case.gold is None:
        return {}
    quotes = [folded(place.quote) for place in (result.evidence.get("text", []) if result else [])]
    answers = [folded(answer) for answer in case.gold.quotes]
    tally = _decided(case, result)
    if case.gold.answered:
        held = any(answer in quote for answer in answers for quote in quotes)
        tally["answer in the quoted sentences"] = (held, 1)
    return tally


def curated_reply(case: ReplyCase, result: Reply | None, document: Document) -> Tally:
    """Whether a sentence that answers is quoted, and whether `answered` is right."""
    if case.gold is None:
        return {}
    tally = _decided(case, result)
    places = [
        place for quote in case.gold.quotes for place in fields.standing(quote, document.text)
    ]
    if places:
        given = result.evidence.get("text", []) if result else []
        tally["right sentence quoted"] = (fields.overlap(given, places), 1)
    return tally


def copy(found: Iterable[Case]) -> Judge:
    """Slot errors of the description alone, and of all that was written."""
    known = slots.Slots(case for case in found if isinstance(case, ProductCase))

    def judge(case: ProductCase, result: ProductDescription | None, _: Document | None) -> Tally:
        texts = {
            "slot errors, description alone": result.description if result else None,
            "slot errors, all copy": _all_text(result) if result else None,
        }
        tally: Tally = {}
        for measure, text in texts.items():
            errors = known.judge(case, text)
            wrong = len(errors.missing) + len(errors.contradicted) + len(errors.added)
            tally[measure] = (wrong, errors.slots)
        return tally

    return judge


def abstract(case: SummarizeCase, result: Result | None, _: Document | None) -> Tally:
    """ROUGE F1 against the nearest of the human summaries."""
    found = rouge.compare(str(getattr(result, "text", "")), case.gold)
    return {name: (value, 1) for name, value in found.model_dump().items()}


def folded(text: str) -> str:
    """The letters and digits of a text, case folded."""
    return "".join(filter(str.isalnum, text.casefold()))


def same(gold: Any, given: Any, quote: str = "") -> bool:
    """Whether a gold and a value mean the same; `quote` is what the value was read from.

    Numbers and dates by value, or by their own text; everything else after folding.
    """
    given = given.value if isinstance(given, Enum) else given
    if gold is None or given is None:
        return gold is given
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal | date):
        return folded(str(given)) == folded(str(gold))
    if quote and fields.folded(quote) == fields.folded(str(gold)):
        return True
    if isinstance(given, date):
        dates = find_dates(str(gold), time=isinstance(given, datetime))
        return bool(dates) and bool(dates[0].value == given)
    numbers = find_numbers(str(gold))
    return bool(numbers) and numbers[0].value == Decimal(str(given))


def _counted(judged: Iterable[fields.Judged]) -> Tally:
    tally: Tally = {}
    for one in judged:
        if one.extra:
            continue
        if one.gold is None:
            _add(tally, "absent answered null", one.given is None and not one.failed)
            continue
        _add(tally, "fields exact", one.exact)
        if one.overlaps is not None:
            _add(tally, "place of the value", one.overlaps)
    return tally


def _fields(
    gold: Mapping[str, Any],
    result: Extraction[Any] | None,
    others: Mapping[str, Sequence[str]] | None = None,
) -> Tally:
    """Fields met, by their gold or by another wording of it, and absent ones null."""
    tally: Tally = {}
    for name, wanted in gold.items():
        if wanted is None:
            null = result is not None and getattr(result.value, name, None) is None
            _add(tally, "absent answered null", null)
        else:
            options = (wanted, *(others or {}).get(name, ()))
            _add(tally, "fields exact", any(_met(one, result, name) for one in options))
    return tally


def _met(gold: Any, result: Extraction[Any] | None, path: str) -> bool:
    places = result.evidence.get(path, []) if result else []
    given = getattr(_value(result), path, None)
    return given is not None and same(gold, given, places[0].quote if places else "")


def _pairs(
    gold: Sequence[Mapping[str, Any]], given: Sequence[Mapping[str, Any]]
) -> tuple[int, int]:
    """Rows that are the same in every column, each used once, for F1."""
    left, both = list(given), 0
    for wanted in gold:
        for index, row in enumerate(left):
            if all(same(value, *row.get(key, (None, ""))) for key, value in wanted.items()):
                del left[index]
                both += 1
                break
    return 2 * both, len(gold) + len(given)


def _rows(result: Extraction[Any] | None, name: str) -> list[dict[str, tuple[Any, str]]]:
    """The rows of an answer: of each column the value, and what it was read from."""
    if result is None:
        return []
    rows = []
    for index, row in enumerate(getattr(result.value, name, None) or ()):
        places = {key: result.evidence.get(f"{name}[{index}].{key}", []) for key, _ in row}
        quotes = {key: found[0].quote if found else "" for key, found in places.items()}
        rows.append({key: (value, quotes[key]) for key, value in row})
    return rows


def _decided(case: ReplyCase, result: Reply | None) -> Tally:
    right = result is not None and case.gold is not None and result.answered == case.gold.answered
    return {"`answered` right": (right, 1)}


def _all_text(copy: ProductDescription) -> str:
    return "\n".join(
        [copy.title, copy.tagline, copy.description, *copy.bullets, copy.meta_description]
    )


def _value(result: Extraction[Any] | None) -> Any:
    return result.value if result else None


def _add(tally: Tally, measure: str, hit: float) -> None:
    hits, of = tally.get(measure, (0, 0))
    tally[measure] = (hits + hit, of + 1)
