"""Letters, e-mails, tickets, meeting notes, announcements; the table of all papers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from training.generator import lexicon as lex
from training.generator import values as val
from training.generator.documents.contracts import contract
from training.generator.documents.letterheads import joint, letterhead
from training.generator.documents.sheets import ADJECTIVES, NOUNS, product, sheet
from training.generator.documents.stories import story
from training.generator.page import Page


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
        heads = [
            f"From: {author}{mail}",
            f"To: {to}",
            f"{r.choice(['Date', 'Sent'])}: {day}{clock}",
            f"Subject: {prefix}{subject}",
        ]
        if r.random() < 0.3:
            r.shuffle(heads)
        p.add(*heads, "")
    else:
        letterhead(p, locale)
        p.names["vendor"] = "company sender_company from_company organisation company_name vendor"
        p.add(
            "",
            to,
            *(
                []
                if r.random() < 0.4
                else p.fact("customer_address", "\n".join(lex.address(r, locale))).split("\n")
            ),
            "",
            r.choice(["", "Date: "]) + day,
            "",
        )
        p.add(r.choice(["Re: ", "Subject: ", "", "RE: "]) + subject, "")
    p.names["recipient"] = "recipient addressee to to_name receiver"
    hello = r.choice([to, to.split()[0], to.split()[-1]])
    p.add(f"{r.choice(['Dear', 'Hello', 'Hi', 'Dear'])} {hello},", "")
    p.add(*tale.paragraphs(r), "")
    p.add(
        r.choice(
            [
                "Kind regards,",
                "Best regards,",
                "Sincerely,",
                "Yours sincerely,",
                "Best,",
                "Regards",
                "Many thanks,",
            ]
        ),
        author,
    )
    if r.random() < 0.5:
        p.add(
            p.fact(
                "role",
                r.choice(
                    [
                        "Managing Director",
                        "Sales Manager",
                        "Head of Finance",
                        "Office Manager",
                        "Project Lead",
                        "Customer Service",
                        "Account Manager",
                        "Head of Operations",
                        "Legal Counsel",
                        "Chief Engineer",
                    ]
                ),
            )
        )
    if r.random() < 0.3:
        p.add(r.choice(["Tel: ", "", "Phone: "]) + p.fact("phone", lex.phone(r)))


def ticket(p: Page, rows: int) -> None:
    """A support ticket."""
    r = p.r
    sep, dates = joint(p), val.dates(r, "us")
    status, priority = (
        r.choice(["Open", "Closed", "Pending", "Resolved", "In progress", "On hold"]),
        r.choice(["Low", "Medium", "High", "Urgent", "Critical"]),
    )
    tale = story(r, max(2, rows))
    cells = [
        ("Ticket|Ticket no.|Case|Case number|Ticket ID", "ticket", lex.code(r)),
        ("Subject|Title|Summary", "subject", tale.title),
        ("Opened|Created|Date|Reported on", "date", dates.write(val.day(r))),
        ("Status|State", "status", status),
        ("Priority|Severity", "priority", priority),
        ("Assigned to|Assignee|Owner|Agent", "assignee", lex.person(r)),
        (
            "Customer|Requester|Reported by|Client",
            "customer",
            lex.person(r) if r.random() < 0.6 else lex.company(r, "us"),
        ),
    ]
    p.choices["status"] = (
        ["Open", "Closed", "Pending", "Resolved", "In progress", "On hold"],
        status,
    )
    p.choices["priority"] = (["Low", "Medium", "High", "Urgent", "Critical"], priority)
    p.names["date"] = "opened created date created_on reported_on opened_on"
    if p.pick("order", ["fixed", "mixed"]) == "mixed":
        r.shuffle(cells)
    for names, concept, value in cells:
        if r.random() < 0.85:
            p.add(r.choice(names.split("|")) + sep + p.fact(concept, value))
    p.add("", *tale.paragraphs(r))


def minutes(p: Page, rows: int) -> None:
    """Meeting notes with attendees and actions."""
    r = p.r
    sep, dates = joint(p), val.dates(r, "us", 0.8)
    people = [lex.person(r) for _ in range(r.randint(2, 5))]
    day = val.day(r)
    title = p.fact("subject", f"{r.choice(ADJECTIVES).capitalize()} {r.choice(NOUNS)} meeting")
    p.add(
        title if r.random() < 0.5 else f"{r.choice(['Minutes', 'Meeting notes', 'Notes'])}: {title}"
    )
    cells = [
        f"{r.choice(['Date', 'When', 'Held on'])}{sep}{p.fact('date', dates.write(day))}",
        f"{r.choice(['Attendees', 'Present', 'Participants'])}{sep}{', '.join(people)}",
    ]
    p.lists["attendees"] = people
    if r.random() < 0.6:
        chair = p.fact("chair", r.choice(people))
        cells.append(f"{r.choice(['Chair', 'Chaired by', 'Moderator'])}{sep}{chair}")
    if r.random() < 0.6:
        rooms = [f"Room {lex.name(r)}", f"Room {r.randint(1, 40)}", "Online", f"{lex.name(r)} Hall"]
        place = p.fact("place", r.choice(rooms))
        cells.append(f"{r.choice(['Location', 'Place', 'Where', 'Room'])}{sep}{place}")
    p.pick("head", ["a", "b", "c"])
    r.shuffle(cells)
    p.add(
        *cells,
        "",
        *story(r, 2).paragraphs(r),
        "",
        r.choice(["Actions", "Action items:", "To do", "Next steps"]),
    )
    for _ in range(rows):
        verb = r.choice("send|check|prepare|order|review|update|call about".split("|"))
        row = {
            "who": r.choice(people),
            "what": f"{verb} the {r.choice(ADJECTIVES)} {r.choice(NOUNS)}",
            "until": dates.write(day + timedelta(days=r.randint(1, 40))),
        }
        p.add("- " + f"{row['who']}: {row['what']} by {row['until']}")
        p.rows.append(row)
    if r.random() < 0.5:
        again = p.fact("next", dates.write(day + timedelta(days=r.randint(7, 60))))
        p.add("", f"{r.choice(['Next meeting', 'Next', 'We meet again on'])}{sep}{again}")


def notice(p: Page, rows: int) -> None:
    """An announcement or a report in running text whose facts are asked for."""
    tale = story(p.r, max(2, rows))
    p.marks.append(tale.kind)
    p.add(tale.title, "", *tale.paragraphs(p.r))
    for concept, (names, kind, value) in tale.facts.items():
        p.names[concept], p.types[concept] = names, kind
        p.fact(concept, value)


KINDS: dict[str, Callable[[Page, int], None]] = {
    "sheet": sheet,
    "letter": letter,
    "ticket": ticket,
    "product": product,
    "minutes": minutes,
    "notice": notice,
    "contract": contract,
}
