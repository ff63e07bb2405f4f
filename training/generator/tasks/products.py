"""Product copy: a sheet of facts, and what a careful writer makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from random import Random
from typing import get_args

from slmtasks.options import ProductTone
from slmtasks.schema.from_pydantic import describe as shape
from slmtasks.tasks.describe_product import (
    BULLETS,
    CHARACTERS,
    Product,
    _copy,
    _lines,
    words_of,
)
from training.copying.strange import Strange
from training.generator import lexicon as lex
from training.generator import values as val
from training.generator.documents.sheets import ADJECTIVES, NOUNS
from training.generator.drafts import Draft, passage
from training.generator.words import words

WORDS = words("products")
_KINDS: dict[str, dict[str, list[str]]] = WORDS["kinds"]
_FILL: dict[str, str] = WORDS["fill"]
_TYPES = ("type", "kind", "category")
_PLACES = ("near", "in")
_EITHER = ("yes", "no")


@dataclass
class Sheet:
    """What is known of a product; `kind` is what it is, said or not."""

    name: str
    kind: str = ""
    brand: str = ""
    who: str = ""
    price: str = ""
    features: list[str] = field(default_factory=list)
    specs: dict[str, str] = field(default_factory=dict)
    keywords: tuple[str, ...] = ()

    @property
    def lead(self) -> str:
        """The first sentence."""
        by = f" by {self.brand}" if self.brand else ""
        who = f" for {self.who}" if self.who else ""
        article = "an" if self.kind[:1].lower() in tuple("aeiou") else "a"
        if self.kind:
            is_a = "is one of our" if _many(self.kind) else f"is {article}"
            return f"{self.name} {is_a} {self.kind}{by}{who}."
        return f"This is {self.name}{by}{who}."

    @property
    def facts(self) -> list[str]:
        """Every feature, specification and the price as sentences, in the sheet's order."""
        out = [f"{upper(text).removesuffix('.')}." for text in self.features]
        out += [sentence(k, v) for k, v in self.specs.items()]
        return [*out, *([f"The price is {self.price}."] if self.price else [])]


def _many(noun: str) -> bool:
    return noun.endswith("s") and not noun.endswith("ss")


def _plural(noun: str) -> str:
    if _many(noun) or noun.endswith("ware"):
        return noun
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def upper(text: str) -> str:
    """With a capital."""
    return text[:1].upper() + text[1:]


def _spelled(key: str, way: str) -> str:
    first, *rest = key.split()
    if way == "camel":
        return first + "".join(w.capitalize() for w in rest)
    return {"title": upper(key), "snake": key.replace(" ", "_")}.get(way, key)


def sentence(key: str, value: str) -> str:
    """A specification as a sentence."""
    name = words_of(key)
    if value in _EITHER:
        return f"It is {'' if value == 'yes' else 'not '}{name}."
    last = name.split()[-1]
    if last in _PLACES:
        return f"It is {name} {value}."
    return f"The {name} {'are' if _many(last) else 'is'} {value}."


def _filled(shape_: str, r: Random) -> str:
    money = val.money(r, r.choice(["us", "gb", "de", "my", "in", "fr"]))
    low = r.randint(3, 300)
    return shape_.format(
        **{k: r.choice(v.split("|")) for k, v in _FILL.items()},
        w=lex.name(r),
        v=lex.name(r),
        j=lex.word(r, 2),
        n=r.randint(2, 99),
        h=r.randint(100, 990),
        x=f"{r.randint(1, 99)}.{r.randint(1, 9)}",
        a=r.choice(ADJECTIVES),
        b=r.choice(NOUNS),
        m=f"{money.before}{low}{money.after}",
        m2=f"{money.before}{low + r.randint(1, 300)}{money.after}",
    )


def sheet(r: Random) -> Sheet:
    """A product of one of many kinds, of which more or less is said."""
    kind = r.choice(list(_KINDS))
    table = _KINDS[kind]
    tail = r.choice(["", "", lex.name(r), r.choice(WORDS["marks"]), str(r.randint(2, 900))])
    name = " ".join(w for w in (lex.name(r), tail) if w)
    out = Sheet(f"The {name}" if r.random() < 0.25 else name)
    case, strange = r.choice([str, upper]), Strange(r, most=True)
    if r.random() < 0.65:
        before = r.choice(["", "", "", "", f"{r.choice(NOUNS)} ", f"{r.choice(ADJECTIVES)} "])
        out.kind = strange(before + r.choice(table["names"]))
        out.kind = _plural(out.kind) if r.random() < 0.25 else out.kind
    out.brand = lex.name(r) if r.random() < 0.4 else ""
    out.who = r.choice(WORDS["who"]) if r.random() < 0.4 else ""
    if r.random() < 0.45:
        out.price = val.money(r, r.choice(lex.LOCALES)).write(val.cents(r, 3, 900))
    dot = "." if r.random() < 0.15 else ""
    for _ in range(r.choice([0, 0, 1, 2, 3, 4, 5])):
        pool = table["features"] if r.random() < 0.6 else WORDS["features"]
        text = case(strange(_filled(r.choice(pool), r))) + dot
        if text not in out.features:
            out.features.append(text)
    way = r.choice(["title", "title", "plain", "plain", "camel", "camel", "snake"])
    if not out.kind and r.random() < 0.5:
        key = f"{r.choice(['', '', f'{r.choice(NOUNS)} ', f'{lex.word(r, 1)} '])}{r.choice(_TYPES)}"
        out.specs[_spelled(strange(key), way)] = strange(r.choice(table["names"]))
    rows = table["specs"] + r.sample(WORDS["specs"], 3)
    for row in r.sample(rows, min(len(rows), r.randint(0 if out.features else 2, 8))):
        key, _, values = row.partition(": ")
        key = _filled(key, r).lower()
        if out.kind and key.split()[-1] in _TYPES:
            continue
        spelled = _spelled(strange(key), way if r.random() < 0.8 else "plain")
        out.specs[spelled] = strange(_filled(r.choice(values.split("|")), r))
    out.specs = {k: v for k, v in out.specs.items() if v}
    if r.random() < 0.5:
        _exchange(out, r)
    if r.random() < 0.15:
        out.keywords = tuple(r.sample(WORDS["keywords"], 2))
    return out


def _exchange(out: Sheet, r: Random) -> None:
    """Answer yes or no where a value stands, and the other way round.

    The value then says which it is, and the key does not.
    """
    values = [v for v in out.specs.values() if v not in _EITHER] or [out.name]
    for key, value in out.specs.items():
        if value in _EITHER and r.random() < 0.5:
            out.specs[key] = r.choice(values)
        elif value not in _EITHER and r.random() < 0.25:
            out.specs[key] = r.choice(_EITHER)


def _within(sentences: list[str], limit: int) -> str:
    """The first sentences, as many as fit."""
    lengths = accumulate(len(s) + 1 for s in sentences)
    return " ".join(s for s, end in zip(sentences, lengths, strict=True) if end <= limit)


def describe(r: Random, size: int) -> Draft | None:
    """The copy of a product from its sheet."""
    s = sheet(r)
    tone = r.choice(["neutral", *get_args(ProductTone)])
    length = r.choice(["short", "medium", "medium", "long"])
    product = Product(
        name=s.name,
        category=s.kind or None,
        brand=s.brand or None,
        features=tuple(s.features),
        specs=s.specs,
        audience=s.who or None,
        price=s.price or None,
        keywords=s.keywords,
    )
    opening = r.choice(WORDS["open"][tone]).format(name=s.name) if tone != "neutral" else ""
    closing = WORDS["close"][tone]
    parts = [x for x in (opening, s.lead, *s.facts) if x]
    body = _within(parts, CHARACTERS[length] - 32)
    if closing and len(body) + len(closing) < CHARACTERS[length] - 32:
        body += f" {closing}"
    bullets = [upper(f) for f in s.features]
    bullets += [f"{upper(words_of(k))}: {v}" for k, v in s.specs.items()]
    bullets += [f"Price: {s.price}"] if s.price and not bullets else []
    by = f" by {s.brand}" if s.brand else ""
    answer = {
        "title": f"{s.name} – {s.kind}{by}" if s.kind else f"{s.name}{by}",
        "tagline": (
            f"{upper(s.kind or 'made')} for {s.who}"
            if s.who
            else " – ".join([*filter(None, [upper(s.kind)]), *bullets[:1]])
        ),
        "description": body,
        "bullets": bullets[: BULLETS[length]],
        "meta_description": _within([s.lead, *s.facts], 128) or s.lead,
    }
    variables = {"tone": tone, "length": length}
    template = f"describe:{tone}:{length}:{len(s.specs)}:{len(s.features)}:{bool(s.kind)}"
    document, node = passage("\n".join(_lines(product))), shape(_copy(s.name, length))
    return Draft(
        "describe_product", template, "describe_product", document, variables, node, answer
    )
