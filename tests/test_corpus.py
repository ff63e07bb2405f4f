"""The curated records: what they hold, and how examples are drawn from them."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from training.corpus import check, records
from training.corpus.examples import draft, everything
from training.corpus.exchange import exchanged
from training.corpus.records import Record

SAMPLE = records.FOLDER / "sample.jsonl"


@pytest.fixture(scope="module")
def corpus() -> list[Record]:
    """All records."""
    return records.load()


def test_the_corpus_is_as_large_and_as_long_as_it_says(corpus: list[Record]) -> None:
    """Counts that may only grow: records, questions, unanswered ones, long texts."""
    questions = [question for record in corpus for question in record.qa]
    unanswered = sum(not question.quotes for question in questions)
    texts = [record for record in corpus if record.text]
    long = sum(len(record.text.split()) > 350 for record in texts)
    assert len(corpus) >= 1600
    assert len(questions) >= 4500
    assert 0.3 < unanswered / len(questions) < 0.5
    assert long / len(texts) > 0.2


def test_no_text_stands_twice(corpus: list[Record]) -> None:
    """Each document is written once."""
    texts = [" ".join(record.text.split()) or str(record.product) for record in corpus]
    assert len(texts) == len(set(texts))


def test_one_record_in_twelve_is_held_out_whatever_the_others_are(corpus: list[Record]) -> None:
    """The choice hangs on the record's own text alone, and is the same for a copy of it."""
    held = [record for record in corpus if record.held_out]
    assert 1 / 16 < len(held) / len(corpus) < 1 / 9
    again = Record.model_validate(held[0].model_dump(by_alias=True))
    assert again.held_out


def test_a_sample_of_the_answers_is_accepted(corpus: list[Record]) -> None:
    """The library's own grammar accepts them; `python -m training.corpus.check` checks all."""
    for record in Random(7).sample(corpus, 12):
        for label, made in everything(record):
            assert not isinstance(made, ValueError), (record.kind, label, made)
            assert made.fault() == "", (record.kind, label)


def test_the_checker_names_the_file_the_line_and_the_answer(tmp_path: Path) -> None:
    """A value that the text does not hold is one line; a record of another shape too."""
    record = json.loads(SAMPLE.read_text(encoding="utf-8").splitlines()[0])
    record["fields"][0]["value"] = "Nobody & Co"
    path = tmp_path / "wrong.jsonl"
    path.write_text(json.dumps(record), encoding="utf-8")
    number, good, bad = check.check([path])
    assert number == 1
    assert good > 5
    assert bad == ["wrong.jsonl:1: fields: the library does not accept the value of 'supplier'"]
    path.write_text(json.dumps({"kind": "x", "txt": ""}), encoding="utf-8")
    with pytest.raises(ValueError, match=r"wrong\.jsonl:1: "):
        records.load(path)


def test_exchanged_records_hold_their_values(corpus: list[Record]) -> None:
    """Names and figures are replaced alike in the text and in the values."""
    changed = 0
    for number, record in enumerate(corpus[:150]):
        other = exchanged(record, Random(number))
        changed += other.text != record.text
        for field, before in zip(other.fields, record.fields, strict=True):
            if isinstance(field.value, str) and before.value in record.text:
                assert field.value in other.text, (record.kind, field)
    assert changed > 50


def test_examples_of_all_tasks_are_drawn(corpus: list[Record]) -> None:
    """Each is accepted by the library, and most draws give one."""
    r = Random(1)
    made = [draft(corpus, r) for _ in range(60)]
    drawn = [example for example in made if example is not None]
    assert len(drawn) > 40
    assert {example.task for example in drawn} == {
        "extract",
        "summarize",
        "social_post",
        "reply",
        "describe_product",
    }
