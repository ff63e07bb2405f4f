"""Curated records as examples: what is asked of a document in the library's own prompts.

Each function makes one `Draft`. With `whole`, all that the record holds is asked, in its
own order and under its first names, so that the checker sees every answer; else names,
order and number are drawn. A ValueError says what of a record cannot be asked so.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from slmtasks.documents.passages import Passage
from slmtasks.engine.map_reduce import quotes
from slmtasks.grammar.candidates import Source
from slmtasks.schema import from_pydantic
from slmtasks.schema.nodes import Array, Date, Member, Node, Number, Object, Prose
from slmtasks.social.platforms import PLATFORMS
from slmtasks.tasks import describe_product, social_post, summarize
from training.corpus.records import Asked, Copy, Post, Question, Record, Rows
from training.generator import fields as names
from training.generator.drafts import Draft, passage

_PLAIN: dict[str, Any] = {
    "text": str,
    "number": float,
    "int": int,
    "date": date,
    "datetime": datetime,
    "bool": bool,
}
_REPLY = Member("text", "text", Prose(max_chars=600), nullable=False, has_default=False)
_RESERVED = {"schema", "json", "copy"}


def extraction(record: Record, r: Random, *, whole: bool = False) -> Draft | None:
    """Some fields of a document, or all; None where the names drawn are no identifiers."""
    asked = list(record.fields)
    if not whole and asked and r.random() >= 0.4:
        asked = r.sample(asked, r.randint(min(2, len(asked)), len(asked)))
    gaps = not whole and r.random() < 0.5
    model: dict[str, Any] = {}
    answer: dict[str, Any] = {}
    for field in asked:
        first, *others = field.name.split("|")
        key = first if whole else names.style(r.choice([first, *others]), r)
        safe = re.sub(r"\W", "_", key)
        if _usable(safe) and safe not in model:
            nullable = field.value is None or (gaps and r.random() < 0.8)
            model[safe] = _field(field, key, safe, r, nullable=nullable, whole=whole)
            answer[key] = field.value
    if record.rows and record.rows.values and (whole or r.random() < 0.5):
        first, *others = record.rows.name.split("|")
        key = first if whole else r.choice([first, *others])
        model[key], answer[key] = _rows(record.rows, r, whole)
    if not model:
        return None
    node = from_pydantic.describe(create_model("Asked", **model))
    variables = {"fields": from_pydantic.fields(node)}
    text = passage(record.text)
    answer = quoted_values(node, answer, Source(text))
    return Draft("extract", record.kind, record.kind, text, variables, node, answer)


def quoted_values(node: Node, answer: Any, source: Source) -> Any:
    """The answer as the library copies it: a number with the scale or percent it is read with."""
    match node:
        case Object():
            return {
                member.key: quoted_values(member.node, answer[member.key], source)
                for member in node.members
            }
        case Array():
            return [quoted_values(node.item, item, source) for item in answer]
        case Number() | Date() if isinstance(answer, str):
            spans = source.fitting(node)
            if all(span.quote != answer for span in spans):
                return next((span.quote for span in spans if answer in span.quote), answer)
    return answer


def _usable(name: str) -> bool:
    free = name not in _RESERVED and not hasattr(BaseModel, name)
    return name.isidentifier() and not name.startswith("_") and free


def _field(
    field: Asked, key: str, safe: str, r: Random, *, nullable: bool, whole: bool
) -> tuple[Any, Any]:
    kind = _type(field.type, r)
    about = field.about if whole or r.random() < 0.5 else None
    alias = key if key != safe else None
    if nullable:
        return kind | None, Field(default=None, description=about, alias=alias)
    return kind, Field(default=..., description=about, alias=alias)


def _type(kind: str, r: Random) -> Any:
    if kind.startswith("one of "):
        return Literal[tuple(option.strip() for option in kind[len("one of ") :].split("|"))]
    if kind == "list":
        return list[str]
    return r.choice([float, Decimal]) if kind == "number" else _PLAIN[kind]


def _rows(rows: Rows, r: Random, whole: bool) -> tuple[tuple[Any, Any], list[dict[str, Any]]]:
    """The field of a table, of all its columns or some, and its answer."""
    columns = list(rows.columns)
    if not whole and r.random() >= 0.5:
        columns = r.sample(columns, r.randint(1, len(columns)))
    inner: dict[str, Any] = {}
    for column in columns:
        kind = _type(rows.columns[column], r)
        missing = any(row.get(column) is None for row in rows.values)
        inner[column] = (kind | None, Field(default=None)) if missing else (kind, Field())
    answer = [{column: row.get(column) for column in columns} for row in rows.values]
    return (list[create_model("Row", **inner)], Field()), answer  # type: ignore[misc]


def quoted(record: Record, count: int) -> Draft:
    """The `count` most important sentences of a text, in its order."""
    text = passage(record.text)
    picked = _sentences(record.quotes[:count], text)
    node = Object((quotes(len(picked), len(picked)),))
    variables = {"quotes": str(len(picked))}
    return Draft("summarize", record.kind, "quotes", text, variables, node, {"quotes": picked})


def headline(record: Record, most: int) -> Draft:
    """A headline of at most `most` words."""
    return _summary(record, "headline", most, {"headline": record.headline})


def tldr(record: Record, count: Literal["1", "2", "3"]) -> Draft:
    """A text in one, two or three sentences; no more than it has itself."""
    most = min(int(count), len(passage(record.text).sentences))
    sentences = record.tldr[count][:most]
    return _summary(record, "tldr", most, {"sentences": sentences}, asked=int(count))


def points(record: Record, most: int) -> Draft:
    """At most `most` key points."""
    return _summary(record, "key-points", most, {"points": record.points[:most]})


def _summary(
    record: Record, style: Any, most: int, answer: dict[str, Any], asked: int | None = None
) -> Draft:
    node = summarize._shape(style, most)
    variables = {style.replace("-", "_"): str(asked or most)}
    text = passage(record.text)
    return Draft("summarize", record.kind, style, text, variables, node, answer)


def post(record: Record, post: Post) -> Draft:
    """A post for its platform, with as many hashtags as it has."""
    rules = PLATFORMS[post.platform]
    most = len(post.tags) if rules.hashtags is None else min(len(post.tags), rules.hashtags)
    room = social_post._room(rules, most, None)
    variables = {
        "platform": post.platform,
        "limit": str(room),
        "hashtags": str(most),
        "tone": post.tone,
    }
    node = social_post._shape(room, most, rules)
    answer = {"text": post.text, "hashtags": post.tags[:most]}
    text = passage(record.text)
    return Draft("social_post", record.kind, "social_post", text, variables, node, answer)


def reply(record: Record, question: Question) -> Draft:
    """The sentences that answer a message, and the reply."""
    text = passage(record.text)
    variables: dict[str, Any] = {"tone": question.tone, "message": question.message}
    if question.history:
        variables["history"] = [turn.model_dump() for turn in question.history]
    answer = {"quotes": _sentences(question.quotes, text), "text": question.reply}
    node = Object((quotes(0, 2), _REPLY))
    return Draft("reply", record.kind, "reply", text, variables, node, answer)


def copy(record: Record, copy: Copy) -> Draft:
    """The copy of a product."""
    product = describe_product.Product.model_validate(record.product)
    text = passage("\n".join(describe_product._lines(product)))
    variables = {"tone": copy.tone, "length": copy.length}
    node = from_pydantic.describe(describe_product._copy(product.name, copy.length))
    answer = copy.model_dump(exclude={"tone", "length"})
    return Draft("describe_product", "product", "product", text, variables, node, answer)


def _sentences(wanted: list[str], text: Passage) -> list[str]:
    """The text's own sentences that hold these, or are held by them, in the text's order."""
    own = Source(text).sentences
    picked: list[str] = []
    for quote in wanted:
        plain = " ".join(quote.split())
        found = next((s for s in own if plain in _plain(s) or _plain(s) in plain), None)
        if found is None:
            raise ValueError(f"no sentence is {quote[:60]!r}")
        if found not in picked:
            picked.append(found)
    return sorted(picked, key=own.index)


def _plain(sentence: str) -> str:
    return " ".join(sentence.split())
