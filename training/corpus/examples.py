"""Examples drawn from the curated records, and the check of every answer that they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from random import Random

from training.corpus import tasks
from training.corpus.exchange import exchanged
from training.corpus.records import Record
from training.generator.drafts import Draft

_WORDS = (12, 17, 22)
_POINTS = (3, 5, 7)


def draft(records: Sequence[Record], r: Random) -> Draft | None:
    """One random example; None where the library would not accept its answer."""
    record = r.choice(records)
    kinds = _kinds(record, r)
    make = r.choices([kind for _, kind in kinds], [weight for weight, _ in kinds])[0]
    try:
        made = make()
    except ValueError:
        return None
    return None if made is None or made.fault() else made


def _kinds(record: Record, r: Random) -> list[tuple[float, Callable[[], Draft | None]]]:
    """What may be asked of a record, with its weight."""
    if record.copies:
        return [(1.0, lambda: tasks.copy(record, r.choice(record.copies)))]
    found: list[tuple[float, Callable[[], Draft | None]]] = []
    if record.fields or record.rows:
        asked = exchanged(record, r) if r.random() < 0.6 else record
        found.append((3.0, lambda: tasks.extraction(asked, r)))
    if record.headline:
        enough = [most for most in _WORDS if most >= len(record.headline.split())]
        found.append((0.5, lambda: tasks.headline(record, r.choice(enough or [_WORDS[-1]]))))
    if record.tldr:
        found.append((0.5, lambda: tasks.tldr(record, r.choice(list(record.tldr)))))
    if record.points:
        enough = [most for most in _POINTS if most >= len(record.points)] or [_POINTS[-1]]
        found.append((0.5, lambda: tasks.points(record, r.choice([_POINTS[0], *enough]))))
    if record.quotes:
        counts = [count for count in (1, 1, 2, 3, 3, 5) if count <= len(record.quotes)]
        found.append((0.5, lambda: tasks.quoted(record, r.choice(counts))))
    if record.posts:
        found.append((0.7, lambda: tasks.post(record, r.choice(record.posts))))
    if record.qa:
        found.append((1.2, lambda: tasks.reply(record, r.choice(record.qa))))
    return found


def everything(record: Record) -> Iterator[tuple[str, Draft | ValueError]]:
    """Each answer that a record holds, by a label: its draft, or why there is none."""
    for label, make in _answers(record):
        try:
            made = make()
        except ValueError as error:
            yield label, error
        else:
            if made is not None:
                yield label, made


def _answers(record: Record) -> Iterator[tuple[str, Callable[[], Draft | None]]]:
    if record.fields or record.rows:
        yield "fields", partial(tasks.extraction, record, Random(0), whole=True)
    if record.quotes:
        yield "quotes", partial(tasks.quoted, record, len(record.quotes))
    if record.headline:
        words = len(record.headline.split())
        most = next((most for most in _WORDS if most >= words), _WORDS[-1])
        yield "headline", partial(tasks.headline, record, most)
    for count in record.tldr:
        yield f"tldr {count}", partial(tasks.tldr, record, count)
    if record.points:
        yield "points", partial(tasks.points, record, _POINTS[-1])
    for post in record.posts:
        yield f"post for {post.platform}", partial(tasks.post, record, post)
    for question in record.qa:
        yield f"reply to {question.message[:30]!r}", partial(tasks.reply, record, question)
    for copy in record.copies:
        yield f"copy, {copy.tone}", partial(tasks.copy, record, copy)
