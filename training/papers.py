"""Letters, e-mails, tickets, product sheets, notes, and sheets of any labels at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

from training import lexicon as lex
from training import values as val
from training.bills import joint, letterhead
from training.page import Page
from training.stories import story

_NOUNS = "project site machine driver vehicle patient course room batch test sample region department team grade route platform channel licence permit contract policy claim owner author reviewer editor teacher model serial version build release order shipment carrier origin destination port vessel flight gate seat hotel guest nurse doctor clinic branch store shelf zone depot supplier client partner bank branch currency budget fee deposit rent salary bonus score limit target price weight height width length depth volume speed power voltage capacity temperature pressure colour size material brand series code key tag label class type category status stage phase priority level language country city area street building floor unit phone mail fax website contact manager agent trainer inspector witness officer chair secretary".split()
_ADJ = "main first last new old total net gross internal external local global primary secondary planned actual current previous next final minimum maximum average monthly annual daily special general technical legal medical public private official responsible assigned".split()
_WHEN = "date start end opened closed issued received created updated approved signed shipped delivered expires started finished inspected booked arrival departure born joined valid_until review_date last_service".split()


def sheet(p: Page, rows: int) -> None:
    """Lines of labels and values about nothing in particular; the labels name the fields."""
    r = p.r
    locale = r.choice(lex.LOCALES)
    money, dates, sep = val.money(r, locale), val.dates(r, locale), joint(p)
    if r.random() < 0.6:
        p.add(r.choice([f"{r.choice(_ADJ)} {r.choice(_NOUNS)} sheet".title(), lex.company(r, locale), lex.code(r), "Summary", f"{lex.name(r)} {r.choice(_NOUNS)}", f"{r.choice(_NOUNS)} record".upper()]))
    makers: list[tuple[str, Callable[[], str]]] = [
        ("text", lambda: lex.person(r)), ("text", lambda: lex.company(r, locale)), ("text", lambda: lex.name(r)), ("text", lambda: lex.code(r)), ("text", lambda: f"{lex.name(r)} {r.choice(_NOUNS)}"), ("text", lambda: lex.item(r)),
        ("number", lambda: money.write(val.cents(r, 0.1, 90000))), ("number", lambda: money.number(val.cents(r, 0.1, 9000))), ("int", lambda: str(r.choice([r.randint(1, 99), r.randint(1, 9999)]))), ("number", lambda: f"{r.randint(1, 99)}{r.choice(['.', ','])}{r.randint(0, 9)}{r.choice([' kg', '%', ' mm', ' h', ' kW', ''])}"),
        ("text", lambda: ", ".join(lex.address(r, locale))), ("text", lambda: lex.email(r, lex.person(r))), ("text", lambda: lex.phone(r)), ("text", lambda: " ".join([r.choice(_ADJ), r.choice(_NOUNS), r.choice(["and", "for", "with", "of"]), r.choice(_NOUNS)])),
    ]
    used: set[str] = set()
    case = r.choice([str.capitalize, str.title, str.upper, str])
    for _ in range(rows):
        when = r.random() < 0.2
        words = [r.choice(_WHEN)] if when else [r.choice(_NOUNS)]
        if r.random() < 0.4 and not when:
            words.insert(0, r.choice(_ADJ))
        if r.random() < 0.12:
            words.append(r.choice(["name", "number", "id", "code", "ref"]))
        key = "_".join(words)
        if key in used:
            continue
        used.add(key)
        kind, make = ("date", lambda: dates.write(val.day(r))) if when else r.choice(makers)
        value = make()
        p.add(case(key.replace("_", " ")) + sep + value)
        p.types[key] = kind
        p.facts[key] = value if kind in ("text", "date") else "".join(c for c in value.strip("€$£₹₱ ABCDEFGHIJKLMNOPQRSTUVWXYZpkgmhW%") if c).strip()
        p.names[key] = key
        if r.random() < 0.07:
            p.add("")


def letter(p: Page, rows: int) -> None:
    """A letter or e-mail: who, to whom, when, about what, and a few sentences."""
    r = p.r
    locale = r.choice(lex.LOCALES)
    dates = val.dates(r, locale, 0.8)
    author, to = p.fact("author", lex.person(r)), p.fact("recipient", lex.person(r))
    tale = story(r, max(2, rows))
    subject = p.fact("subject", tale.title)
    day = p.fact("date", dates.write(val.day(r)))
    if p.pick("medium", ["letter", "mail", "mail"]) == "mail":
        mail = f" <{p.fact('email', lex.email(r, author))}>" if r.random() < 0.4 else ""
        clock = " " + val.time(r) if r.random() < 0.4 else ""
        p.stamp = day + clock if clock else ""
        prefix = r.choice(["", "", "Re: ", "FW: "])
        heads = [f"From: {author}{mail}", f"To: {to}", f"{r.choice(['Date', 'Sent'])}: {day}{clock}", f"Subject: {prefix}{subject}"]
        if r.random() < 0.3:
            r.shuffle(heads)
        p.add(*heads, "")
    else:
        letterhead(p, locale)
        p.names["vendor"] = "company sender_company from_company organisation company_name vendor"
        p.add("", to, *([] if r.random() < 0.4 else p.fact("customer_address", "\n".join(lex.address(r, locale))).split("\n")), "", r.choice(["", "Date: "]) + day, "")
        p.add(r.choice(["Re: ", "Subject: ", "", "RE: "]) + subject, "")
    p.names["recipient"] = "recipient addressee to to_name receiver"
    hello = r.choice([to, to.split()[0], to.split()[-1]])
    p.add(f"{r.choice(['Dear', 'Hello', 'Hi', 'Dear'])} {hello},", "")
    p.add(*tale.paragraphs(r), "")
    p.add(r.choice(["Kind regards,", "Best regards,", "Sincerely,", "Yours sincerely,", "Best,", "Regards", "Many thanks,"]), author)
    if r.random() < 0.5:
        p.add(p.fact("role", r.choice(["Managing Director", "Sales Manager", "Head of Finance", "Office Manager", "Project Lead", "Customer Service", "Account Manager", "Head of Operations", "Legal Counsel", "Chief Engineer"])))
    if r.random() < 0.3:
        p.add(r.choice(["Tel: ", "", "Phone: "]) + p.fact("phone", lex.phone(r)))


def ticket(p: Page, rows: int) -> None:
    """A support ticket."""
    r = p.r
    sep, dates = joint(p), val.dates(r, "us")
    status, priority = r.choice(["Open", "Closed", "Pending", "Resolved", "In progress", "On hold"]), r.choice(["Low", "Medium", "High", "Urgent", "Critical"])
    tale = story(r, max(2, rows))
    cells = [("Ticket|Ticket no.|Case|Case number|Ticket ID", "ticket", lex.code(r)), ("Subject|Title|Summary", "subject", tale.title), ("Opened|Created|Date|Reported on", "date", dates.write(val.day(r))), ("Status|State", "status", status), ("Priority|Severity", "priority", priority), ("Assigned to|Assignee|Owner|Agent", "assignee", lex.person(r)), ("Customer|Requester|Reported by|Client", "customer", lex.person(r) if r.random() < 0.6 else lex.company(r, "us"))]
    p.choices["status"] = (["Open", "Closed", "Pending", "Resolved", "In progress", "On hold"], status)
    p.choices["priority"] = (["Low", "Medium", "High", "Urgent", "Critical"], priority)
    p.names["date"] = "opened created date created_on reported_on opened_on"
    if p.pick("order", ["fixed", "mixed"]) == "mixed":
        r.shuffle(cells)
    for names, concept, value in cells:
        if r.random() < 0.85:
            p.add(r.choice(names.split("|")) + sep + p.fact(concept, value))
    p.add("", *tale.paragraphs(r))


def product(p: Page, rows: int) -> None:
    """A product sheet with features and specifications."""
    r = p.r
    locale = r.choice(lex.LOCALES)
    money, sep = val.money(r, locale), joint(p)
    name = p.fact("product", f"{lex.name(r)} {r.choice(['', r.choice(lex.ITEM_A) + ' '])}{r.choice(lex.ITEM_B)}{r.choice(['', ' ' + str(r.randint(2, 900)), ' ' + r.choice(['Pro', 'Plus', 'Mini', 'X', 'Max'])])}")
    p.add(name, *([""] if r.random() < 0.5 else []))
    cells = [("Brand|Manufacturer|Made by", "brand", lex.name(r)), ("SKU|Article no.|Model|Item no.|Part number", "sku", lex.code(r)), ("Material|Made of|Fabric", "material", r.choice(["stainless steel", "solid oak", "recycled plastic", "organic cotton", "aluminium", "full-grain leather", "tempered glass", "bamboo", "ceramic"])), ("Colour|Color|Finish", "color", r.choice(["black", "Matte white", "navy blue", "Forest green", "silver", "brushed steel", "walnut"])), ("Warranty|Guarantee", "warranty", f"{r.randint(1, 10)} {r.choice(['years', 'year', 'months'])}"), ("Price|List price|RRP|Retail price", "price", "")]
    if p.pick("order", ["fixed", "mixed"]) == "mixed":
        r.shuffle(cells)
    for names, concept, value in cells:
        if r.random() < 0.75:
            if concept == "price":
                amount = val.cents(r, 2, 2000)
                p.fact("price", money.number(amount))
                value = money.write(amount)
            else:
                p.fact(concept, value)
            p.add(r.choice(names.split("|")) + sep + value)
    if r.random() < 0.5:
        stock = r.random() < 0.5
        p.add(r.choice(["In stock", "Available now", "In stock and ready to ship"]) if stock else r.choice(["Out of stock", "Currently unavailable", "Sold out"]))
        p.bools["in_stock"] = ("in_stock available is_available", stock)
    features = [f"{r.choice(lex.ITEM_A)} {r.choice(_NOUNS)} {r.choice(['for', 'with', 'and'])} {r.choice(_ADJ)} {r.choice(_NOUNS)}" for _ in range(rows)]
    p.add("", r.choice(["Features", "Features:", "Highlights", "Key features:"]), *(r.choice(["- "]) + x for x in features))
    p.lists["features"] = features


def minutes(p: Page, rows: int) -> None:
    """Meeting notes with attendees and actions."""
    r = p.r
    sep, dates = joint(p), val.dates(r, "us", 0.8)
    people = [lex.person(r) for _ in range(r.randint(2, 5))]
    day = val.day(r)
    title = p.fact("subject", f"{r.choice(_ADJ).capitalize()} {r.choice(_NOUNS)} meeting")
    p.add(title if r.random() < 0.5 else f"{r.choice(['Minutes', 'Meeting notes', 'Notes'])}: {title}")
    cells = [f"{r.choice(['Date', 'When', 'Held on'])}{sep}{p.fact('date', dates.write(day))}", f"{r.choice(['Attendees', 'Present', 'Participants'])}{sep}{', '.join(people)}"]
    p.lists["attendees"] = people
    if r.random() < 0.6:
        cells.append(f"{r.choice(['Chair', 'Chaired by', 'Moderator'])}{sep}{p.fact('chair', r.choice(people))}")
    if r.random() < 0.6:
        cells.append(f"{r.choice(['Location', 'Place', 'Where', 'Room'])}{sep}{p.fact('place', r.choice(['Room ' + lex.name(r), 'Room ' + str(r.randint(1, 40)), 'Online', lex.name(r) + ' Hall']))}")
    p.pick("head", ["a", "b", "c"])
    r.shuffle(cells)
    p.add(*cells, "", *story(r, 2).paragraphs(r), "", r.choice(["Actions", "Action items:", "To do", "Next steps"]))
    for _ in range(rows):
        row = {"who": r.choice(people), "what": f"{r.choice(['send', 'check', 'prepare', 'order', 'review', 'update', 'call about'])} the {r.choice(_ADJ)} {r.choice(_NOUNS)}", "until": dates.write(day + timedelta(days=r.randint(1, 40)))}
        p.add("- " + f"{row['who']}: {row['what']} by {row['until']}")
        p.rows.append(row)
    if r.random() < 0.5:
        p.add("", f"{r.choice(['Next meeting', 'Next', 'We meet again on'])}{sep}{p.fact('next', dates.write(day + timedelta(days=r.randint(7, 60))))}")


def notice(p: Page, rows: int) -> None:
    """An announcement or a report in running text whose facts are asked for."""
    tale = story(p.r, max(2, rows))
    p.marks.append(tale.kind)
    p.add(tale.title, "", *tale.paragraphs(p.r))
    for concept, (names, kind, value) in tale.facts.items():
        p.names[concept], p.types[concept] = names, kind
        p.fact(concept, value)


KINDS: dict[str, Callable[[Page, int], None]] = {"sheet": sheet, "letter": letter, "ticket": ticket, "product": product, "minutes": minutes, "notice": notice}


def scan(text: str, r: Random) -> str:
    """Unused amounts of white space, as scanners leave it."""
    return "\n".join(line + " " * r.choice([0, 0, 0, 1]) for line in text.split("\n"))
