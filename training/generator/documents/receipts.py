"""Till receipts: narrow paper, junk lines, many amounts."""

from __future__ import annotations

from training.generator import lexicon as lex
from training.generator import values as val
from training.generator.documents.shopfronts import shopfront
from training.generator.documents.tills import sums
from training.generator.page import Page
from training.generator.words import words

WORDS = words("receipts")


def receipt(p: Page, rows: int) -> None:
    """A till receipt, or its head or foot alone: the shortest texts to learn from."""
    r = p.r
    locale = r.choice([*lex.LOCALES, *["my"] * 9, "us", "gb", "sg", "sg", "au"])
    money, dates = val.money(r, locale), val.dates(r, locale, 0.12)
    sep = p.pick("joint", [": ", ": ", " ", "  ", ":  ", " : ", " :  ", "   ", ":"])
    date, clock = dates.write(val.day(r)), val.time(r)
    stamp = p.pick("stamp", ["label"] * 4 + ["bare", "time", "both", "both", "late", "early"])
    part = p.pick("part", ["whole"] * 6 + ["head", "head", "foot"])
    if part != "foot":
        if stamp == "early":
            p.stamp = f"{date} {p.fact('time', clock)}"
        shopfront(p, locale, sep, p.stamp)
    meta(p, sep, date, clock, stamp)
    if part == "head":
        return
    net, units = goods(p, money, rows)
    sums(p, money, net, sep, units)
    if stamp == "late":
        p.stamp = f"{p.fact('date', date)} {p.fact('time', clock)}"
        p.add(r.choice([f"Date{sep}{p.stamp}", p.stamp, f"{p.stamp}  #{lex.code(r)}", date]))
        p.stamp = p.stamp if p.lines[-1] != date else ""
        if not p.stamp:
            p.facts.pop("time")
    for _ in range(r.randint(0, 4)):
        p.add(
            r.choice(WORDS["bye"]).format(n=r.choice([3, 7, 14, 30]), w=lex.name(r), t=lex.phone(r))
        )


def meta(p: Page, sep: str, date: str, clock: str, stamp: str) -> None:
    """Number, date, time, cashier, in some order and on some lines."""
    r = p.r
    if stamp not in ("early", "late") or date in p.text:
        p.fact("date", date)
    cells = []
    if r.random() < 0.8:
        cells.append(r.choice(WORDS["no"].split("|")) + sep + p.fact("number", lex.code(r)))
    if stamp == "label":
        day = r.choice(["", "", "", "", f"{r.choice(val.DAYS)}, "])
        cells.append(r.choice(["Date", "DATE", "Dt", "Bill Date", "Inv Date"]) + sep + day + date)
        if r.random() < 0.5:
            cells.append(r.choice(["Time", "TIME"]) + sep + p.fact("time", clock))
    elif stamp in ("both", "time"):
        p.stamp = date + r.choice([" ", " ", "  "]) + p.fact("time", clock)
        name = r.choice(["Date", "DATE", "Date/Time", "Printed", "Bill Dt"]) + sep
        cells.append((name if stamp == "both" else "") + p.stamp)
    elif stamp == "bare":
        cells.append(date)
    if r.random() < 0.55:
        names = [lex.person(r), r.choice(lex.FIRST), lex.word(r, 1, 2), str(r.randint(1, 99))]
        cells.append(
            r.choice(["Cashier", "Cashier", "Served by", "Operator", "Clerk", "Staff", "User"])
            + sep
            + p.fact("cashier", r.choice(names))
        )
    for name in WORDS["cells"]:
        if r.random() < 0.06:
            cells.append(
                (name + sep + r.choice(["", str(r.randint(0, 999)), lex.code(r)])).rstrip()
            )
    r.shuffle(cells)
    while cells:
        n = r.choice([1, 1, 1, 2, 2, 3])
        p.add(r.choice(["  ", "  ", " ", "   "]).join(cells[:n]))
        cells = cells[n:]


def goods(p: Page, money: val.Money, rows: int) -> tuple[int, int]:
    """The rows sold; their sum in hundredths, and how many pieces."""
    r, total, units = p.r, 0, 0
    shape = p.pick("goods", WORDS["goods"])
    if r.random() < 0.6:
        head = r.choice(WORDS["heads"]).format((money.before or "RM").strip())
        p.add(*head.split("/" if r.random() < 0.3 and "U/" not in head else "\n"))
    sign = money.before if r.random() < 0.1 else ""
    high = r.choice([15, 60, 300])
    mark = r.choice(["T", "SR", "A", "Z", "*", "S", "ZRL"])
    for _ in range(rows):
        qty, unit = r.choice([1, 1, 1, 1, 2, 2, 3, 4, 5, 10]), val.cents(r, 0.4, high)
        total, units = total + qty * unit, units + qty
        row = {
            "description": lex.item(r),
            "qty": str(qty),
            "unit": money.number(unit),
            "amount": money.number(qty * unit),
            "code": "".join(r.choice("0123456789") for _ in range(r.choice([4, 5, 6, 8, 13]))),
        }
        cell = {
            "d": row["description"],
            "q": row["qty"],
            "u": sign + row["unit"],
            "a": sign + row["amount"],
            "c": row["code"],
            "x": r.choice("xX@*"),
            "z": money.number(0),
            "T": mark,
        }
        for line in shape.split(" / "):
            p.add((" " if "x" in line else "  ").join(cell[c] for c in line.split()))
        keys = {"description": "d", "qty": "q", "unit": "u", "amount": "a", "code": "c"}
        p.rows.append({k: v for k, v in row.items() if keys[k] in shape.split()})
    return total, units
