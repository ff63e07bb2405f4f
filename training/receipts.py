"""Till receipts: narrow paper, junk lines, many amounts."""

from __future__ import annotations

from training import lexicon as lex
from training import values as val
from training.letterheads import letterhead, registered
from training.page import Page
from training.words import words

WORDS = words("receipts")

_JUNK = WORDS["junk"]
_BYE = WORDS["bye"]
_CHANGE = WORDS["change"]
_CASH = WORDS["cash"]
_TAX = WORDS["tax"]
_SUB = WORDS["sub"]
_TOTAL = WORDS["total"]
_NO = WORDS["no"]


def receipt(p: Page, rows: int) -> None:
    """A till receipt; most of them as a scanner reads them."""
    r = p.r
    locale = r.choice([*lex.LOCALES, "us", "gb", "my", "sg"])
    money, dates, sep = (
        val.money(r, locale),
        val.dates(r, locale, 0.12),
        p.pick("joint", [": ", " ", "  ", ":  ", " : ", "   "]),
    )
    day, clock = val.day(r), val.time(r)
    junk = p.pick("top", ["none", "none", "name", "junk", "num"])
    if junk == "junk":
        p.add(r.choice(_JUNK))
    elif junk == "name":
        p.add(r.choice([lex.person(r), lex.word(r).upper(), lex.code(r)]))
    elif junk == "num":
        p.add(str(r.randint(100, 99999)))
    head = p.pick("head", ["plain", "plain", "reg", "branch"])
    if head == "plain":
        letterhead(p, locale)
    else:
        registered(p, locale, head)
    lines = []
    for name, concept, make in (
        ("Tel|TEL|Phone|Tel No.|Ph", "phone", lex.phone),
        ("GST ID|VAT No|Tax ID|GST Reg No|Tax No|Co. Reg", "taxid", lex.code),
    ):
        if r.random() < 0.55:
            lines.append(r.choice(name.split("|")) + sep + p.fact(concept, make(r)))
    r.shuffle(lines)
    p.add(*lines)
    if r.random() < 0.5:
        p.add(r.choice(_JUNK))
    meta(p, sep, dates.write(day), clock)
    net = goods(p, money, rows)
    sums(p, money, net, sep)
    if p.facts["date"] not in p.text:
        p.add(r.choice(["Date", "", "DATE"]) + sep + p.facts["date"])
    for _ in range(r.randint(0, 4)):
        p.add(r.choice(_BYE).format(n=r.choice([7, 14, 30]), w=lex.name(r), t=lex.phone(r)))


def meta(p: Page, sep: str, date: str, clock: str) -> None:
    """Number, date, time, cashier, in some order and on some lines."""
    r = p.r
    p.fact("date", date)
    cells = []
    if r.random() < 0.75:
        cells.append(r.choice(_NO.split("|")) + sep + p.fact("number", lex.code(r)))
    stamp = p.pick("stamp", ["label", "label", "bare", "time", "both", "late"])
    if stamp == "label":
        cells.append(
            r.choice(["Date", "DATE", "Dt", "Bill Date", "Date", "Invoice Date"]) + sep + date
        )
        if r.random() < 0.4:
            cells.append(r.choice(["Time", "TIME"]) + sep + p.fact("time", clock))
    elif stamp == "both":
        p.stamp = date + r.choice([" ", " ", "  "]) + p.fact("time", clock)
        cells.append(r.choice(["Date", "DATE", "Date/Time", "Printed"]) + sep + p.stamp)
    elif stamp == "time":
        p.stamp = date + r.choice([" ", " ", "  "]) + p.fact("time", clock)
        cells.append(p.stamp)
    elif stamp == "bare":
        cells.append(date)
    if r.random() < 0.5:
        cells.append(
            r.choice(["Cashier", "CASHIER", "Served by", "Operator", "Clerk", "Staff", "User"])
            + sep
            + p.fact(
                "cashier",
                r.choice(
                    [lex.person(r), r.choice(lex.FIRST), lex.word(r, 1, 2), str(r.randint(1, 99))]
                ),
            )
        )
    for name in ("Table", "Till", "Member", "Pax", "Terminal", "Salesperson"):
        if r.random() < 0.12:
            cells.append(name + sep + str(r.randint(1, 999)))
    r.shuffle(cells)
    while cells:
        n = r.choice([1, 1, 1, 2, 3])
        p.add("  ".join(cells[:n]))
        cells = cells[n:]


def goods(p: Page, money: val.Money, rows: int) -> int:
    """The rows sold; the sum in hundredths."""
    r, total, units = p.r, 0, 0
    shape = p.pick(
        "goods",
        [
            "d a",
            "q d a",
            "d / q x u a",
            "c d / q u a",
            "d q u a",
            "q x d a",
            "d / c / q x u a",
            "d a T",
        ],
    )
    if r.random() < 0.5:
        p.add(
            r.choice(
                [
                    "Item  Qty  Price  Amount",
                    "DESCRIPTION  QTY  PRICE  TOTAL",
                    "QTY  ITEM  AMT",
                    "Item  Amount",
                    "ITEM QTY U/PRICE AMOUNT",
                    "Description  Amount (" + (money.before or "RM").strip() + ")",
                ]
            )
        )
    for _ in range(rows):
        qty, unit = (
            r.choice([1, 1, 1, 1, 2, 2, 3, 4, 5, 10]),
            val.cents(r, 0.4, r.choice([15, 60, 300])),
        )
        total, units = total + qty * unit, units + qty
        row = {
            "description": lex.item(r),
            "qty": str(qty),
            "unit": money.number(unit),
            "amount": money.number(qty * unit),
            "code": "".join(r.choice("0123456789") for _ in range(r.choice([4, 6, 13]))),
        }
        cell = {
            "d": row["description"],
            "q": row["qty"],
            "u": row["unit"],
            "a": row["amount"],
            "c": row["code"],
            "x": "x",
            "T": r.choice(["T", "SR", "A", "Z", "*"]),
        }
        for line in shape.split(" / "):
            p.add((" " if "x" in line else "  ").join(cell[c] for c in line.split()))
        p.rows.append(
            {
                k: v
                for k, v in row.items()
                if {"description": "d", "qty": "q", "unit": "u", "amount": "a", "code": "c"}[k]
                in shape.split()
            }
        )
    if r.random() < 0.25:
        p.add(
            r.choice(["Total Qty: ", "Items: ", "No. of items  ", "TOTAL QTY  ", "Item count: "])
            + p.fact("quantity", str(units))
        )
    return total


def sums(p: Page, money: val.Money, net: int, sep: str) -> None:
    """Subtotal, tax, rounding, total, cash, change: the total among its near misses."""
    r = p.r
    shape = p.pick(
        "sums",
        [
            "s t T",
            "s t T c h",
            "T c h",
            "s T c h",
            "s t o T c h",
            "T t",
            "T",
            "s d T c h",
            "T c h g",
            "s t T v",
            "s o T c h g",
            "T v",
        ],
    )
    rate = r.choice([5, 6, 7, 8, 10, 19, 20, 21])
    parts = shape.split()
    tax = round(net * rate / 100)
    value = net + (tax if "t" in parts and parts.index("t") < parts.index("T") else 0)
    disc = round(net * r.choice([5, 10]) / 100) if "d" in parts else 0
    value -= disc
    off = 0
    if "o" in parts:
        off = (5 - value % 5) % 5 if value % 5 >= 3 else -(value % 5)
        value += off
    cash = (
        value
        if r.random() < 0.25
        else next(c for c in (1000, 2000, 5000, 10000, 20000, 50000, 10**9) if c >= value)
        if value <= 50000
        else -(-value // 10000) * 10000
    )
    sign = r.random() < 0.4

    def line(names: str, cents: int) -> str:
        name = r.choice(names.split("|")).replace("{p}", str(rate))
        if not sign and money.before and r.random() < 0.3:
            name += f" ({money.before.strip()})"
        return name + sep + (money.write(cents) if sign else money.number(cents))

    for part in parts:
        if part == "s":
            p.add(line(_SUB, net))
            p.fact("subtotal", money.number(net))
        elif part == "t":
            p.add(line(_TAX, tax))
            p.fact("tax", money.number(tax))
        elif part == "d":
            p.add(line("Discount|DISCOUNT|Less|Member discount", -disc))
            p.fact("discount", money.number(-disc))
        elif part == "o":
            p.add(line("Rounding|ROUNDING ADJ|Rounding Adjustment|Round", off))
        elif part == "T":
            p.add(line(_TOTAL, value))
            p.fact("total", money.number(value))
        elif part == "c":
            p.add(line(_CASH, cash))
            p.fact("cash", money.number(cash))
        elif part == "h":
            p.add(line(_CHANGE, cash - value))
            p.fact("change", money.number(cash - value))
        elif part == "v":
            p.add(
                r.choice(["VISA", "Mastercard", "CARD", "Visa Debit", "EFTPOS"])
                + r.choice([" ", " **** ", " XXXX-"])
                + f"{r.randint(1000, 9999)}"
                + sep
                + money.number(value)
            )
        else:
            p.add(
                r.choice(["GST SUMMARY", "Tax Summary", "VAT ANALYSIS"]),
                "Code  Net  Tax",
                f"SR  {money.number(net)}  {money.number(tax)}",
            )
