"""Replies: a question that the facts answer, or do not."""

from __future__ import annotations

from random import Random
from typing import Any, get_args

from slmtasks.engine.map_reduce import quotes
from slmtasks.options import ReplyTone
from slmtasks.schema.nodes import Member, Object, Prose
from training.copying.strange import Strange
from training.generator import lexicon as lex
from training.generator import values as val
from training.generator.documents.stories import FILLER
from training.generator.drafts import Draft, passage
from training.generator.words import words

WORDS = words("copywriting")
_TOPICS: dict[str, tuple[list[str], list[str]]] = WORDS["topics"]
_SORRY = WORDS["sorry"]
_BEFORE = WORDS["before"]
_HELLO = WORDS["hello"]
_PLEASED = WORDS["pleased"]
_TEXT = Member("text", "text", Prose(max_chars=600), nullable=False, has_default=False)


def _message(r: Random, questions: list[str]) -> str:
    """What the customer writes around the questions."""
    r.shuffle(questions)
    text = r.choice([" ", " ", " And one more thing: "]).join(questions)
    x = r.random()
    if x < 0.3:
        return f"{r.choice(['Hi, ', 'Hello, ', 'Good morning. ', 'Dear team, '])}{text}"
    if x < 0.55:
        before = r.choice(_BEFORE).format(w=lex.name(r), f=r.choice(lex.FIRST))
        hello = r.choice(["Hello,\n\n", "Hi,\n\n", "Dear Sir or Madam,\n\n", ""])
        bye = r.choice(["", "\n\nKind regards,\n" + lex.person(r), "\n\nThanks, " + lex.person(r)])
        return f"{hello}{before} {text}{bye}"
    return text


def reply(r: Random, size: int) -> Draft | None:
    """A customer's question, answered from facts or politely not."""
    money = val.money(r, "us")
    thing = r.choice(
        [r.choice(lex.ITEM_B).lower(), f"{lex.name(r)} {r.choice(lex.ITEM_B)}", lex.name(r)]
    )
    fill = {
        "c": r.choice(list(lex.COUNTRY.values())),
        "c2": lex.name(r),
        "n": str(r.randint(2, 90)),
        "n2": str(r.randint(2, 90)),
        "n3": str(r.randint(5, 90)),
        "k": r.choice(["Europe", "the European Union", "Asia", "the world"]),
        "m": money.write(val.cents(r, 2, 300)),
        "t": thing,
        "h": f"{r.randint(6, 11)}:00",
        "h2": f"{r.randint(12, 22)}:00",
        "p": r.choice(["credit card", "bank transfer", "invoice"]),
        "p2": r.choice(["cash", "PayPal", "direct debit"]),
        "d": val.dates(r, "us", 1).write(val.day(r)),
        "e": lex.email(r, lex.person(r)),
        "ph": lex.phone(r),
        "mat": r.choice(WORDS["words"]["mat"].split(",")),
    }
    topics = r.sample(list(_TOPICS), min(len(_TOPICS), max(2, min(9, size // 30))))
    if r.random() < 0.35:
        topics = topics[: r.choice([2, 2, 3])]
    strange = Strange(r, most=True)
    said: dict[str, str] = {
        t: strange(r.choice(_TOPICS[t][0]).format(**fill | {"n": str(r.randint(2, 90))}))
        for t in topics
    }
    sentences = list(said.values())
    for _ in range(r.choice([0, 0, 1, 2])):
        sentences.insert(r.randint(0, len(sentences)), strange(r.choice(FILLER)))
    facts = r.choice([" ", "\n"]).join(dict.fromkeys(sentences))
    if r.random() < 0.15:
        facts = f"# {r.choice(['Facts', 'Help', 'Shop', 'Questions', 'Service'])}\n\n{facts}"
    answered = r.random() < 0.7
    topic = r.choice(topics) if answered else r.choice([t for t in _TOPICS if t not in topics])
    asked = [topic]
    if answered and r.random() < 0.2:
        asked = sorted({topic, r.choice(topics)}, key=lambda t: facts.find(said[t]))
    message = _message(r, [strange(r.choice(_TOPICS[t][1]).format(**fill)) for t in asked])
    tone = r.choice(get_args(ReplyTone))
    cited = [said[t] for t in asked if answered]
    if answered:
        text = " ".join(x for x in [r.choice(_HELLO[tone]), *cited, _PLEASED[tone]] if x)
        answer: Any = {"quotes": cited, "text": text}
    else:
        answer = {"quotes": [], "text": r.choice(_SORRY)}
    variables: dict[str, Any] = {"tone": tone, "message": message}
    if r.random() < 0.1:
        other = r.choice([t for t in _TOPICS if t != topic])
        variables["history"] = [
            {"role": "customer", "text": r.choice(_TOPICS[other][1]).format(**fill)},
            {"role": "agent", "text": r.choice(_SORRY)},
        ]
    node = Object((quotes(0, 2), _TEXT))
    return Draft(
        "reply", f"reply:{topic}:{answered}", "reply", passage(facts), variables, node, answer
    )
