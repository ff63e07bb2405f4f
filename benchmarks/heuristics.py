"""The floor under the scores: what no model is needed for, in the form of a model's answer."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from slmtasks.documents.document import Document
from slmtasks.documents.passages import Passage
from slmtasks.evaluation import rouge
from slmtasks.evaluation.cases import Case, ExtractCase, ProductCase, ReplyCase, SummarizeCase
from slmtasks.results import (
    Coverage,
    Evidence,
    Extraction,
    ProductDescription,
    Reply,
    Result,
    Summary,
    Usage,
)
from slmtasks.schema.from_pydantic import describe
from slmtasks.schema.nodes import Copied, Date, Free, Node, Number, Object, Quote
from slmtasks.values.dates import find_dates
from slmtasks.values.numbers import find_numbers
from slmtasks.values.spans import ValueSpan

Value = tuple[int, int, Any]
"""Where a value is in a document (0, 0 where at no one place), and the value."""

Found = dict[str, Value]
"""The values of fields, by their names."""

_DECIMALS = re.compile(r"[.,]\d\d$")
_TIME = re.compile(r"\d{1,2}:\d\d(?::\d\d)?(?:\s?[AP]M)?", re.IGNORECASE)
_PHONE = re.compile(r"\(?\d{2,4}\)?[ .-]?\d{3,4}[ .-]?\d{4}")
_LAW = re.compile(
    r"laws?\s+of\s+(?:the\s+)?(?:(?:State|Commonwealth)\s+of\s+)?([A-Z]\w+(?: [A-Z]\w+)?)"
)
_TERM = re.compile(r"\d+\)?\s+(?:years?|months?)")
_COMPANY = re.compile(
    r"[A-Z][\w.&-]*(?: (?:[A-Z&][\w.&-]*|and|of))*,? "
    r"(?:Inc|LLC|Corporation|Corp|Ltd|LP|Company)\b\.?"
)


def answer(case: Case, document: Document | None, name: str = "") -> Result:
    """What needs no model, for a case of a set."""
    match case, document:
        case ExtractCase(), Document():
            return _extraction(case, document, _READERS.get(name, labelled)(case, document))
        case ReplyCase(), Document():
            return overlapping(case, document)
        case SummarizeCase(), Document():
            text = rouge.first_sentences(case, document)
            return Summary(text=text, points=(text,), evidence={}, **_carried(document))
        case ProductCase(), _:
            return recited(case)
    raise TypeError(f"no heuristics for a {type(case).__name__}")


def receipt(case: ExtractCase, document: Document) -> Found:
    """First line, first date, lines two and three, largest amount with decimals."""
    text = document.text
    lines = [match.span() for match in re.finditer(r"\S(?:.*\S)?", text)]
    spans = {"company": lines[0]}
    if len(lines) > 1:
        spans["address"] = (lines[1][0], lines[min(2, len(lines) - 1)][1])
    if first := find_dates(text, day_first=document.day_first):
        spans["date"] = (first[0].start, first[0].end)
    if largest := _largest(text):
        spans["total"] = largest[:2]
    return {name: (*span, text[slice(*span)]) for name, span in spans.items()}


def photographed(case: ExtractCase, document: Document) -> Found:
    """The same; tax and subtotal after these words, the first time, the first phone number."""
    found = labelled(case, document)
    plain = receipt(case, document)
    found |= {name: plain[name] for name in ("address", "date") if name in plain}
    found["store"] = plain["company"]
    if largest := _largest(document.text):
        found["total"] = largest
    for name, pattern in (("time", _TIME), ("phone", _PHONE)):
        if match := pattern.search(document.text):
            found[name] = (*match.span(), match.group())
    for name in ("tax", "subtotal"):
        if name in found and name not in document.text.casefold():
            del found[name]
    return found


def contract(case: ExtractCase, document: Document) -> Found:
    """First date, "laws of …", the first count of years or months, two names of companies."""
    text = document.text
    found: Found = {}
    if dates := find_dates(text, day_first=document.day_first):
        found["effective_date"] = (dates[0].start, dates[0].end, dates[0].value)
    if law := _LAW.search(text):
        found["jurisdiction"] = (*law.span(1), law.group(1))
    if term := _TERM.search(text):
        found["term"] = (*term.span(), term.group())
    names = list(dict.fromkeys(match.group() for match in _COMPANY.finditer(text)))
    found["parties"] = (0, 0, names[:2])
    return found


def labelled(case: ExtractCase, document: Document) -> Found:
    """What follows a field's name in its line; else the first date, the largest amount."""
    found: Found = {}
    shape = describe(case.shape)
    for member in shape.members if isinstance(shape, Object) else ():
        words = r"[\W_]*".join(re.findall(r"[^\W_]+", member.key))
        label = re.search(
            rf"(?<!\w){words}(?!\w)[^\w\n]*(?P<rest>.*)", document.text, re.IGNORECASE
        )
        spans = [label.span("rest")] if label else []
        if value := _typed(member.node, document, spans):
            found[member.name] = value
    return found


def _typed(node: Node, document: Document, spans: Sequence[tuple[int, int]]) -> Value | None:
    """The first value of a type in the spans; a date or an amount of the whole otherwise."""
    text = document.text
    for start, end in spans if isinstance(node, Number) else (*spans, (0, len(text))):
        part = text[start:end]
        match node:
            case Number():
                found: Sequence[ValueSpan[Any]] = find_numbers(part)
            case Date(time=time):
                found = find_dates(part, day_first=document.day_first, time=time)
            case Quote() | Copied() | Free() if spans and part.strip():
                return start, start + len(part.rstrip()), part.rstrip()
            case _:
                return None
        if found:
            return start + found[0].start, start + found[0].end, found[0].value
    return _largest(text) if isinstance(node, Number) else None


def overlapping(case: ReplyCase, document: Document) -> Reply:
    """The two sentences that share most words with the message (BM25); it always answers."""
    whole = Passage.whole(document)
    sentences = [_words(whole.text[start:end]) for start, end in whole.sentences]
    scored = bm25(_words(case.message), sentences)
    best = sorted(range(len(scored)), key=scored.__getitem__, reverse=True)[:2]
    picked = [at for at in best if scored[at]] or best[:1]
    places = [whole.evidence(*whole.sentences[at]) for at in sorted(picked)]
    text = " ".join(place.quote for place in places)
    return Reply(text=text, answered=True, evidence={"text": places}, **_carried(document))


def bm25(query: Sequence[str], texts: Sequence[Sequence[str]]) -> list[float]:
    """How well each text answers a query, by Okapi BM25 (k1 1.5, b 0.75)."""
    mean = sum(map(len, texts)) / len(texts)
    counts = [Counter(text) for text in texts]
    scores = [0.0] * len(texts)
    for word in set(query):
        having = sum(word in count for count in counts)
        rarity = math.log(1 + (len(texts) - having + 0.5) / (having + 0.5))
        for index, count in enumerate(counts):
            length = 0.25 + 0.75 * len(texts[index]) / mean
            scores[index] += rarity * count[word] * 2.5 / (count[word] + 1.5 * length)
    return scores


def recited(case: ProductCase) -> ProductDescription:
    """Every slot as "The KEY is VALUE."."""
    slots = {re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", key): case.slots[key] for key in case.slots}
    text = " ".join(f"The {key} is {value}." for key, value in slots.items())
    return ProductDescription(
        title=case.product.name,
        tagline="",
        description=text,
        bullets=(),
        meta_description="",
        **_carried(None),
    )


def _extraction(case: ExtractCase, document: Document, found: Found) -> Extraction[Any]:
    values = {name: found[name][2] if name in found else None for name in case.shape.model_fields}
    return Extraction[Any](
        value=case.shape.model_construct(**values),
        evidence={
            name: [Evidence(page=1, start=start, end=end, quote=document.text[start:end])]
            for name, (start, end, _) in found.items()
            if end
        },
        **_carried(document),
    )


def _carried(document: Document | None) -> dict[str, Any]:
    length = len(document.text) if document else 0
    return {
        "warnings": (),
        "usage": Usage(),
        "coverage": Coverage(characters=length, read=length, pages=1, chunks=1),
        "model": "heuristics",
        "prompt_version": "",
    }


def _largest(text: str) -> Value | None:
    """The largest amount with decimals."""
    amounts = [one for one in find_numbers(text) if _DECIMALS.search(one.quote)]
    if not amounts:
        return None
    largest = max(amounts, key=lambda one: one.value)
    return largest.start, largest.end, largest.value


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


_READERS: dict[str, Callable[[ExtractCase, Document], Found]] = {
    "receipts": receipt,
    "wildreceipts": photographed,
    "contracts": contract,
}
