"""Product copy: a sheet of facts, and what a careful writer makes of it."""

from __future__ import annotations

import re
from random import Random

from slmtasks import templates
from training import lexicon as lex
from training import values as val
from training.copywriting import TONES, Made
from training.sheets import ADJECTIVES, NOUNS
from training.words import words

WORDS = words("copywriting")
_OPEN = WORDS["open"]
_CLOSE = WORDS["close"]
_FEATURE = WORDS["feature"]
_WORDS = WORDS["words"]
_SPEC = WORDS["spec"]
_PLACE = WORDS["place"]
_UNITS = ["litres", "cm", "mm", "kg", "hours", "minutes", "metres", "watts", "pieces", "people"]


def _phrase(shape: str, r: Random) -> str:
    words = {k: r.choice(v.split(",")) for k, v in _WORDS.items()}
    words["noun2"] = r.choice(_WORDS["noun"].split(","))
    words |= {"w": lex.word(r, 2), "a": r.choice(ADJECTIVES), "x": r.choice(NOUNS)}
    words |= {"y": r.choice(NOUNS), "n": str(r.randint(2, 99)), "u": r.choice(_UNITS)}
    return shape.format(**words)


def _feature(text: str) -> str:
    """A feature as a sentence."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _camel(key: str) -> str:
    first, *rest = key.split()
    return first.lower() + "".join(w.capitalize() for w in rest)


def _words(key: str) -> str:
    return re.sub(r"([a-z])([A-Z])", r"\1 \2", key).lower()


def _spec(key: str, value: str) -> str:
    """A specification as a sentence."""
    name = _words(key)
    if value in ("yes", "no"):
        return f"It is {'' if value == 'yes' else 'not '}{name}."
    shapes = {
        "near": "You find it near {v}.",
        "food": "It serves {v} food.",
        "area": "It is in the {v} area.",
        "style": "The style is {v}.",
        "made in": "It is made in {v}.",
        "eat type": "It is a {v}.",
    }
    return shapes.get(name, "The {k} is {v}.").format(k=name, v=value)


def describe(r: Random, size: int) -> Made | None:
    """The copy of a product from its sheet."""
    mark = r.choice(["Pro", "One", "Air", "Max", str(r.randint(2, 900))])
    name = f"{lex.name(r)} {r.choice(['', lex.name(r), r.choice(lex.ITEM_B), mark])}".strip()
    if r.random() < 0.2:
        name = f"The {name}"
    tone, length = r.choice(TONES), r.choice(["short", "medium", "long"])
    kind = r.choice(
        [
            r.choice(lex.ITEM_B).lower(),
            "restaurant",
            "coffee shop",
            "pub",
            "hotel",
            "kitchen tool",
            "office chair",
            "app",
            "garden tool",
        ]
    )
    category, brand, who = (
        (kind if r.random() < 0.8 else ""),
        (lex.name(r) if r.random() < 0.5 else ""),
        (
            r.choice(
                [
                    "families",
                    "students",
                    "small offices",
                    "cyclists",
                    "cooks",
                    "gardeners",
                    "travellers",
                ]
            )
            if r.random() < 0.5
            else ""
        ),
    )
    money = val.money(r, r.choice(lex.LOCALES))
    price = money.write(val.cents(r, 3, 900)) if r.random() < 0.5 else ""
    case = r.choice([str, _upper])
    features = [case(_phrase(r.choice(_FEATURE), r)) for _ in range(r.randint(0, 5))]
    features = list(dict.fromkeys(features))
    pool = r.sample([*_SPEC, *_PLACE], r.randint(0 if features else 1, 6))
    specs = {
        k: (
            f"{r.choice([f'{r.randint(2, 90)}', f'{r.randint(1, 99) / 10}'])} {r.choice(_SPEC[k])}"
            if k in _SPEC
            else r.choice(_PLACE[k]).format(
                w=lex.name(r),
                m=money.write(r.randint(5, 90) * 100),
                n=money.write(r.randint(91, 200) * 100),
            )
        )
        for k in pool
    }
    if r.random() < 0.3:
        specs[r.choice(NOUNS).capitalize()] = r.choice([lex.word(r, 2), f"{r.randint(2, 900)} mm"])
    if r.random() < 0.2:
        specs = {_camel(k): v for k, v in specs.items()}
    sheet = [f"Name: {name}"] + [
        f"{k}: {v}"
        for k, v in (("Category", category), ("Brand", brand), ("Audience", who), ("Price", price))
        if v
    ]
    if features:
        sheet += ["Features:", *(f"- {f}" for f in features)]
    if specs:
        sheet += ["Specs:", *(f"- {k}: {v}" for k, v in specs.items())]
    if r.random() < 0.2:
        sheet.append("Keywords: " + ", ".join(r.sample(_WORDS["noun"].split(","), 2)))
    text = "\n".join(sheet)
    cap = {"short": 300, "medium": 600, "long": 1200}[length]
    noun = category or "product"
    article = "an" if noun[0] in "aeiou" else "a"
    by = f" by {brand}" if brand else ""
    lead = f"{name} is {article} {noun}{by}{' for ' + who if who else ''}."
    parts = [lead]
    if tone != "neutral" and (who or "{who}" not in _OPEN[tone][0]):
        parts.insert(
            0,
            r.choice([o for o in _OPEN[tone] if who or "{who}" not in o] or [""]).format(
                name=name, who=who, a=noun
            ),
        )
    facts = [_feature(f) for f in features] + [_spec(k, v) for k, v in specs.items()]
    if price:
        facts.append(f"The price is {price}.")
    keep = {"short": 3, "medium": 7, "long": 20}[length]
    parts += facts[:keep]
    if _CLOSE[tone]:
        parts.append(_CLOSE[tone])
    body = " ".join(x for x in parts if x)
    bullets = [
        *(f[:1].upper() + f[1:] for f in features),
        *(f"{k}: {v}" for k, v in specs.items()),
    ][: {"short": 3, "medium": 5, "long": 7}[length]]
    title = f"{name} – {noun}{by}" if category and r.random() < 1 else f"{name}{by}"
    first = (
        features[0] if features else f"{_words(next(iter(specs)))}: {next(iter(specs.values()))}"
    )
    tagline = (
        f"{noun.capitalize()} for {who}"
        if who
        else f"{noun.capitalize()}: {first[:1].lower()}{first[1:]}"
    )
    answer = {
        "title": title,
        "tagline": tagline,
        "description": body,
        "bullets": bullets,
        "meta_description": " ".join([lead, *facts[:1]]),
    }
    if (
        len(body) > cap
        or len(title) > 80
        or len(tagline) > 80
        or len(answer["meta_description"]) > 160
        or not bullets
        or any(len(b) > 100 for b in bullets)
    ):
        return None
    return (
        f"describe:{tone}:{length}:{kind}",
        "describe_product",
        templates.load("describe_product").messages(
            {"tone": tone, "length": length, "document": text}
        ),
        answer,
        text,
        [name],
    )
