"""First pages of contracts: parties, dates, terms, in clauses or as a table of particulars."""

from __future__ import annotations

from datetime import date, timedelta

from training.generator import lexicon as lex
from training.generator import values as val
from training.generator.documents.letterheads import joint
from training.generator.page import Page
from training.generator.words import words

WORDS = words("contracts")


def contract(p: Page, rows: int) -> None:
    """The first page of an agreement between two parties."""
    r = p.r
    locale = r.choice(lex.LOCALES)
    dates, money = val.dates(r, locale, 0.8), val.money(r, locale)
    day = val.day(r)
    p.add(p.fact("subject", r.choice(WORDS["titles"])), "")
    dated = p.fact("date", dates.write(day))
    p.names |= {
        "date": "date signed dated agreement_date contract_date",
        "subject": "title subject",
    }
    p.add(*_parties(p, locale, dated), "")
    facts = _particulars(p, dates, money, day)
    if p.pick("terms", ["clauses", "clauses", "table"]) == "table":
        sep = joint(p)
        p.add(*(f"{label}{sep}{value}" for label, value, _ in facts))
    else:
        number = p.pick("number", ["{}. ", "{}) ", "§ {} ", "Article {}: ", "({}) "])
        clauses = [shape.format(value) for _, value, shape in facts]
        for _ in range(min(rows, 3)):
            clauses.insert(r.randint(0, len(clauses)), r.choice(WORDS["clauses"]))
        p.add(*(number.format(i) + text for i, text in enumerate(clauses, 1)))
    if r.random() < 0.4:
        p.add("", f"{r.choice(['Signed', 'Place'])}: {p.fact('place', lex.name(r))}")


def _parties(p: Page, locale: str, dated: str) -> list[str]:
    """Who agrees with whom, and when."""
    r = p.r
    first, second = (
        p.fact("vendor", lex.company(r, locale)),
        p.fact("customer", lex.company(r, locale)),
    )
    roles = r.choice(WORDS["roles"])
    for concept, role in zip(("vendor", "customer"), roles, strict=True):
        p.names[concept] = f"{role.lower()} {role.lower()}_name"
    homes = [", ".join(lex.address(r, locale)) for _ in roles]
    if r.random() < 0.6:
        p.facts |= dict(zip(("vendor_address", "customer_address"), homes, strict=True))
        for concept, role in zip(("vendor_address", "customer_address"), roles, strict=True):
            p.names[concept] = f"{role.lower()}_address {role.lower()}_seat"
        of = [f"{name}, {home}" for name, home in zip((first, second), homes, strict=True)]
    else:
        of = [first, second]
    if p.pick("parties", ["prose", "lines"]) == "prose":
        when = p.pick("opening", ["This agreement is made on", "Dated"]) + f" {dated}"
        return [f"{when} between {of[0]} (the {roles[0]}) and {of[1]} (the {roles[1]})."]
    return [f"Date: {dated}", f"{roles[0]}: {of[0]}", "and", f"{roles[1]}: {of[1]}"]


def _particulars(
    p: Page, dates: val.Dates, money: val.Money, day: date
) -> list[tuple[str, str, str]]:
    """Label, value and clause of what is agreed, in some order; some are left out."""
    r = p.r
    fee = val.cents(r, 20, 9000)
    span = f"{r.randint(2, 60)} {r.choice(['months', 'years', 'weeks'])}"
    made = {
        "start": dates.write(day + timedelta(days=r.randint(1, 40))),
        "end": dates.write(day + timedelta(days=r.randint(200, 2000))),
        "term": span,
        "notice": f"{r.randint(2, 90)} {r.choice(['days', 'weeks'])}",
        "fee": money.write(fee),
        "law": r.choice(list(lex.COUNTRY.values())).removeprefix("The "),
        "number": lex.code(r),
        "object": f"{r.choice(lex.ITEM_A).lower()} {r.choice(lex.ITEM_B).lower()}",
    }
    made = {k: v for k, v in made.items() if r.random() < 0.65}
    out = []
    for concept, value in made.items():
        p.fact(concept, money.number(fee) if concept == "fee" else value)
        p.names[concept] = WORDS["names"][concept]
        p.types[concept] = {"start": "date", "end": "date", "fee": "number"}.get(concept, "text")
        labels, clauses = WORDS["shapes"][concept]
        out.append((r.choice(labels), value, r.choice(clauses)))
    if p.pick("order", ["fixed", "mixed"]) == "mixed":
        r.shuffle(out)
    return out
