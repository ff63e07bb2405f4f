"""Forms of all trades: many labels, beside and below each other, in tables and in sentences."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import zip_longest
from random import Random

from training.generator import lexicon as lex
from training.generator import values as val
from training.generator.documents.bills import laid_out, table
from training.generator.documents.sheets import ADJECTIVES, NOUNS
from training.generator.page import Page
from training.generator.words import words

WORDS = words("forms")
_LABELS: dict[str, list[str]] = WORDS["labels"]
KINDS = {"date": "date", "money": "number", "measure": "number", "count": "int"}
_SHORT = {
    "no.": "number no id",
    "number": "number no",
    "ref.": "reference ref",
    "reg.": "registration",
}


def _code(r: Random) -> str:
    """A reference, one time in three of groups with spaces between them."""
    if r.random() < 0.65:
        return lex.code(r)
    signs = {"#": "0123456789", "A": "ABCDEFGHJKLMNPQRSTUVWXYZ"}
    return "".join(r.choice(signs.get(c, c)) for c in r.choice(WORDS["codes"]))


def _place(r: Random, locale: str) -> str:
    city = r.choice(lex.CITY.get(locale, lex.CITY["us"])) if r.random() < 0.4 else lex.place(r)
    return r.choice(
        [city, city, f"{city} {lex.name(r)} ({lex.word(r)[:3].upper()})", f"{city}, {lex.name(r)}"]
    )


def _thing(r: Random) -> str:
    return r.choice(
        [
            lambda: lex.item(r),
            lambda: f"{r.randint(1990, 2026)} {lex.name(r)} {lex.name(r)}",
            lambda: f"{r.choice(ADJECTIVES)} {r.choice(NOUNS)}",
            lambda: f"{r.choice(ADJECTIVES).capitalize()} {r.choice(NOUNS)} {lex.code(r)}",
            lambda: f"{r.choice(NOUNS).capitalize()} and {r.choice(NOUNS)}, {r.choice(ADJECTIVES)}",
            lambda: r.choice(NOUNS).capitalize(),
        ]
    )()


def _person(r: Random) -> str:
    if r.random() < 0.15:
        title = r.choice([" MR", " MRS", " MS", ""])
        return f"{r.choice(lex.LAST)} / {r.choice(lex.FIRST)}".upper() + title
    return r.choice(["", "", "", "", "Mr ", "Mrs ", "Ms "]) + lex.person(r)


def makers(r: Random, locale: str) -> dict[str, Callable[[], str]]:
    """Each sort of value, as a document of this locale writes it."""
    money, dates = val.money(r, locale), val.dates(r, locale)
    comma = money.thousands if money.thousands in (",", ".") else ""
    return {
        "code": lambda: _code(r),
        "person": lambda: _person(r),
        "org": lambda: lex.company(r, locale),
        "place": lambda: _place(r, locale),
        "address": lambda: ", ".join(lex.address(r, locale)),
        "thing": lambda: _thing(r),
        "date": lambda: dates.write(val.day(r)),
        "money": lambda: money.write(val.cents(r, 1, 90000)),
        "count": lambda: f"{r.randint(1, r.choice([9, 400, 200_000])):,}".replace(",", comma),
        "measure": lambda: (
            f"{r.randint(1, 990)}{r.choice(['', f'{money.point}{r.randint(0, 9)}'])}"
            + r.choice(WORDS["units"])
        ),
        "time": lambda: val.time(r),
        "phone": lambda: lex.phone(r),
        "email": lambda: lex.email(r, lex.person(r)),
    }


def key(label: str, r: Random) -> str:
    """A field's name for a printed label: "Meter no." as meter_number, meter_no or meter_id."""
    parts = re.findall(r"[a-z]+\.?", re.sub("[()]", "", label.lower()))
    named = [r.choice(_SHORT.get(part, part.rstrip(".")).split()) for part in parts]
    return "_".join(named)


def _names(label: str, sort: str, r: Random) -> str:
    """What a labelled value may be asked by: most often its label."""
    own = key(label, r)
    if sort in ("person", "org") and not own.endswith(("name", "by")) and r.random() < 0.25:
        return f"{own}_name"
    if sort == "date" and "date" not in own and r.random() < 0.3:
        return f"{own}_date"
    if sort == "money" and len(own.split("_")) == 1 and r.random() < 0.2:
        return f"{own}_amount"
    return own


def _label(r: Random) -> tuple[str, str]:
    """A printed label and the sort of its value; some labels are of no trade at all."""
    sort = r.choices(list(_LABELS), [5, 4, 2, 2, 1.5, 4, 4, 5, 2, 2, 0.7, 0.7, 0.7])[0]
    label = r.choice(_LABELS[sort])
    if r.random() < 0.25:
        first, *rest = label.split(" ")
        label = " ".join(
            r.choice(
                [
                    [first, *rest[:-1], r.choice(NOUNS)],
                    [r.choice(ADJECTIVES).capitalize(), label.lower()],
                    [lex.word(r).capitalize(), *rest],
                    [r.choice(NOUNS).capitalize(), label.lower()],
                ]
            )
        )
    return label, sort


def _pairs(p: Page, locale: str, count: int) -> list[tuple[str, str]]:
    """Labels and values, each noted as a fact under its label's name."""
    r, made, pairs = p.r, makers(p.r, locale), []
    used: set[str] = set()
    for _ in range(count):
        label, sort = _label(r)
        concept = _names(label, sort, r)
        if not concept or key(label, Random(0)) in used or concept in p.facts:
            continue
        used.add(key(label, Random(0)))
        value = made[sort]()
        p.types[concept], p.names[concept] = KINDS.get(sort, "text"), concept
        exact = sort in ("money", "measure")
        p.facts[concept] = val.number_in(value) if exact else value
        pairs.append((label, value))
    return pairs


def _lines(p: Page, pairs: list[tuple[str, str]]) -> list[str]:
    """Pairs in one of many layouts: in lines, side by side, as a table, a list, in sentences."""
    r = p.r
    shape = p.pick(
        "form",
        ["lines", "lines", "beside", "beside", "columns", "md", "bold", "list", "said", "below"],
    )
    sep = p.pick("mark", [": ", ": ", "  ", "    ", ":  ", " ", " - ", " = "])
    case = r.choice([str, str, str, str.upper, str.lower, str.title])
    cells = [(case(label), value) for label, value in pairs]
    if shape == "md":
        return ["| Field | Value |", "|---|---|", *(f"| {k} | {v} |" for k, v in cells)]
    if shape == "bold":
        return [f"**{k}:** {v}" for k, v in cells]
    if shape == "list":
        return [f"{r.choice('-*')} {k}{sep}{v}" for k, v in cells]
    if shape == "below":
        return [line for k, v in cells for line in (k, v)]
    if shape == "said":
        said = (r.choice(WORDS["said"]).format(l=k.lower(), L=k, v=v) for k, v in pairs)
        return [" ".join(x for x in group if x) for group in zip_longest(*[said] * 3)]
    if shape == "lines":
        return [f"{k}{sep}{v}" for k, v in cells]
    if shape == "columns":
        wide = max(len(k) for k, _ in cells) + r.randint(1, 6)
        return [f"{k + sep.strip():{wide}}{v}" for k, v in cells]
    gap = r.choice(["   ", "     ", "          ", "\t", "  |  "])
    across = r.choice([2, 2, 2, 3])
    rows = [cells[i : i + across] for i in range(0, len(cells), across)]
    joined = [[f"{k}{sep if sep.strip() else ' '}{v}" for k, v in row] for row in rows]
    if r.random() < 0.5 and not gap.startswith("\t"):
        wide = max(len(text) for row in joined for text in row[:-1] or [""]) + 2
        return ["".join(f"{text:{wide}}" for text in row).rstrip() for row in joined]
    return [gap.join(row) for row in joined]


def _heading(p: Page, locale: str) -> None:
    """Who issues the form and what it is, with its number or not."""
    r = p.r
    trade, _, kinds = r.choice(WORDS["orgs"]).partition(":")
    traded = r.random() < 0.7
    the = r.choice(["", "", "The ", f"{lex.name(r)} "])
    org = f"{the}{lex.name(r)} {trade}" if traded else lex.company(r, locale)
    title = r.choice(WORDS["titles"])
    head: list[str] = []
    if r.random() < 0.75:
        org = p.fact("org", r.choice([str, str, str.upper])(org))
        p.names["org"] = f"{WORDS['org']} {f'{kinds} ' * 3 if traded else ''}"
        head.append(org)
        if r.random() < 0.4:
            lines = lex.address(r, locale)
            whole = r.choice([", ", "\n"]).join(lines)
            p.fact("org_address", whole)
            p.names["org_address"] = "address organisation_address company_address address"
            head += whole.split("\n")
        if r.random() < 0.25:
            p.fact("phone", lex.phone(r))
            head.append(r.choice(["Tel ", "Phone: ", "T: ", ""]) + p.facts["phone"])
    said = r.choice([title, title.upper(), f"# {title}", title])
    if r.random() < 0.4:
        number = p.fact("number", _code(r))
        own = key(title, r)
        last = own.split("_")[-1]
        p.names["number"] = (
            f"{own}_number {own}_number {last}_number {own}_no document_number number reference"
        )
        said += r.choice([" ", " No. ", " # ", " no. ", ": ", "  "]) + number
    blocks = [head, [said]]
    if p.pick("top", ["org", "org", "title"]) == "title":
        blocks.reverse()
    p.add(*blocks[0], *([""] if r.random() < 0.5 else []), *blocks[1])


def _grid(p: Page, locale: str, count: int) -> None:
    """A table of any columns at all: each of them is a field of its rows."""
    r, made = p.r, makers(p.r, locale)
    heads: list[str] = []
    sorts: list[str] = []
    for _ in range(r.choice([2, 3, 3, 4, 5])):
        label, sort = _label(r)
        name = _names(label, sort, r)
        taken = {*p.columns, *p.facts, ""}
        if name not in taken and label not in heads and sort != "address":
            p.columns[name] = KINDS.get(sort, "text")
            heads.append(label)
            sorts.append(sort)
    if not heads:
        return
    lines = [heads]
    for _ in range(count):
        cells = [made[sort]() for sort in sorts]
        lines.append(cells)
        exact = [
            val.number_in(cell) if sort in ("money", "measure") else cell
            for cell, sort in zip(cells, sorts, strict=True)
        ]
        p.rows.append(dict(zip(p.columns, exact, strict=True)))
    gap = p.pick("gap", ["  ", "    ", "\t", " | ", "aligned", "aligned", "aligned", "; ", "md"])
    sides = ["d" if KINDS.get(sort, "text") == "text" else "a" for sort in sorts]
    p.add(*laid_out(lines, sides, gap, r.choice([2, 2, 3, 5, 9])))


def form(p: Page, rows: int) -> None:
    """A form of some trade: heading, labelled values, perhaps goods, perhaps some in sentences."""
    r = p.r
    locale = r.choice(lex.LOCALES)
    if r.random() < 0.85:
        _heading(p, locale)
    gap = [""] if r.random() < 0.6 else []
    for number in range(1 if rows < 8 else r.choice([1, 2])):
        pairs = _pairs(p, locale, max(2, rows) if number == 0 else r.randint(2, 5))
        heading = [r.choice(WORDS["sections"])] if r.random() < 0.2 else []
        if pairs:
            p.add(*gap, *heading, *_lines(p, pairs))
    if (x := r.random()) < 0.3 and rows > 3:
        p.add(*gap)
        if x < 0.1:
            table(p, val.money(r, locale), r.randint(1, 4))
        else:
            _grid(p, locale, r.randint(1, 6))


def absent(p: Page) -> tuple[str, str]:
    """A name, and a sort of value, that a form of this kind may have and this one lacks."""
    label, sort = _label(p.r)
    return _names(label, sort, p.r), KINDS.get(sort, "text")
