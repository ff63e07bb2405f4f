"""Mails and letters of people whose facts stand in sentences and in what is below their name."""

from __future__ import annotations

import re
from textwrap import fill

from training.generator import lexicon as lex
from training.generator import values as val
from training.generator.documents.forms import KINDS, makers
from training.generator.page import Page
from training.generator.words import words

WORDS = words("mails")
_SLOTS: dict[str, str] = WORDS["slots"]
_SLOT = re.compile(r"\{(\w+)\}")


class _Facts:
    """The values of a mail's slots, made when they are first said, noted as the page's facts."""

    def __init__(self, p: Page, locale: str) -> None:
        self._p = p
        r = p.r
        self._makers = makers(r, locale) | {
            "event": lambda: " ".join(
                [
                    lex.name(r),
                    lex.name(r),
                    r.choice(WORDS["happenings"]),
                    str(r.randint(2010, 2030)),
                ]
            ),
            "role": lambda: f"{lex.word(r)} {r.choice(WORDS['jobs'])}",
        }

    def say(self, shape: str) -> str:
        """A sentence with its values."""
        return _SLOT.sub(lambda found: self._value(found[1]), shape)

    def _value(self, slot: str) -> str:
        p = self._p
        sort, _, names = _SLOTS[slot].partition("|")
        said = self._makers[sort]()
        p.names[slot], p.types[slot] = names, KINDS.get(sort, "text")
        exact = sort in ("money", "measure")
        p.fact(slot, val.number_in(said) if exact else said)
        return said


def mail(p: Page, rows: int) -> None:
    """A mail: perhaps its headers, a greeting, sentences, and who signs it."""
    r = p.r
    locale = r.choice(lex.LOCALES)
    facts, person = _Facts(p, locale), lex.person(r)
    shapes: list[str] = []
    used: set[str] = set()
    for shape in r.sample(WORDS["sentences"], len(WORDS["sentences"])):
        slots = set(_SLOT.findall(shape))
        if len(shapes) < max(2, rows) and not slots & used:
            shapes.append(shape)
            used |= slots
    _headers(p, facts, person, used, locale)
    hello = r.choice(WORDS["hello"]).format(p=lex.person(r), f=r.choice(lex.FIRST))
    p.add(f"{hello},", "")
    said = [facts.say(shape) for shape in shapes]
    for _ in range(r.choice([0, 1, 2, 3])):
        said.insert(r.randint(0, len(said)), r.choice(WORDS["filler"]))
    layout = p.pick("layout", ["one", "wrapped", "lines", "two"])
    if layout == "wrapped":
        width = r.randint(60, 100)
        p.add(fill(" ".join(said), width, break_long_words=False, break_on_hyphens=False))
    elif layout == "lines":
        p.add(*said)
    else:
        half = len(said) // 2 if layout == "two" else 0
        p.add(" ".join(said[half:]), *(["", " ".join(said[:half])] if half else []))
    p.add("", r.choice(WORDS["bye"]), p.fact("signed", person))
    p.names["signed"] = "sender name from_person customer customer_name writer signed_by author"
    if r.random() < 0.5:
        role, org = r.choice(WORDS["roles"]), p.fact("signed_org", lex.company(r, locale))
        p.names["signed_org"] = "company organisation sender_company employer company_name"
        p.add(*r.choice([[f"{role}, {org}"], [role, org], [org], [f"{org} | {role}"]]))
    _as_written(p)


def _headers(p: Page, facts: _Facts, person: str, used: set[str], locale: str) -> None:
    """What a mail program shows above the text, or nothing."""
    r, kind = p.r, p.pick("headers", ["none", "subject", "all"])
    if kind == "all":
        own = p.fact("sender_email", lex.email(r, person))
        p.names["sender_email"] = "sender_email from_email from reply_to"
        p.names["dated"], p.types["dated"] = "date sent date_sent mail_date", "date"
        p.add(
            f"From: {r.choice([f'{person} <{own}>', own])}",
            f"To: {lex.email(r, lex.person(r))}",
            f"Date: {p.fact('dated', val.dates(r, locale).write(val.day(r)))}",
        )
    if kind != "none":
        free = [s for s in WORDS["subjects"] if not used & {*_SLOT.findall(s)}]
        p.add(f"Subject: {p.fact('subject', facts.say(r.choice(free)))}", "")


def _as_written(p: Page) -> None:
    """Give values that go over the end of a line as they stand there."""
    for concept, value in p.facts.items():
        pattern = r"\s+".join(map(re.escape, value.split()))
        if value not in p.text and (found := re.search(pattern, p.text)):
            p.facts[concept] = found[0]
