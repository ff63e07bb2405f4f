"""Extraction examples: a document, a pydantic model asked of it, and the answer."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from slmtasks.schema import from_pydantic
from training.generator import fields as fld
from training.generator import noise
from training.generator.documents import forms, mails
from training.generator.documents.bills import invoice
from training.generator.documents.papers import KINDS
from training.generator.documents.receipts import receipt
from training.generator.documents.sheets import ADJECTIVES, NOUNS
from training.generator.drafts import Draft, passage
from training.generator.page import Page

_BILL_ROWS = {
    "description": "text",
    "qty": "int",
    "unit": "number",
    "amount": "number",
    "code": "text",
}
_ALIENS = list(fld.NAMES)
_INSTRUCTIONS = fld.WORDS["instructions"]
_USUAL: dict[str, dict[str, str]] = {
    "receipt": {
        "vendor": "company store vendor merchant company",
        "date": "date",
        "vendor_address": "address",
        "total": "total total total total_amount",
    },
    "invoice": {
        "vendor": "vendor supplier seller company vendor",
        "number": "invoice_number number invoice_number",
        "date": "issued date invoice_date issued",
        "due": "due_date due",
        "customer": "customer",
        "total": "total",
    },
}


def page(r: Random, size: int) -> Page:
    """A document of about `size` tokens, of some kind: short ones are sheets and parts."""
    rows = max(1, round(r.uniform(0.3, 1.0) * size / 45))
    sheets = 0.7 if size < 60 else 0.4 if size < 160 else 0.12
    if r.random() < sheets:
        kind, make, rows = "sheet", KINDS["sheet"], r.randint(1, max(2, size // 14))
    elif r.random() < 0.35:
        kind, make, rows = "form", forms.form, r.randint(2, max(3, min(24, size // 13)))
        if size > 100 and r.random() < 0.3:
            kind, make, rows = "mail", mails.mail, r.randint(2, max(3, min(12, size // 25)))
    elif (x := r.random()) < (0.7 if size < 160 else 0.45):
        kind, make = "receipt", receipt
        rows = r.choice([1, 1, 2, rows if size > 250 else 2])
    elif x < (0.8 if size < 160 else 0.7):
        kind, make = "invoice", invoice
    else:
        # The longest and the most varied of the other kinds, and the hardest.
        kind = r.choice([*KINDS, "contract", "contract"])
        make = KINDS[kind]
        rows = max(2, size // 16) if kind == "sheet" else rows
    out = Page(kind, r)
    make(out, min(rows, 40) if kind in ("sheet", "form", "mail") else min(rows, 9))
    return out


def _python(kind: str, r: Random) -> Any:
    return {
        "text": str,
        "number": r.choice([float, Decimal, float]),
        "date": r.choice([date, date, date, date, datetime]),
        "int": int,
    }[kind]


def _names(p: Page, concept: str) -> str:
    names = p.names.get(concept) or fld.NAMES.get(concept, concept)
    return p.r.choice(names.split())


def _kind(p: Page, concept: str) -> str:
    return p.types.get(concept) or fld.TYPES.get(concept, "text")


class Request:
    """Fields asked for, in order, with what the answer says of each."""

    def __init__(self, r: Random) -> None:
        self.r, self.fields, self.answer = r, {}, {}
        self.fixed: set[str] = set()
        self.gaps = r.random() < 0.4

    def put(self, key: str, kind: Any, value: Any, about: str = "", absent: bool = False) -> None:
        """Ask one field; `absent` ones are nullable and answered null."""
        key = fld.style(key, self.r)
        name = key.replace("-", "_")
        if (
            name in self.fields
            or not name.isidentifier()
            or name.startswith("_")
            or hasattr(BaseModel, name)
            or name in ("schema", "json", "copy")
        ):
            return
        nullable = absent or self.r.random() < (0.7 if self.gaps else 0.25)
        alias = key if key != name else None
        info = Field(default=None if nullable else ..., description=about or None, alias=alias)
        self.fields[name] = (kind | None if nullable else kind, info)
        self.answer[key] = value

    def model(self) -> type[BaseModel]:
        """The pydantic type that asks for the fields."""
        return create_model("Asked", **self.fields)


def _rows(p: Page, q: Request, keys: dict[str, str], synonyms: dict[str, str]) -> None:
    r = p.r
    have = [k for k in keys if all(k in row for row in p.rows)]
    cols = r.sample(have, r.randint(1, len(have)))
    inner: dict[str, Any] = {}
    names: dict[str, str] = {}
    for col in cols:
        name = r.choice(synonyms[col].split())
        if name in inner:
            continue
        names[col] = name
        kind = (
            int
            if keys[col] == "int" and r.random() < 0.7
            else _python("number" if keys[col] == "int" else keys[col], r)
        )
        inner[name] = (kind, Field(...))
    if not inner:
        return
    only = next(iter(names))
    if len(inner) == 1 and r.random() < 0.3 and keys[only] == "text":
        q.put(r.choice(fld.ROWS["rows"].split()), list[str], [row[only] for row in p.rows])
    else:
        row_type = create_model("Row", **inner)
        q.put(
            r.choice(fld.ROWS["rows"].split()),
            list[row_type],
            [{names[c]: row[c] for c in names} for row in p.rows],
        )  # type: ignore[valid-type]


def _specials(p: Page, q: Request) -> None:
    r = p.r
    for names, value in p.bools.values():
        if r.random() < 0.5:
            q.put(r.choice(names.split()), bool, value)
    for concept, (values, value) in p.choices.items():
        if concept in p.facts and r.random() < 0.4:
            options = tuple(r.sample(values, len(values)))
            key = _names(p, concept)
            q.put(key, Literal[options], value)
            q.fixed |= {k for k, v in q.answer.items() if v == value}
    for concept, items in p.lists.items():
        if items and r.random() < 0.5:
            q.put(concept, list[str], items)


def request(p: Page, all_of_it: bool = False, rows: bool = False) -> Request:
    """Ask some of a page's facts, or up to 16 of them, and some that it lacks; or its `rows`."""
    r = p.r
    q = Request(r)
    facts = list(p.facts)
    most = 16 if all_of_it else r.choice([1, 2, 3, 4, 5, 6, 8, 10, 12])
    wanted = r.sample(facts, min(len(facts), most))
    plain = not all_of_it and r.random() < 0.5
    if plain and p.kind in _USUAL:
        wanted = [c for c in _USUAL[p.kind] if c in p.facts and r.random() < 0.85]
        if r.random() < 0.4:
            r.shuffle(wanted)
    for concept in wanted:
        kind = _python(_kind(p, concept), r)
        value = p.stamp if kind is datetime and concept == "date" and p.stamp else p.facts[concept]
        usual = (
            plain
            and not p.names.get(concept)
            and r.random() < 0.6
            and _USUAL.get(p.kind, {}).get(concept)
        )
        name = r.choice(usual.split()) if usual else _names(p, concept)
        q.put(name, kind, value, fld.about(concept, r))
        for _ in range(2 if r.random() < (0.5 if q.gaps else 0.1) else 0):
            _absent(p, q)
    if 0 < len(p.rows) < 8 and r.random() < (1 if rows else 0.7 if all_of_it else 0.3):
        if p.kind == "minutes":
            _rows(p, q, {"who": "text", "what": "text", "until": "date"}, fld.ROWS)
        elif p.columns:
            _rows(p, q, p.columns, {name: name for name in p.columns})
        else:
            _rows(p, q, _BILL_ROWS, fld.ROWS)
    _specials(p, q)
    if r.random() < 0.1 and "vendor" in p.facts and "vendor_address" in p.facts:
        inner = create_model("Party", name=(str, Field(...)), address=(str, Field(...)))
        q.put(
            r.choice(["seller", "issuer", "from_party", "supplier"]),
            inner,
            {"name": p.facts["vendor"], "address": p.facts["vendor_address"]},
        )
    return q


def _absent(p: Page, q: Request) -> None:
    """Ask for what the document lacks, most often for what looks like something it has."""
    r = p.r
    if p.kind == "sheet":
        _absent_label(p, q)
        return
    if p.kind == "form":
        name, kind = forms.absent(p)
        if not any(part in p.text.lower() for part in name.split("_") if len(part) > 2):
            q.put(name, _python(kind, r), None, absent=True)
        return
    known = set(p.facts) | {c for fact in p.facts for c in fld.SAME.get(fact, "").split()}
    near = [c for fact in p.facts for c in fld.NEAR.get(fact, "").split()]
    near += [c for c in _USUAL.get(p.kind, {}) if c not in p.facts] * 2
    pool = fld.ELSEWHERE if p.kind == "notice" else near if near and r.random() < 0.65 else _ALIENS
    concept = r.choice(pool)
    lower = p.text.lower()
    names = fld.NAMES[concept].split()
    if concept in known or any(n.replace("_", " ") in lower for n in names):
        return
    kind = _python(fld.TYPES.get(concept, "text"), r)
    q.put(r.choice(names), kind, None, fld.about(concept, r), absent=True)


def _absent_label(p: Page, q: Request) -> None:
    """Ask a sheet for a label that it has not; often half of one that it has."""
    r = p.r
    have = {word for key in p.facts for word in key.split("_")}
    near = [key.split("_") for key in p.facts if key.count("_") == 1]
    if near and r.random() < 0.5:
        adjective, noun = r.choice(near)
        words = r.choice([[r.choice(ADJECTIVES), noun], [adjective, r.choice(NOUNS)]])
        if words[0] in have and words[1] in have:
            return
    else:
        words = [r.choice(NOUNS)]
        if r.random() < 0.4:
            words.insert(0, r.choice(ADJECTIVES))
        if words[-1] in have:
            return
    kind = r.choice([str, str, float, int, date])
    q.put("_".join(words), kind, None, absent=True)


def example(r: Random, size: int, all_of_it: bool = False, rows: bool = False) -> Draft | None:
    """A document and what is asked of it: some, `all_of_it`, its `rows`; None if nothing is."""
    # Many fields leave less room for the document.
    p = page(r, size * 3 // 4 if all_of_it else size)
    if rows and not 0 < len(p.rows) < 8:
        return None
    q = request(p, all_of_it, rows)
    if not q.fields:
        return None
    text, answer = noise.apply(p, q.answer, q.fixed, r)
    node = from_pydantic.describe(q.model())
    variables = {"fields": from_pydantic.fields(node)}
    if r.random() < 0.05:
        variables["instructions"] = r.choice(_INSTRUCTIONS)
    return Draft("extract", p.template, p.kind, passage(text), variables, node, answer)
