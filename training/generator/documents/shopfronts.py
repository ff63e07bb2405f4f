"""The head of a till receipt: names over several lines, numbers beside them, broken addresses."""

from __future__ import annotations

from random import Random
from textwrap import wrap

from training.generator import lexicon as lex
from training.generator.page import Page
from training.generator.words import words

WORDS = words("receipts")

_REGISTERED = WORDS["registered"]
_SLOGAN = WORDS["slogan"]
_TITLE = WORDS["title"]
_TOP = [*["none"] * 8, "person", "person", "person", "number", "junk", "slogan", "brand", "brand"]


def shopfront(p: Page, locale: str, sep: str, stamp: str = "") -> None:
    """Everything above the goods that names the shop; `stamp` is a date printed under its name."""
    r = p.r
    _top(p, locale)
    place = p.pick("reg", ["beside", "under", "under", "under", "after", "none", "none", "none"])
    number = _registration(r)
    legal = "top=brand" in p.marks
    shop = lex.legal(r, locale) if legal else lex.shop(r, locale)
    name = _broken_name(p.fact("vendor", shop), r)
    if len(name) > 1:
        p.fact("vendor", "\n".join(name))
    if place == "beside":
        name[-1] += f"{r.choice([' ', ' ', '  '])}({p.fact('regno', number)})"
    p.add(*name, *([stamp] if stamp else []))
    if place == "under":
        p.add(r.choice(_REGISTERED).format(p.fact("regno", number)))
    if r.random() < 0.04:
        p.add(r.choice(WORDS["formerly"]), lex.shop(r, locale))
    contact = _contacts(p, sep)
    early = contact[:1] if r.random() < 0.12 else []
    p.add(*early)
    if p.pick("address", ["yes"] * 9 + ["no"]) == "yes":
        _address(p, locale)
    if place == "after":
        contact.insert(0, r.choice(_REGISTERED[2:]).format(p.fact("regno", number)))
    p.add(*(line for line in contact if line not in early))
    if r.random() < 0.7:
        p.add(r.choice(["{}", "{}", "{}", "* {} *", "-{}-", "** {} **"]).format(r.choice(_TITLE)))
    if r.random() < 0.07:
        buyer = lex.person(r) if r.random() < 0.5 else lex.company(r, locale)
        p.add(r.choice(["Customer", "Bill To", "Sold to", "M/S"]) + sep + p.fact("customer", buyer))
    elif r.random() < 0.1:
        p.add(r.choice(["CASH", "Dine In", "Take away", "Copy", "Eat in"]))


def _top(p: Page, locale: str) -> None:
    """What a scan shows above the name and is not the name."""
    r, kind = p.r, p.pick("top", _TOP)
    if kind == "person":
        p.add(r.choice([lex.person(r), lex.person(r), f"{lex.person(r)} {lex.name(r)}"]))
    elif kind == "number":
        p.add(r.choice([str(r.randint(1, 99999)), f"{r.randint(1, 9)}  {r.randint(1000, 999999)}"]))
    elif kind == "junk":
        p.add(r.choice(WORDS["junk"]))
    elif kind == "slogan":
        p.add(r.choice(_SLOGAN).format(w=lex.name(r), t=r.choice(lex.TRADE)))
    elif kind == "brand":
        p.add(f"{lex.name(r)}{r.choice(['', ' ' + r.choice(lex.TRADE), ' ' + lex.name(r)])}")


def _registration(r: Random) -> str:
    """The number under which a company is registered."""
    letter = r.choice("ADHKMPTUVWX")
    return r.choice(
        [
            f"{r.randint(10**5, 10**6)}-{letter}",
            f"{r.randint(10**5, 10**7)}-{letter}",
            f"{r.choice('JSPKIA')}{r.choice('ABMR')}{r.randint(10**5, 10**7):07}-{letter}",
            f"{r.choice('JSPKIA')}{r.choice('ABMR')}{r.randint(10**5, 10**7):07}",
            f"{r.randint(1990, 2024)}{r.randint(1, 6):02}{r.randint(10**5, 10**6)}",
            f"{r.randint(10**5, 10**8):08}",
            lex.code(r),
        ]
    )


def _broken_name(name: str, r: Random) -> list[str]:
    """A long name over two or three lines."""
    if len(name) < 18 or r.random() < 0.75:
        return [name]
    return wrap(name, r.randint(12, max(13, len(name) - 4)), break_long_words=False)


def _address(p: Page, locale: str) -> None:
    """The address as a till prints it, sometimes with the branch in brackets under it."""
    lines = printed(p.r, lex.address(p.r, locale))
    if p.r.random() < 0.05:
        lines.append(f"({lex.name(p.r)} {lex.name(p.r)})")
    p.add(*p.fact("vendor_address", "\n".join(lines)).split("\n"))


def printed(r: Random, lines: list[str]) -> list[str]:
    """An address with its commas, broken where it was written or where the paper ends."""
    comma = r.choice(["", ",", ",", ","])
    if len(lines) > 1 and r.random() < 0.45:
        text = f"{comma or r.choice(['', ','])} ".join(lines)
        lines = wrap(text, r.randint(18, 46), break_long_words=False, break_on_hyphens=False)
    else:
        lines = [x if x[-1] in ",." else x + comma for x in lines[:-1]] + lines[-1:]
    lines[-1] = lines[-1].rstrip(",.") + r.choice(["", "", "", ".", ".", ","])
    x = r.random()
    if x < 0.3:
        lines = [line.replace(", ", ",") for line in lines]
    elif x < 0.36:
        lines = [line.replace(", ", " , ") for line in lines]
    return lines


def _contacts(p: Page, sep: str) -> list[str]:
    """Telephone, fax, mail, web and tax number, each on a line or side by side."""
    r, lines = p.r, []
    if r.random() < 0.65:
        phone = p.fact("phone", lex.phone(r))
        lines.append(
            r.choice(["Tel", "TEL", "Phone", "Tel No.", "H/P", "Tel", "Telephone"]) + sep + phone
        )
        x = r.random()
        if x < 0.3:
            lines[0] += f"{r.choice(['  ', ' '])}Fax{sep}{p.fact('fax', lex.phone(r))}"
        elif x < 0.36:
            lines[0] += f" / {lex.phone(r)}"
        elif x < 0.44:
            lines[0] = phone
    if r.random() < 0.15:
        mail = p.fact("email", lex.email(r, p.facts["vendor"]))
        lines.append(r.choice(["", "", "Email" + sep]) + mail)
    if r.random() < 0.08:
        lines.append(p.fact("website", f"www.{lex.word(r, 2)}.{r.choice(['com', 'net', 'my'])}"))
    if r.random() < 0.6:
        tax = r.choice([f"00{r.randint(10**9, 10**10)}", lex.code(r), f"{r.randint(10**8, 10**9)}"])
        text = r.choice(WORDS["taxid"]) + sep + p.fact("taxid", tax)
        lines.append(f"({text})" if r.random() < 0.12 else text)
    if r.random() < 0.3:
        r.shuffle(lines)
    return lines
