"""Invoices, orders, quotes and till receipts."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from training import lexicon as lex
from training import values as val
from training.page import Page

_TITLES = {
    "invoice": ("INVOICE|Invoice|TAX INVOICE|Tax Invoice|Rechnung|BILL|Commercial Invoice|Sales invoice", "Invoice No|Invoice number|Invoice #|Invoice no.|Inv. No.|Number|Invoice ID|No.|Bill no|Document no|Invoice|Our reference"),
    "order": ("ORDER CONFIRMATION|Order confirmation|Sales Order|Your order", "Order No|Order number|Order #|Confirmation no.|Reference|Order ID"),
    "purchase": ("PURCHASE ORDER|Purchase order|P.O.|Order", "PO Number|PO No.|P.O. #|Purchase order no.|Order number"),
    "quote": ("QUOTATION|Quote|Estimate|PROFORMA INVOICE|Offer", "Quote No|Quotation #|Estimate no.|Offer number|Ref"),
    "credit": ("CREDIT NOTE|Credit memo|STATEMENT|DELIVERY NOTE", "Credit note no.|Memo #|Number|Delivery note no.|Ref. no."),
}
_LABELS = {
    "date": "Date|Invoice date|Issue date|Date of issue|Issued|Dated|Invoice Date|Date issued|Document date|Tax point|Issued on",
    "due": "Due date|Due|Payment due|Pay by|Due Date|Payable by|Please pay by|Valid until|Payment due by",
    "delivery": "Delivery date|Ship date|Shipped|Date of delivery|Delivered on|Expected delivery|Date of supply",
    "order": "PO number|Your order|Order no.|Purchase order|P.O. No.|Customer PO|Your reference|Order ref",
    "account": "Customer no.|Account number|Customer ID|Account|Client no.|A/C No",
    "terms": "Terms|Payment terms|Terms of payment", "contact": "Contact|Your contact|Sales person|Account manager|Prepared by|Attn",
    "subtotal": "Subtotal|Sub-total|Net total|Net amount|Total excl. VAT|Sub Total|Total net|Total before tax|Sum|Net",
    "tax": "VAT|Tax|Sales tax|VAT {p}%|Tax ({p}%)|GST {p}%|GST|VAT ({p} %)|MwSt. {p}%|IVA {p}%|TVA {p} %|HST {p}%",
    "discount": "Discount|Less discount|Rebate|Early payment discount", "shipping": "Shipping|Delivery|Freight|Postage & packing|Shipping & handling|Carriage",
    "total": "Total|TOTAL|Total due|Amount due|Grand total|Balance due|Total amount|Total to pay|Invoice total|Total incl. VAT|TOTAL DUE|Gross total|Amount payable|Total payable|Please pay",
    "customer": "Bill to|Billed to|Customer|Sold to|To|Client|Invoice to|BILL TO|Bill To|Buyer|Ship to|For", "vendor": "From|Seller|Supplier|Vendor|Issued by|Sold by",
    "phone": "Tel|Phone|Tel.|T|Telephone|Call us", "email": "Email|E-mail|Mail|E", "website": "Web|Website|www", "taxid": "VAT no.|VAT Reg No|Tax ID|GST Reg. No.|GST ID|USt-IdNr.|ABN|EIN|Company no.|VAT ID|Reg. no.|Co. Reg. No",
    "iban": "IBAN|Account|Bank account", "paid": "Paid|PAID IN FULL|Payment received, thank you|Status: paid", "unpaid": "Unpaid|Payment outstanding|Status: open|Not yet paid",
}
_TERMS = ["Net 30", "30 days net", "14 days", "Due on receipt", "Net 15", "Payment within 30 days", "60 days net", "Cash on delivery", "Prepaid", "2% 10 days, net 30"]
_POLITE = ["Thank you for your business!", "Thank you for your order.", "Please quote the number with your payment.", "Goods remain our property until paid in full.", "Payment by bank transfer only.", "Questions? Call us any time.", "Errors and omissions excepted.", "Late payments bear interest.", "We appreciate your custom.", "Please retain for your records.", "This is a computer generated document, no signature is required.", "All prices in local currency."]


def label(r: Random, concept: str, **fill: str) -> str:
    """A printed label of a concept."""
    text = r.choice(_LABELS[concept].split("|"))
    for key, value in fill.items():
        text = text.replace("{" + key + "}", value)
    return text.upper() if r.random() < 0.08 else text


def joint(p: Page) -> str:
    """What stands between label and value in this document."""
    return p.pick("joint", [": ", ": ", ":", "  ", "    ", " : ", "\t", " ", " - "])


def letterhead(p: Page, locale: str, who: str = "vendor", heading: str = "") -> None:
    """Name and address of a company, on lines of their own or on one."""
    r = p.r
    name = p.fact(who, lex.company(r, locale))
    shape = p.pick(f"{who}-head", ["lines", "lines", "lines", "one", "comma", "name", "inline"])
    lines = lex.address(r, locale)
    if heading and shape == "inline":
        p.add(f"{heading}: {name}")
    elif heading:
        p.add(heading + r.choice(["", ":"]), name)
    else:
        p.add(name)
    if who == "customer" and r.random() < 0.3:
        p.add(r.choice(["Attn: ", "c/o ", "Attention "]) + lex.person(r))
    if shape in ("lines", "inline"):
        comma = r.choice(["", "", ","])
        lines = [x + (comma if i < len(lines) - 1 else "") for i, x in enumerate(lines)]
        p.fact(f"{who}_address", "\n".join(lines))
        p.add(*lines)
    elif shape == "one":
        p.add(p.fact(f"{who}_address", ", ".join(lines)))
    elif shape == "comma":
        p.add(r.choice(["Address: ", "", "Address  "]) + p.fact(f"{who}_address", ", ".join(lines)))


def contacts(p: Page, sep: str, share: float = 0.4) -> list[str]:
    """Telephone, mail, web and tax number lines of the issuer."""
    r, lines = p.r, []
    seller = p.facts.get("vendor", "x y")
    makers = {"phone": lambda: lex.phone(r), "email": lambda: lex.email(r, seller), "website": lambda: f"www.{lex.word(r, 2)}.{r.choice(['com', 'de', 'co.uk', 'net', 'org', 'fr'])}", "taxid": lambda: r.choice([lex.code(r), "".join(r.choice("0123456789") for _ in range(12)), f"{r.choice(['DE', 'GB', 'FR', 'IT'])}{r.randint(10**8, 10**9 - 1)}", f"{r.randint(10**5, 10**6)}-{r.choice('ADHKMTUVWX')}"])}
    for concept, make in makers.items():
        if r.random() < share:
            lines.append(f"{label(r, concept)}{sep}{p.fact(concept, make())}")
    r.shuffle(lines)
    return [r.choice(["  ", " | ", " - "]).join(lines)] if lines and r.random() < 0.2 else lines


def table(p: Page, money: val.Money, count: int) -> int:
    """Rows of goods; the sum in hundredths."""
    r, total = p.r, 0
    shape = p.pick("table", ["d q u a", "d q u a", "q d u a", "d a", "c d q u a", "q d a", "n d q u a", "q x d @ u a", "bullet", "d q a"])
    gap = p.pick("gap", ["  ", "   ", "\t", " | ", "    ", " "])
    heads = {"d": "Description|Item|Product|Article|Details|Service", "q": "Qty|Quantity|Units|Qty.", "u": "Unit price|Price|Rate|Price each|Unit", "a": "Amount|Total|Line total|Sum|Value", "c": "Code|SKU|Art. no.|Item no.", "n": "#|Pos|No"}
    cols = shape.split()
    if "x" not in cols and shape != "bullet" and r.random() < 0.8:
        p.add(gap.join(r.choice(heads[c].split("|")) for c in cols))
        if r.random() < 0.15:
            p.add("-" * r.randint(20, 50))
    high = r.choice([50, 400, 3000])
    for i in range(count):
        qty, unit = r.choice([1, 1, 1, 2, 2, 3, 4, 5, 6, 8, 10, 12, 20, 24, 50]), val.cents(r, 0.5, high)
        amount = qty * unit
        total += amount
        row = {"description": lex.item(r), "qty": str(qty), "unit": money.number(unit), "amount": money.number(amount), "code": lex.code(r)}
        sign = r.random() < 0.3
        price = {"u": money.write(unit) if sign else row["unit"], "a": money.write(amount) if sign else row["amount"]}
        if shape == "bullet":
            p.add(f"- {row['description']}, {row['qty']} x {money.write(unit)} = {money.write(amount)}")
            row.pop("code")
        else:
            cell = {"d": row["description"], "q": row["qty"], "c": row["code"], "n": str(i + 1), "x": "x", "@": "@", **price}
            p.add((" " if "x" in cols else gap).join(cell[c] for c in cols))
            row = {k: v for k, v in row.items() if {"description": "d", "qty": "q", "unit": "u", "amount": "a", "code": "c"}[k] in cols}
        p.rows.append(row)
    return total


def totals(p: Page, money: val.Money, net: int, sep: str) -> None:
    """Subtotal, discount, tax, total: the near misses of each other."""
    r = p.r
    shape = p.pick("totals", ["total", "sub tax total", "sub tax total", "sub tax total", "sub disc tax total", "sub ship tax total", "tax total", "total tax", "sub ship total"])
    rate, amount = r.choice([5, 6, 7, 8, 10, 12, 19, 20, 21, 22, 23, 25]), net
    dots = " ..... " if r.random() < 0.05 else sep
    out: dict[str, str] = {}
    parts = shape.split()
    disc = -round(net * r.choice([5, 10, 15]) / 100) if "disc" in parts else 0
    ship = val.cents(r, 3, 60) if "ship" in parts else 0
    tax = round((net + disc + ship) * rate / 100) if "tax" in parts else 0
    amount = net + disc + ship + (tax if shape != "total tax" else 0)
    for part, concept, cents in (("sub", "subtotal", net), ("disc", "discount", disc), ("ship", "shipping", ship), ("tax", "tax", tax), ("total", "total", amount)):
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
        p.add(r.choice(["Amount paid", "Paid", "Deposit received"]) + sep + (paid if r.random() < 0.5 else money.write(0)))


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
    p.names["number"] = {"invoice": "", "order": "order_number order_no confirmation_number order_id reference", "purchase": "po_number order_number purchase_order_number number reference", "quote": "quote_number quotation_number reference estimate_number number", "credit": "number document_number reference credit_note_number"}[kind]
    if kind == "order" or kind == "purchase":
        p.facts.pop("order", None)
    metas.append((label(r, "date"), p.fact("date", dates.write(day))))
    for concept, share in (("due", 0.55), ("delivery", 0.2), ("order", 0.3 if kind in ("invoice", "credit") else 0), ("account", 0.25), ("terms", 0.25), ("contact", 0.2)):
        if r.random() < share:
            text = dates.write(day + timedelta(days=r.randint(3, 60))) if concept in ("due", "delivery") else r.choice(_TERMS) if concept == "terms" else lex.person(r) if concept == "contact" else lex.code(r)
            metas.append((label(r, concept), p.fact(concept, text)))
    if r.random() < 0.4:
        r.shuffle(metas)

    def meta() -> None:
        shape = p.pick("meta", ["lines", "lines", "lines", "pairs", "grid", "title"])
        cells = [f"{k}{sep}{v}" for k, v in metas]
        if shape == "title":
            k, v = metas[0]
            p.add(f"{title} {v}" if k in numbers else f"{title}  {cells[0]}", *cells[1:])
        elif shape == "pairs":
            p.add(*("   ".join(cells[i : i + 2]) for i in range(0, len(cells), 2)))
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

    order = p.pick("order", ["t h m b", "h t m b", "h t b m", "h b t m", "t m h b", "h m t b", "b h t m", "t b m h"])
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
        p.add(label(r, "iban") + sep + p.fact("iban", f"{r.choice(['DE', 'GB', 'FR', 'ES', 'NL'])}{r.randint(10, 99)} " + " ".join(str(r.randint(1000, 9999)) for _ in range(r.randint(3, 5)))))
    for _ in range(r.choice([0, 0, 1, 1, 2])):
        p.add(r.choice(_POLITE))
