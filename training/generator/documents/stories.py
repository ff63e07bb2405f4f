"""Running business and research prose: sentences that matter, sentences that do not.

A story has a main sentence, others that bear facts, and filler. What the summaries,
quotes and posts take is known from how it was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from training.copying.strange import Strange
from training.generator import lexicon as lex
from training.generator import values as val
from training.generator.words import words

WORDS = words("stories")

FILLER: list[str] = WORDS["filler"]
KINDS: dict[str, dict[str, list[str]]] = WORDS["kinds"]
_LISTS = {key: text.split("|") for key, text in WORDS["lists"].items()}
_TITLES = ("Dr. ", "Mr. ", "Ms. ", "Mrs. ", "Prof. ", "Dr ")
_SLOT = re.compile(r"{(\w+)}")
_ASIDE = re.compile(r"\[[^\]]*\]")
_ARTICLE = re.compile(r"\b([Aa]) (?=[aeiou])")
_WEIGHTS = {"main": 9, "result": 6, "body": 4, "gap": 2, "lead": 2, "end": 1, "filler": 0}
_VOLATILE = ("does", "obj", "goal", "step", "reason")
_FIXED = ("co", "city", "topic", "prod", "person", "acr", "mnoun", "field", "site", "co2", "city2")


@dataclass
class Sentence:
    """A sentence, how much it matters (0 filler to 9 main), and its short form."""

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


class Slots:
    """What stands in the braces of the shapes, the same wherever it is named again."""

    def __init__(self, r: Random) -> None:
        self.r, self.last = r, ""
        self.known: dict[str, str] = {}
        self.dates, self.money = val.dates(r, "us", 0.9), val.money(r, r.choice(lex.LOCALES))
        self.day = val.day(r)
        self.locale = r.choice(lex.LOCALES)

    def fresh(self) -> None:
        """Forget all but what a text goes on speaking of."""
        self.known = {k: v for k, v in self.known.items() if k in _FIXED or self.r.random() < 0.2}

    def expand(self, shape: str) -> str:
        """The shape with those slots filled that are shapes themselves."""
        while found := next((m for m in _SLOT.finditer(shape) if m[1] in ("step", "does")), None):
            shape = shape.replace(found[0], self.r.choice(_LISTS[found[1]]), 1)
        return shape

    def fill(self, shape: str) -> str:
        """The shape with all slots filled."""
        while "{" in shape:
            shape = _SLOT.sub(lambda m: self[m[1]], shape)
        return _upper(_ARTICLE.sub(r"\1n ", shape))

    def __getitem__(self, key: str) -> str:
        if key in self.known:
            return self.known[key]
        base = key.rstrip("2")
        made = self.made(key) if base not in _LISTS else self.r.choice(_LISTS[base])
        while base in _LISTS and made in (self.last, self.known.get(base)):
            made = self.r.choice(_LISTS[base])
        if base in _VOLATILE:
            self.last = made
        else:
            self.known[key] = made
        return made

    def made(self, key: str) -> str:
        """A new value of a slot that no list holds."""
        r, money = self.r, self.money
        words_ = " ".join(lex.name(r) for _ in range(r.choice([1, 1, 2])))
        company = (
            lex.company(r, self.locale) if r.random() < 0.5 else f"{words_} {r.choice(lex.TRADE)}"
        )
        many = f"{r.randint(1, 90)},{r.randint(0, 999):03}"
        person = lex.person(r)
        for title in _TITLES:
            person = person.removeprefix(title)
        return {
            "co": company.rsplit(" ", 1)[0] if company.endswith(".") else company,
            "co2": f"{lex.name(r)} {r.choice(lex.TRADE)}",
            "city": lex.name(r),
            "city2": r.choice(r.choice(list(lex.CITY.values()))),
            "country": r.choice(list(lex.COUNTRY.values())).removeprefix("The "),
            "person": person,
            "person2": f"{r.choice(lex.FIRST)} {r.choice(lex.LAST)}",
            "prod": f"{lex.name(r)} {r.choice(['One', 'Pro', 'Go', 'Plus', r.choice(lex.ITEM_B)])}",
            "name": lex.name(r),
            "w": lex.name(r),
            "j": lex.word(r, 2),
            "acr": r.choice(
                [
                    lex.word(r, 1, 2).capitalize() + r.choice(["Net", "Flow", "Gen", "", "Lab"]),
                    lex.word(r, 1, 2).upper()[:5],
                ]
            ),
            "date": self.dates.write(self.day),
            "date2": self.dates.write(self.day + timedelta(days=r.randint(3, 90))),
            "n": r.choice([str(r.randint(2, 30))] * 12 + [str(r.randint(31, 990))] * 3 + [many]),
            "pct": r.choice([str(r.randint(2, 80)), f"{r.randint(1, 30)}.{r.randint(1, 9)}"]),
            "money": f"{money.before}{r.randint(1, 900)}.{r.randint(1, 9)}{money.after}",
            "money2": f"{money.before}{r.randint(1, 900)}{money.after}",
            "price": money.write(val.cents(r, 2, 900)),
        }[key]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(slots: Slots, shape: str, part: str) -> Sentence:
    """A shape as a sentence: with what stands in brackets, and short without it."""
    filled = slots.fill(shape)
    short = _upper(_ASIDE.sub("", filled))
    return Sentence(_upper(filled.replace("[", "").replace("]", "")), _WEIGHTS[part], short)


def _longer(r: Random, kind: dict[str, list[str]], shape: str, part: str) -> str:
    """A sentence with clauses before and behind it that its short form lacks."""
    if part not in ("main", "end", "filler") and r.random() < 0.15 and not shape.startswith("{"):
        shape = f"[{r.choice(kind['turn'])}]{shape[:1].lower()}{shape[1:]}"
    if r.random() < 0.5:
        shape = f"{shape[:-1]}[{r.choice(kind['tail'])}]{shape[-1]}"
    return shape


def _plan(r: Random, kind: dict[str, list[str]], length: int) -> list[tuple[str, str]]:
    """Shapes in their order, each with its part; the main one stands early, late or between."""

    def some(part: str, most: int) -> list[tuple[str, str]]:
        shapes = kind.get(part, [])
        return [(s, part) for s in r.sample(shapes, max(0, min(len(shapes), most)))]

    room = length - 1
    lead = some(
        "lead", min(room // 2, r.choice([0, 1, 2, 3]) if "gap" not in kind else r.randint(0, 6))
    )
    lead += some("gap", 1 if lead and r.random() < 0.7 else 0)
    room -= len(lead)
    result = some("result", min(room, r.choice([0, 1, 1, 2])))
    body = some("body", room - len(result))
    if not result and body and r.random() < 0.25:
        cut = r.randint(1, len(body))
        lead, body = lead + body[:cut], body[cut:]
    plan = [*lead, (r.choice(kind["main"]), "main"), *body, *result]
    plan += some("end", 1 if length > 4 and r.random() < 0.4 else 0)
    for _ in range(max(0, length - len(plan))):
        plan.insert(r.randint(0, len(plan)), (r.choice(FILLER), "filler"))
    return plan


_ASKED = {
    "co": "company organisation business company_name employer",
    "city": "city location place",
    "date": "date when effective_date event_date",
    "person": "person name appointee who",
    "prod": "product product_name",
    "role": "role position job_title",
    "topic": "topic theme area",
    "co2": "partner other_company counterparty",
    "acr": "method_name system_name",
}
_AMOUNTS = {
    "money": "amount revenue value sum_in_millions",
    "pct": "percent change_percent growth",
}


def story(r: Random, length: int, name: str = "", *, strange: bool = False) -> Story:
    """A story of about `length` sentences; with `strange`, often of words that tell nothing."""
    names = list(KINDS)
    name = name or r.choices(names, [4 if k == "paper" else 1 for k in names])[0]
    kind, slots = KINDS[name], Slots(r)
    plan = [(slots.expand(shape), part) for shape, part in _plan(r, kind, length)]
    if "tail" in kind:
        plan = [(slots.expand(_longer(r, kind, *each)), each[1]) for each in plan]
    main = next(shape for shape, part in plan if part == "main")
    central = _sentence(slots, main, "main")
    fixed = dict(slots.known)
    sentences = []
    for shape, part in plan:
        slots.fresh()
        sentences.append(central if part == "main" else _sentence(slots, shape, part))
    slots.known |= fixed
    inside = set(_SLOT.findall(main))
    titles = [t for t in kind["title"] if set(_SLOT.findall(t)) <= inside]
    title = slots.fill(r.choice(titles)) if titles else central.short.rstrip(".")
    facts: dict[str, tuple[str, str, str]] = {
        key: (synonyms, "date" if key == "date" else "text", fixed[key])
        for key, synonyms in _ASKED.items()
        if key in inside and key in fixed
    }
    for key, synonyms in _AMOUNTS.items():
        if key in inside:
            digits = "".join(c for c in fixed[key] if c.isdigit() or c == ".")
            facts[key] = (synonyms, "number", digits)
    tags = [
        fixed[k] for k in ("topic", "prod", "city", "site", "thing", "name", "field") if k in fixed
    ]
    exchange = Strange(r, most=strange)
    if exchange.most:
        # Its words no longer say which sentences matter: they stand first.
        sentences.sort(key=lambda s: -s.weight)
    sentences = [Sentence(exchange(s.text), s.weight, exchange(s.short)) for s in sentences]
    seen: dict[str, Sentence] = {s.text: s for s in reversed(sentences)}
    kept = list(dict.fromkeys(s.text for s in sentences))
    return Story(
        name,
        exchange(title),
        [seen[text] for text in kept],
        {key: (names, kind, exchange(value)) for key, (names, kind, value) in facts.items()},
        [exchange(tag) for tag in tags],
    )
