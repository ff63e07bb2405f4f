"""Sheets of labels and values: of any labels at all, and of products."""

from __future__ import annotations

from collections.abc import Callable

from training.generator import lexicon as lex
from training.generator import values as val
from training.generator.documents.letterheads import joint
from training.generator.page import Page
from training.generator.words import words

WORDS = words("papers")

NOUNS = WORDS["nouns"]
ADJECTIVES = WORDS["adj"]
_WHEN = WORDS["when"]


def sheet(p: Page, rows: int) -> None:
    """Lines of labels and values about nothing in particular; the labels name the fields."""
    r = p.r
    locale = r.choice(lex.LOCALES)
    money, dates = val.money(r, locale), val.dates(r, locale)
    sep = p.pick("below", ["\n", "\n\n", " | ", "; "]) if r.random() < 0.2 else joint(p)
    if r.random() < 0.6:
        p.add(
            r.choice(
                [
                    f"{r.choice(ADJECTIVES)} {r.choice(NOUNS)} sheet".title(),
                    lex.company(r, locale),
                    lex.code(r),
                    "Summary",
                    f"{lex.name(r)} {r.choice(NOUNS)}",
                    f"{r.choice(NOUNS)} record".upper(),
                ]
            )
        )
    makers: list[tuple[str, Callable[[], str]]] = [
        ("text", lambda: lex.person(r)),
        ("text", lambda: lex.company(r, locale)),
        ("text", lambda: lex.name(r)),
        ("text", lambda: lex.code(r)),
        ("text", lambda: f"{lex.name(r)} {r.choice(NOUNS)}"),
        ("text", lambda: lex.item(r)),
        ("number", lambda: money.write(val.cents(r, 0.1, 90000))),
        ("number", lambda: money.number(val.cents(r, 0.1, 9000))),
        ("int", lambda: str(r.choice([r.randint(1, 99), r.randint(1, 9999)]))),
        (
            "number",
            lambda: (
                f"{r.randint(1, 99)}{r.choice('.,')}{r.randint(0, 9)}"
                + r.choice([" kg", "%", " mm", " h", " kW", ""])
            ),
        ),
        ("text", lambda: ", ".join(lex.address(r, locale))),
        ("text", lambda: lex.email(r, lex.person(r))),
        ("text", lambda: lex.phone(r)),
        (
            "text",
            lambda: " ".join(
                [
                    r.choice(ADJECTIVES),
                    r.choice(NOUNS),
                    r.choice(["and", "for", "with", "of"]),
                    r.choice(NOUNS),
                ]
            ),
        ),
    ]
    used: set[str] = set()
    case = r.choice([str.capitalize, str.title, str.upper, str])
    for _ in range(rows):
        when = r.random() < 0.2
        words = [r.choice(_WHEN)] if when else [r.choice(NOUNS)]
        if r.random() < 0.4 and not when:
            words.insert(0, r.choice(ADJECTIVES))
        if r.random() < 0.12:
            words.append(r.choice(["name", "number", "id", "code", "ref"]))
        key = "_".join(words)
        if key in used:
            continue
        used.add(key)
        kind, make = ("date", lambda: dates.write(val.day(r))) if when else r.choice(makers)
        value = make()
        p.add(case(key.replace("_", " ")) + sep + value)
        p.types[key] = kind
        p.facts[key] = value if kind in ("text", "date") else val.number_in(value)
        p.names[key] = key
        if r.random() < 0.07:
            p.add("")


def product(p: Page, rows: int) -> None:
    """A product sheet with features and specifications."""
    r = p.r
    locale = r.choice(lex.LOCALES)
    money, sep = val.money(r, locale), joint(p)
    mark = r.choice(["", str(r.randint(2, 900)), r.choice(["Pro", "Plus", "Mini", "X", "Max"])])
    more = (r.choice(lex.ITEM_B), mark)
    name = p.fact(
        "product",
        " ".join(w for w in (lex.name(r), r.choice(["", r.choice(lex.ITEM_A)]), *more) if w),
    )
    p.add(name, *([""] if r.random() < 0.5 else []))
    cells = [
        ("Brand|Manufacturer|Made by", "brand", lex.name(r)),
        ("SKU|Article no.|Model|Item no.|Part number", "sku", lex.code(r)),
        (
            "Material|Made of|Fabric",
            "material",
            r.choice(
                [
                    "stainless steel",
                    "solid oak",
                    "recycled plastic",
                    "organic cotton",
                    "aluminium",
                    "full-grain leather",
                    "tempered glass",
                    "bamboo",
                    "ceramic",
                ]
            ),
        ),
        (
            "Colour|Color|Finish",
            "color",
            r.choice(
                [
                    "black",
                    "Matte white",
                    "navy blue",
                    "Forest green",
                    "silver",
                    "brushed steel",
                    "walnut",
                ]
            ),
        ),
        (
            "Warranty|Guarantee",
            "warranty",
            f"{r.randint(1, 10)} {r.choice(['years', 'year', 'months'])}",
        ),
        ("Price|List price|RRP|Retail price", "price", ""),
    ]
    if p.pick("order", ["fixed", "mixed"]) == "mixed":
        r.shuffle(cells)
    for names, concept, value in cells:
        if r.random() < 0.75:
            if concept == "price":
                amount = val.cents(r, 2, 2000)
                p.fact("price", money.number(amount))
                value = money.write(amount)
            else:
                p.fact(concept, value)
            p.add(r.choice(names.split("|")) + sep + value)
    if r.random() < 0.5:
        stock = r.random() < 0.5
        p.add(
            r.choice(["In stock", "Available now", "In stock and ready to ship"])
            if stock
            else r.choice(["Out of stock", "Currently unavailable", "Sold out"])
        )
        p.bools["in_stock"] = ("in_stock available is_available", stock)
    features = [
        f"{r.choice(lex.ITEM_A)} {r.choice(NOUNS)} {r.choice(['for', 'with', 'and'])} "
        f"{r.choice(ADJECTIVES)} {r.choice(NOUNS)}"
        for _ in range(rows)
    ]
    p.add(
        "",
        r.choice(["Features", "Features:", "Highlights", "Key features:"]),
        *(r.choice(["- "]) + x for x in features),
    )
    p.lists["features"] = features
