"""The generator of training data: deterministic, verbatim, split by template."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import get_args

import pytest

from slmtasks import options
from slmtasks.schema.nodes import Copied
from slmtasks.social.platforms import PLATFORMS
from training.copying.strange import Strange
from training.generator import card
from training.generator.documents.stories import story
from training.generator.drafts import Draft
from training.generator.examples import Example, make
from training.generator.page import held_out
from training.generator.tasks import copywriting, extract, products
from training.trainer import presets, tokenizer

TASKS = ["extract", "summarize", "describe_product", "social_post", "reply"]


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return [make(11, i, 60 + 40 * (i % 12)) for i in range(200)]


def test_same_seed_same_example() -> None:
    """The same seed and number give the same example, another seed another one."""
    first = [make(3, i, 120) for i in range(20)]
    assert first == [make(3, i, 120) for i in range(20)]
    assert first != [make(4, i, 120) for i in range(20)]


def test_every_task_is_made(examples: list[Example]) -> None:
    """All five tasks are trained, extraction most of all."""
    made = [e.task for e in examples]
    assert set(made) == set(TASKS)
    assert made.count("extract") > 0.4 * len(made)


def test_answers_are_compact_json(examples: list[Example]) -> None:
    """An answer is JSON without white space between its tokens."""
    for e in examples:
        value = json.loads(e.answer)
        assert e.answer == json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def test_extractions_are_what_the_decoder_could_write() -> None:
    """The grammar lets through every extraction that the faster check keeps."""
    drafts = [extract.example(Random(i), 60 + 20 * (i % 12)) for i in range(60)]
    kept = [draft for draft in drafts if draft and not draft.fault()]
    assert len(kept) > 50
    assert [draft.barred() for draft in kept] == [""] * len(kept)


def test_what_the_library_bars_is_dropped() -> None:
    """A value that the document lacks, an invented figure and a long title are all faults."""
    draft = next(d for d in (products.describe(Random(i), 99) for i in range(9)) if d)
    long = f"{draft.answer['title']} {'w ' * 60}"
    for key, text in (("tagline", "Only 98765 left"), ("title", long)):
        changed = replace(draft, answer={**draft.answer, key: text})
        assert changed.fault() == key
    found = next(d for d in map(_told, range(99)) if d)
    assert replace(found, answer=dict.fromkeys(found.answer, "nowhere")).fault() in found.answer


def _told(seed: int) -> Draft | None:
    """An extraction whose values are all text."""
    draft = extract.example(Random(seed), 60)
    told = draft and all(isinstance(m.node, Copied) for m in draft.node.members)
    return draft if told else None


def test_a_share_of_the_values_is_absent(examples: list[Example]) -> None:
    """Between a tenth and a third of the asked fields are answered null."""
    values = [v for e in examples if e.task == "extract" for v in json.loads(e.answer).values()]
    assert 0.1 < values.count(None) / len(values) < 0.33


def test_the_central_sentence_is_quoted_wherever_it_stands() -> None:
    """One quote is the main sentence, which is not always the first one."""
    tales = [story(Random(i), 9) for i in range(60)]
    places = [max(range(len(t.sentences)), key=lambda i: t.sentences[i].weight) for t in tales]
    assert len(set(places)) > 4


def test_words_are_exchanged_alike() -> None:
    """A word that is exchanged becomes the same strange one everywhere; short words stay."""
    text = "the quiet motor holds the quiet pump"
    made = [Strange(Random(i)) for i in range(40)]
    changed = [strange(text) for strange in made]
    assert any(new != text for new in changed)
    assert any(new == text for new in changed)
    for strange, new in zip(made, changed, strict=True):
        words = new.split()
        assert words[1] == words[5]
        assert words[0] == words[4] == "the"
        assert strange(text) == new


def test_every_style_platform_tone_and_length_occurs() -> None:
    """Each option of the library is asked for, within 400 drafts of each task."""
    missing = {
        copywriting.summarize: {*get_args(options.Style)},
        copywriting.social: {*PLATFORMS, *get_args(options.PostTone)},
        products.describe: {*get_args(options.ProductTone), *get_args(options.Length)},
    }
    for make_one, words in missing.items():
        for i in range(400):
            if draft := make_one(Random(i), 90):
                words.difference_update(draft.template.split(":"))
            if not words:
                break
        assert words == set()


def test_the_card_counts(tmp_path: Path) -> None:
    """The data card names every task, and its shares are of the examples it made."""
    tokenizer.train(
        (m["content"] for i in range(40) for m in make(2, i, 90).messages), 400, tmp_path
    )
    text = card.card(tmp_path, 0, 60)
    assert all(task in text for task in TASKS)
    assert "60 examples from seed 0" in text


def test_splits_share_no_template() -> None:
    """What is held out is a set of templates, none of which training sees."""
    train = {make(1, i, 200).template for i in range(150)}
    held = {make(1, i, 200, held=True).template for i in range(60)}
    assert not any(held_out(t) for t in train)
    assert all(held_out(t) for t in held)
    assert not train & held


@pytest.mark.parametrize("preset", presets.PRESETS.values(), ids=lambda preset: preset.name)
def test_the_runtime_takes_a_presets_heads(preset: presets.Preset) -> None:
    """Their size is a multiple of 16; another one is exported without a word and does not load."""
    assert preset.hidden % preset.heads == 0
    assert preset.hidden // preset.heads % 16 == 0
