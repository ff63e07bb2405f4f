"""Invoices, order confirmations, purchase orders, quotations, credit notes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

from training.generator import lexicon as lex
from training.generator import values as val
from training.generator.documents.letterheads import contacts, joint, label, letterhead
from training.generator.page import Page
from training.generator.words import words

WORDS = words("bills")

_TITLES = WORDS["titles"]
_TERMS = WORDS["terms"]
_POLITE = WORDS["polite"]


def laid_out(lines: list[list[str]], cols: list[str], gap: str, apart: int = 2) -> list[str]:
    """The rows with `gap` between the cells, in columns some spaces apart, or as Markdown."""
    if gap == "md":
        rows = [f"| {' | '.join(line)} |" for line in lines]
        return [*rows[:1], "|" + "---|" * len(cols), *rows[1:]]
    if gap != "aligned" or not lines:
        return [(gap if gap != "aligned" else "  ").join(line) for line in lines]
    widths = [max(len(line[i]) for line in lines) for i in range(len(cols))]
    return [
        (" " * apart)
        .join(
            c.ljust(n) if name in "dc" else c.rjust(n)
            for c, n, name in zip(line, widths, cols, strict=True)
        )
        .rstrip()
        for line in lines
    ]


def _under(line: list[str], shape: list[str]) -> list[str]:
    """A row over several lines, which end where the shape's names do."""
    gaps = ["\n" if name.endswith("\n") else "  " for name in shape[:-1]]
    return [part for pair in zip(line, [*gaps, ""], strict=True) for part in pair]


def table(p: Page, money: val.Money, count: int) -> int:
    """Rows of goods; the sum in hundredths."""
    r, total = p.r, 0
    shape = p.pick(
        "table",
        [
            "d q u a",
            "d q u a",
            "q d u a",
            "d a",
            "c d q u a",
            "q d a",
            "n d q u a",
            "q x d @ u a",
            "bullet",
            "d q a",
            "d q u t a",
            "c d t a",
            "d\n q u a",
            "c\n d\n q u a",
            "d\n q\n u\n a",
        ],
    )
    gap = p.pick("gap", ["  ", "   ", "\t", " | ", "    ", " ", "aligned", "aligned", "; ", "md"])
    lines: list[list[str]] = []
    heads = {
        "d": "Description|Item|Product|Article|Details|Service",
        "q": "Qty|Quantity|Units|Qty.",
        "u": "Unit price|Price|Rate|Price each|Unit",
        "a": "Amount|Total|Line total|Sum|Value",
        "c": "Code|SKU|Art. no.|Item no.",
        "n": "#|Pos|No",
        "t": "Tax|VAT|Tax %|GST|VAT rate",
    }
    cols = [name.strip("\n") for name in shape.split(" ")]
    if "x" not in cols and shape != "bullet" and r.random() < 0.8:
        lines.append([r.choice(heads[c].split("|")) for c in cols])
    high, taxed = r.choice([50, 400, 3000]), r.choice(["5%", "7 %", "19%", "20", "21%", "0%"])
    for i in range(count):
        qty, unit = (
            r.choice([1, 1, 1, 2, 2, 3, 4, 5, 6, 8, 10, 12, 20, 24, 50]),
            val.cents(r, 0.5, high),
        )
        amount = qty * unit
        total += amount
        row = {
            "description": lex.item(r),
            "qty": str(qty),
            "unit": money.number(unit),
            "amount": money.number(amount),
            "code": lex.code(r),
        }
        sign = r.random() < 0.3
        price = {
            "u": money.write(unit) if sign else row["unit"],
            "a": money.write(amount) if sign else row["amount"],
        }
        if shape == "bullet":
            p.add(f"- {row['description']}, {qty} x {money.write(unit)} = {money.write(amount)}")
            row.pop("code")
        else:
            cell = {
                "d": row["description"],
                "q": row["qty"],
                "c": row["code"],
                "n": str(i + 1),
                "x": "x",
                "@": "@",
                "t": taxed,
                **price,
            }
            lines.append([cell[c] for c in cols])
            row = {
                k: v
                for k, v in row.items()
                if {"description": "d", "qty": "q", "unit": "u", "amount": "a", "code": "c"}[k]
                in cols
            }
        p.rows.append(row)
    if "\n" in shape:
        p.add(*("".join(_under(line, shape.split(" "))) for line in lines))
    else:
        gap = " " if "x" in cols else gap
        printed = laid_out(lines, cols, gap, r.choice([2, 2, 2, 3, 5, 9]))
        heading, goods = (printed[:-count], printed[-count:]) if count else (printed, [])
        if gap != "md" and r.random() < 0.1:
            about = _about(r)
            goods = [line for good in goods for line in (good, about())]
        p.add(*heading, *goods)
    return total


def _about(r: Random) -> Callable[[], str]:
    """What may stand below each row and is none: a period, a serial number, a remark."""
    dates = val.dates(r, "us")
    said = r.choice(["Batch", "Serial no.", "S/N", "Ref.", "Made by"])
    return r.choice(
        [
            lambda: f"{dates.write(val.day(r))} – {dates.write(val.day(r))}",
            lambda: f"{said} {lex.code(r)}",
            lambda: f"  {lex.word(r)} {lex.word(r)}, {lex.word(r)}",
        ]
    )


def totals(p: Page, money: val.Money, net: int, sep: str) -> None:
    """Subtotal, discount, tax, total: the near misses of each other."""
    r = p.r
    shape = p.pick(
        "totals",
        [
            "total",
            "sub tax total",
            "sub tax total",
            "sub tax total",
            "sub disc tax total",
            "sub ship tax total",
            "tax total",
            "total tax",
            "sub ship total",
        ],
    )
    rate, amount = r.choice([5, 6, 7, 8, 10, 12, 19, 20, 21, 22, 23, 25]), net
    dots = " ..... " if r.random() < 0.05 else sep
    out: dict[str, str] = {}
    parts = shape.split()
    disc = -round(net * r.choice([5, 10, 15]) / 100) if "disc" in parts else 0
    ship = val.cents(r, 3, 60) if "ship" in parts else 0
    tax = round((net + disc + ship) * rate / 100) if "tax" in parts else 0
    amount = net + disc + ship + (tax if shape != "total tax" else 0)
    for part, concept, cents in (
        ("sub", "subtotal", net),
        ("disc", "discount", disc),
        ("ship", "shipping", ship),
        ("tax", "tax", tax),
        ("total", "total", amount),
    ):
        if part not in parts:
            continue
        name = label(r, concept, p=str(rate))
        if "%" in name:
            p.fact("rate", str(rate))
        p.fact(concept, money.number(cents))
        out[part] = name + dots + money.write(cents)
    p.add(*(out[part] for part in parts))
    if r.random() < 0.12:
        paid = money.write(amount)
        p.add(
            r.choice(["Amount paid", "Paid", "Deposit received"])
            + sep
            + (paid if r.random() < 0.5 else money.write(0))
        )


def invoice(p: Page, rows: int) -> None:
    """An invoice, order confirmation, purchase order, quotation or credit note."""
    r = p.r
    locale = r.choice(lex.LOCALES)
    money, dates, sep = val.money(r, locale), val.dates(r, locale), joint(p)
    kind = r.choice(["invoice"] * 5 + ["order", "purchase", "quote", "credit"])
    titles, numbers = (x.split("|") for x in _TITLES[kind])
    day = val.day(r)
    title = r.choice(titles)
    metas: list[tuple[str, str]] = [(r.choice(numbers), p.fact("number", lex.code(r)))]
    p.names["number"] = {
        "invoice": "",
        "order": "order_number order_no confirmation_number order_id reference",
        "purchase": "po_number order_number purchase_order_number number reference",
        "quote": "quote_number quotation_number reference estimate_number number",
        "credit": "number document_number reference credit_note_number",
    }[kind]
    if kind == "order" or kind == "purchase":
        p.facts.pop("order", None)
    metas.append((label(r, "date"), p.fact("date", dates.write(day))))
    for concept, share in (
        ("due", 0.55),
        ("delivery", 0.2),
        ("order", 0.3 if kind in ("invoice", "credit") else 0),
        ("account", 0.25),
        ("terms", 0.25),
        ("contact", 0.2),
    ):
        if r.random() < share:
            text = (
                dates.write(day + timedelta(days=r.randint(3, 60)))
                if concept in ("due", "delivery")
                else r.choice(_TERMS)
                if concept == "terms"
                else lex.person(r)
                if concept == "contact"
                else lex.code(r)
            )
            metas.append((label(r, concept), p.fact(concept, text)))
    if r.random() < 0.4:
        r.shuffle(metas)

    def meta() -> None:
        shape = p.pick(
            "meta", ["lines", "lines", "lines", "pairs", "grid", "title", "below", "apart"]
        )
        cells = [f"{k}{sep}{v}" for k, v in metas]
        if shape == "title":
            k, v = metas[0]
            p.add(f"{title} {v}" if k in numbers else f"{title}  {cells[0]}", *cells[1:])
        elif shape == "pairs":
            p.add(*("   ".join(cells[i : i + 2]) for i in range(0, len(cells), 2)))
        elif shape == "below":
            p.add(*(f"{k}\n{v}" for k, v in metas))
        elif shape == "apart":
            p.add(*(k for k, _ in metas), *(v for _, v in metas))
        elif shape == "grid":
            p.add("  ".join(k for k, _ in metas), "  ".join(v for _, v in metas))
        else:
            p.add(*cells)

    def head() -> None:
        named = r.random() < 0.12
        letterhead(p, locale, heading=label(r, "vendor") if named else "")
        p.add(*contacts(p, sep))

    def buyer() -> None:
        if r.random() < 0.85:
            letterhead(p, locale, "customer", label(r, "customer"))

    order = p.pick(
        "order",
        ["t h m b", "h t m b", "h t b m", "h b t m", "t m h b", "h m t b", "b h t m", "t b m h"],
    )
    gap = [""] if r.random() < 0.8 else []
    if order.startswith("b"):
        p.lines.clear()
    for block in order.split():
        {"t": lambda: p.add(title), "h": head, "m": meta, "b": buyer}[block]()
        p.add(*gap)
    net = table(p, money, rows)
    p.add(*gap)
    totals(p, money, net, sep)
    tail(p, sep)


def tail(p: Page, sep: str) -> None:
    """What stands below the totals: bank, paid or not, courtesies."""
    r = p.r
    x = r.random()
    if x < 0.2:
        paid = r.random() < 0.5
        p.add(label(r, "paid" if paid else "unpaid"))
        p.bools["paid"] = ("paid is_paid settled already_paid payment_received", paid)
    if r.random() < 0.2:
        p.add(
            label(r, "iban")
            + sep
            + p.fact(
                "iban",
                f"{r.choice(['DE', 'GB', 'FR', 'ES', 'NL'])}{r.randint(10, 99)} "
                + " ".join(str(r.randint(1000, 9999)) for _ in range(r.randint(3, 5))),
            )
        )
    for _ in range(r.choice([0, 0, 1, 1, 2])):
        p.add(r.choice(_POLITE))
