"""Running business prose: sentences that matter, sentences that do not.

A story has a main sentence, others that bear facts, and filler. What the summaries,
quotes and posts take is known from how it was written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from training import lexicon as lex
from training import values as val
from training.words import words

WORDS = words("stories")

FILLER = WORDS["filler"]


@dataclass
class Sentence:
    """A sentence, how much it matters (0 filler to 3 main), and its short form."""

    text: str
    weight: int
    short: str = ""


@dataclass
class Story:
    """A text: its title, its sentences in order, the facts that can be asked for."""

    kind: str
    title: str
    sentences: list[Sentence]
    facts: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)

    def paragraphs(self, r: Random) -> list[str]:
        """The sentences in paragraphs."""
        out: list[str] = []
        row: list[str] = []
        for s in self.sentences:
            row.append(s.text)
            if r.random() < 0.3:
                out += [" ".join(row), ""]
                row = []
        out += [" ".join(row)] if row else []
        return out[:-1] if out and not out[-1] else out


# kind | title | main | main in short; slots in braces are filled by _slots
_MAIN = WORDS["main"]
_SIDE = WORDS["side"]
_LISTS = WORDS["lists"]


def _slots(r: Random) -> dict[str, str]:
    out = {key: r.choice(text.split("|")) for key, text in _LISTS.items()}
    locale = r.choice(lex.LOCALES)
    dates, money = val.dates(r, "us", 0.9), val.money(r, locale)
    day = val.day(r)
    words = " ".join(lex.name(r) for _ in range(r.choice([1, 1, 2])))
    out |= {
        "co": lex.company(r, locale) if r.random() < 0.6 else f"{words} {r.choice(lex.TRADE)}",
        "co2": f"{lex.name(r)} {r.choice(lex.TRADE)}",
        "city": lex.name(r),
        "city2": r.choice(r.choice(list(lex.CITY.values()))),
        "person": lex.person(r)
        .removeprefix("Dr. ")
        .removeprefix("Mr. ")
        .removeprefix("Ms. ")
        .removeprefix("Mrs. ")
        .removeprefix("Prof. "),
        "person2": f"{r.choice(lex.FIRST)} {r.choice(lex.LAST)}",
        "prod": f"{lex.name(r)} {r.choice(['One', 'Pro', 'Go', 'Plus', *r.sample(lex.ITEM_B, 3)])}",
        "name": lex.name(r),
        "date": dates.write(day),
        "date2": dates.write(day + timedelta(days=r.randint(3, 90))),
        "n": r.choice(
            [
                str(r.randint(2, 99)),
                str(r.randint(100, 990)),
                f"{r.randint(1, 90)},{r.randint(0, 999):03}",
            ]
        ),
        "pct": r.choice([str(r.randint(2, 80)), f"{r.randint(1, 30)}.{r.randint(1, 9)}"]),
        "money": f"{money.before}{r.randint(1, 900)}.{r.randint(1, 9)}{money.after}",
        "money2": f"{money.before}{r.randint(1, 900)}{money.after}",
        "price": money.write(val.cents(r, 2, 900)),
    }
    if out["co"].endswith("."):
        out["co"] = out["co"][:-1].rsplit(" ", 1)[0] if " " in out["co"] else out["co"][:-1]
    return out


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def story(r: Random, length: int) -> Story:
    """A story of about `length` sentences."""
    kind, title, main, short = r.choice(_MAIN)
    slots = _slots(r)
    sentences = [Sentence(_upper(main.format(**slots)), 3, _upper(short.format(**slots)))]
    for shape, weight in r.sample(_SIDE, min(len(_SIDE), max(0, length - 1))):
        inner = slots | {
            k: v
            for k, v in _slots(r).items()
            if k not in ("co", "city", "topic", "prod", "person") and r.random() < 0.8
        }
        if r.random() < 0.25:
            sentences.append(Sentence(r.choice(FILLER), 0))
        else:
            text = _upper(shape.format(**inner))
            bare = (
                text.removeprefix("As a result, ")
                .removeprefix("In addition, ")
                .removeprefix("However, ")
            )
            sentences.append(Sentence(text, weight, _upper(bare)))
    if r.random() < 0.15:
        sentences.insert(0, Sentence(r.choice(FILLER), 0))
    facts: dict[str, tuple[str, str, str]] = {}
    names = {
        "co": "company organisation business company_name employer",
        "city": "city location place",
        "date": "date when effective_date event_date",
        "person": "person name appointee who",
        "prod": "product product_name",
        "role": "role position job_title",
        "topic": "topic theme area",
        "co2": "partner acquired_company other_company target",
    }
    for key, synonyms in names.items():
        if "{" + key + "}" in main:
            facts[key] = (synonyms, "date" if key == "date" else "text", slots[key])
    for key, synonyms in (
        ("money", "amount revenue value sum_in_millions"),
        ("pct", "percent change_percent growth"),
    ):
        if "{" + key + "}" in main:
            facts[key] = (
                synonyms,
                "number",
                "".join(c for c in slots[key] if c.isdigit() or c == "."),
            )
    tags = [
        slots[k]
        for k in ("topic", "prod", "city", "site", "thing", "name")
        if "{" + k + "}" in main
    ]
    seen: set[str] = set()
    kept = [s for s in sentences if not (s.text in seen or seen.add(s.text))]  # type: ignore[func-returns-value]
    return Story(kind, _upper(title.format(**slots)), kept, facts, tags)


_NOUN = WORDS["noun"]
_ADJ = WORDS["adj"]
_VERB = WORDS["verb"]
_LINK = WORDS["link"]
_END = WORDS["end"]


def plain(r: Random, length: int) -> Story:
    """A text about nothing in particular, of which the first sentences count most."""
    topic = [r.choice(_NOUN) if r.random() < 0.7 else lex.word(r, 2) for _ in range(4)]
    sentences = []
    for i in range(length):
        a, b = (r.choice(topic) if r.random() < 0.6 else r.choice(_NOUN) for _ in range(2))
        start = r.choice(
            [
                "The {x1} {a}",
                "A {x1} {a}",
                "{p}",
                "{c}",
                "We propose a {x1} {a} that",
                "This {a}",
                "The {a} of the {x1} {y}",
                "Each {a}",
                "Our {a}",
            ]
        )
        link = r.choice(_LINK)
        shape = (
            link
            + (start if not link or start[0] == "{" else start[0].lower() + start[1:])
            + " {v1} the {x2} {b}"
            + r.choice(_END)
            + "."
        )
        words = {
            "a": a,
            "b": b,
            "x": r.choice(_ADJ),
            "x1": r.choice(_ADJ),
            "x2": r.choice(_ADJ),
            "y": r.choice(_NOUN),
            "v": r.choice(_VERB),
            "v1": r.choice(_VERB),
            "n": str(r.randint(2, 2020)),
            "p": f"{r.choice(lex.FIRST)} {lex.name(r)}",
            "c": lex.name(r),
        }
        text = shape.format(**words)
        bare = shape if link.startswith(("In {n}", "According")) else shape[len(link) :]
        sentences.append(Sentence(_upper(text), max(1, 3 - i), _upper(bare.format(**words))))
    title = f"The {topic[0]} and the {topic[1]}"
    return Story("plain", title, sentences, {}, topic)
