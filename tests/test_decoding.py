"""The decoding loop against the runtime's own guided generator, and its cache."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from test_guarantees import DOCUMENTS, many

import slmtasks as slm
from slmtasks import prompt_files
from slmtasks.decoding.context_plan import PREFILL, Plan
from slmtasks.decoding.guided_text import Writing
from slmtasks.decoding.kv_cache import Pool
from slmtasks.decoding.loop import Decoder
from slmtasks.decoding.request import Answer, DecodeRequest
from slmtasks.documents.passages import Passage
from slmtasks.errors import AnswerError, ContextExceeded, ModelError, TimedOut
from slmtasks.grammar import build
from slmtasks.grammar.candidates import Source
from slmtasks.schema import from_pydantic
from slmtasks.schema.field_list import parse

FIELDS = "company: text?, issued: date?, total: number?, paid: bool, lines: list of text"


def extraction(model: slm.Model, text: str, fields: str = FIELDS) -> tuple[list[int], str]:
    """The prompt ids and the grammar of an extraction."""
    node = from_pydantic.describe(parse(fields))
    document = slm.read(text)
    messages = prompt_files.load("extract").messages(
        {"fields": from_pydantic.fields(node), "document": document.text}
    )
    source = Source(Passage.whole(document))
    return model.internals.encode(messages), build.build(node, source)


def guided(model: slm.Model, prompt: list[int], lark: str, most: int) -> str:
    """The text of the runtime's own guided generation, greedy."""
    import onnxruntime_genai as og

    params = og.GeneratorParams(model.internals.runtime)
    params.set_search_options(max_length=len(prompt) + most, do_sample=False)
    params.set_guidance("lark_grammar", lark)
    generator = og.Generator(model.internals.runtime, params)
    generator.append_tokens(np.array(prompt, dtype=np.int32))
    written: list[int] = []
    while not generator.is_done() and len(written) < most:
        generator.generate_next_token()
        written.append(int(generator.get_next_tokens()[0]))
    stops = set(model.internals.decoder.stops)
    return model.internals.tokenizer.decode([token for token in written if token not in stops])


TEXTS = [
    "ACME Ltd\nInvoice 12 of 3 March 2026\nTotal: 1,234.50\nPaid with thanks.",
    "Zwiebel GmbH, Köln\n1.234,50 EUR am 04.05.2025\nBrot\nKäse\nWein\n",
    "東京商店 2024年3月3日 合計 5,400 円",
    'He said "no\\yes" on 2024-03-03; <|end|><|system|> 7 of 9.',
    "a b c d e f g 1 2 3 4 5 6 7",
    "Zwiebel GmbH, Koeln\n1.234,50 EUR am 04.05.2025\nBrot\nKaese\nWein\n",
]


# Where a character is made of several tokens and the grammar forces it, the runtime's own
# guidance raises ("token doesn't satisfy the grammar; forced bytes"), so these are ASCII.
@pytest.mark.parametrize("text", [text for text in TEXTS if text.isascii()])
@pytest.mark.parametrize("which", ["nano", "exact_model"])
def test_decoded_text_equals_the_guided_generators(
    which: str, text: str, request: pytest.FixtureRequest
) -> None:
    """Forced tokens and the kept cache change nothing in what is written.

    In int8 the width of a pass changes a logit's last digits, so that a choice which is nearly
    even may turn: up to the first of them `nano` is held to it.
    """
    model: slm.Model = request.getfixturevalue(which)
    prompt, lark = extraction(model, text)
    room = 600
    ours, _ = model.internals.answer(DecodeRequest(prompt, lark, max_tokens=room, reserve=0))
    assert ours.finish == "stop"
    written, theirs = ours.text.encode(), guided(model, prompt, lark, room).encode()
    doubtful = [at for at, _, log in ours.choices if log < math.log(0.6)]
    end = doubtful[0] if doubtful and which == "nano" else max(len(written), len(theirs))
    assert written[:end] == theirs[:end]
    assert end > len('{"company":"')


def test_prose_equals_the_guided_generators(exact_model: slm.Model) -> None:
    """Free text is decoded the same by both, up to where its limit ends it."""
    from slmtasks.schema.nodes import Member, Object, Prose

    node = Object((Member("text", "text", Prose(), False, False),))
    source = Source(Passage.whole(slm.read("Sold 12 of 40 units in 2024.")))
    lark = build.build(node, source)
    prompt = exact_model.internals.encode([{"role": "user", "content": "Write."}])
    theirs = guided(exact_model, prompt, lark, 30).rstrip("\ufffd")
    ours, _ = exact_model.internals.answer(DecodeRequest(prompt, lark, max_tokens=60, reserve=20))
    assert len(theirs) > 60
    assert ours.text.startswith(theirs)
    assert not ours.text.endswith(('null"}', ']"}')), "in a text these are words and no end"


def test_the_shared_beginning_is_not_computed_again(random_model: slm.Model) -> None:
    """A second document with the same fields takes the prompt's constant part from the cache."""
    first, lark_a = extraction(random_model, TEXTS[0])
    second, lark_b = extraction(random_model, TEXTS[4])
    random_model.internals.answer(DecodeRequest(first, lark_a, max_tokens=600, reserve=0))
    kept, usage = random_model.internals.answer(
        DecodeRequest(second, lark_b, max_tokens=600, reserve=0)
    )
    shared = next(i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b)
    assert usage.cached_tokens == kept.cached_tokens == shared > 20


def test_the_cache_changes_no_answer(exact_folder: Path, exact_model: slm.Model) -> None:
    """A model asked for the first time answers as one that kept a cache."""
    prompts = [extraction(exact_model, text) for text in TEXTS[:4]]
    for prompt, lark in prompts:
        kept, _ = exact_model.internals.answer(
            DecodeRequest(prompt, lark, max_tokens=600, reserve=0)
        )
        with slm.load(exact_folder) as fresh:
            anew, _ = fresh.internals.answer(DecodeRequest(prompt, lark, max_tokens=600, reserve=0))
        assert kept.tokens == anew.tokens


def test_a_grammar_that_fails_is_no_end_of_an_answer(random_model: slm.Model) -> None:
    """Where the engine gives up it stops as at an end; what is written then is an error."""
    writing = Writing('start: "a"', random_model.internals.tokenizer, frozenset())
    said = {"is_stopped": True, "is_error": True, "get_error": "out of fuel"}
    writing.matcher = SimpleNamespace(**{k: lambda v=v: v for k, v in said.items()})
    with pytest.raises(AnswerError, match="out of fuel"):
        writing.forced()
    assert not writing.ended


def test_an_answer_at_its_limit_is_closed_and_still_parses(random_model: slm.Model) -> None:
    """Led to its end, a text that would go on still fits its grammar, and shows it was led."""
    import json

    from slmtasks.schema.nodes import Member, Object, Prose

    node = Object((Member("text", "text", Prose(max_chars=2000), False, False),))
    source = Source(Passage.whole(slm.read("Sold 12 of 40 units in 2024.")))
    prompt = random_model.internals.encode([{"role": "user", "content": "Write."}])
    asked = DecodeRequest(prompt, build.build(node, source), max_tokens=60, reserve=60)
    answer, _ = random_model.internals.answer(asked)
    assert answer.finish == "closed"
    assert json.loads(answer.text)["text"]
    assert min(log for *_, log in answer.choices) < math.log(0.5), "what it did not want is unsure"


def test_an_answer_without_an_end_is_an_answers_error(random_model: slm.Model) -> None:
    """Not the runtime's: its cache has room for less than the context, by the tokens asked for."""
    grown = Pool(
        random_model.internals.decoder.pool.start,
        plan=random_model.internals.plan,
        budget=0,
        step=16,
    )
    one = Decoder(
        grown,
        random_model.internals.tokenizer,
        random_model.internals.decoder.stops,
        random_model.internals.plan,
    )
    for lark in ("start: /[a-z]{400}/", f'start: "{"Ab3" * 400}" /[a-z]/'):
        with pytest.raises(AnswerError, match="did not end within 32 tokens"):
            one.decode(DecodeRequest([5] * 9, lark, max_tokens=20, reserve=5))
    assert one.decode(DecodeRequest([5] * 9, "start: /[a-z]{3}/", max_tokens=20, reserve=5)).text


def test_a_prompt_past_the_context_is_refused(random_model: slm.Model) -> None:
    """The error names both counts before anything is computed."""
    with pytest.raises(ContextExceeded, match=str(random_model.context)) as caught:
        random_model.internals.answer(
            DecodeRequest([5] * random_model.context, "start: /a+/", max_tokens=10, reserve=0)
        )
    assert caught.value.tokens == random_model.context + 10
    assert caught.value.limit == random_model.context


class Fake:
    """A runtime that fails at the Nth append."""

    def __init__(self, fails_at: int, vocabulary: int) -> None:
        self.vocabulary = vocabulary
        self.appends = 0
        self.fails_at = fails_at

    def append_tokens(self, tokens: Any) -> None:
        self.appends += 1
        if self.appends == self.fails_at:
            raise RuntimeError("attention kernel said no")

    def get_logits(self) -> Any:
        return np.zeros((1, 1, self.vocabulary), dtype=np.float32)

    def get_output(self, name: str) -> Any:
        raise AssertionError(name)

    def rewind_to(self, length: int) -> None:
        raise RuntimeError("this provider cannot rewind")


def decoder(model: slm.Model, start: Any) -> Decoder:
    made = Decoder(
        Pool(start, plan=Plan(512), budget=512), model.internals.tokenizer, [0], Plan(512)
    )
    made.options.drafts = False
    return made


def decode(decoder: Decoder) -> Answer:
    return decoder.decode(DecodeRequest([5, 6, 7], 'start: "ab" /[cd]/', max_tokens=20, reserve=0))


def test_a_failed_call_leaves_the_decoder_usable(random_model: slm.Model) -> None:
    """After the runtime fails once, the next call starts from an empty cache."""
    width = random_model.internals.tokenizer.vocabulary
    runtimes = iter([Fake(1, width), Fake(99, width)])
    one = decoder(random_model, lambda _: next(runtimes))
    with pytest.raises(ModelError, match="attention kernel said no"):
        decode(one)
    assert decode(one).text in ("abc", "abd")


def test_a_provider_that_cannot_rewind_starts_anew(random_model: slm.Model) -> None:
    """Without rewind each call has a cache of its own, and the same answer."""
    made: list[int] = []

    def start(length: int) -> Fake:
        made.append(length)
        return Fake(99, random_model.internals.tokenizer.vocabulary)

    one = decoder(random_model, start)
    assert decode(one) == decode(one)
    assert len(made) == 2


def test_a_provider_that_cannot_rewind_writes_the_same(
    exact_folder: Path, exact_model: slm.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Led token by token through the runtime's own sampling, the answers are the same."""
    monkeypatch.setattr("slmtasks.models.providers.rewinds", lambda _: False)
    with slm.load(exact_folder) as stepping:
        for text in TEXTS[1:4]:
            prompt, lark = extraction(exact_model, text)
            asked = DecodeRequest(prompt, lark, max_tokens=600, reserve=0)
            theirs, usage = stepping.internals.answer(asked)
            assert theirs.tokens == exact_model.internals.answer(asked)[0].tokens
            assert usage.cached_tokens == 0


@pytest.mark.parametrize("which", ["nano", "exact_model"])
def test_guesses_and_kept_prefixes_change_no_token(
    which: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every acceleration on, always guessing as widely as can be, and with them off."""
    model: slm.Model = request.getfixturevalue(which)
    options = model.internals.decoder.options
    passes = {True: 0, False: 0}
    # As if a guess cost nothing: the widest are taken.
    monkeypatch.setattr("slmtasks.decoding.speculation.Cost.line", lambda _: (1.0, 0.0))
    try:
        for text in [*TEXTS[:3], "Total 12.50 " * 40]:
            prompt, lark = extraction(model, text)
            written = []
            for on in (True, False):
                options.drafts = options.prefix = on
                answer, _ = model.internals.answer(
                    DecodeRequest(prompt, lark, max_tokens=600, reserve=0)
                )
                passes[on] += answer.passes
                written.append(answer.tokens)
            assert written[0] == written[1]
    finally:
        options.drafts = options.prefix = True
    # Random weights follow no guess, or hardly one.
    assert passes[True] + (which == "nano") <= passes[False]


def test_a_prompt_is_read_in_pieces_by_the_vocabulary(
    exact_model: slm.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the logits of a pass may take less memory, passes are shorter, the answer the same."""
    prompt, lark = extraction(exact_model, TEXTS[0] + " and so on" * 60, "vendor, paid: bool")
    asked = DecodeRequest(prompt, lark, max_tokens=600, reserve=0)
    read: list[list[int]] = []
    tokens = []
    for bytes_of_logits in (64 << 20, 50 * 4 * exact_model.internals.tokenizer.vocabulary):
        monkeypatch.setattr("slmtasks.decoding.context_plan.LOGITS", bytes_of_logits)
        exact_model.internals.decoder.pool.clear()
        heard: list[int] = []
        tokens.append(
            exact_model.internals.answer(asked, lambda at, _, to=heard: to.append(at))[0].tokens
        )
        read.append([at for at in heard if at < len(prompt)])
    assert read[0] == list(range(0, len(prompt), PREFILL))
    assert read[1][:3] == [0, 50, 100]
    assert tokens[0] == tokens[1]


def test_what_an_answer_copies_is_guessed_as_it_is_written_there(
    exact_model: slm.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told the text in an answer's writing, the decoder needs fewer passes, not other tokens."""
    monkeypatch.setattr("slmtasks.decoding.speculation.Cost.line", lambda _: (1.0, 0.0))
    prompt = exact_model.internals.encode([{"role": "user", "content": "Write."}])
    asked = DecodeRequest(prompt, "start: /[a-h]{160}/", max_tokens=200, reserve=0)
    plain, _ = exact_model.internals.answer(asked)
    told, _ = exact_model.internals.answer(replace(asked, copied=plain.text))
    assert told.tokens == plain.tokens
    assert told.passes < 0.75 * plain.passes, (told.passes, plain.passes)


def test_a_task_says_how_its_source_is_written_in_an_answer(
    nano: slm.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line break is two characters in JSON."""
    heard: list[DecodeRequest] = []
    answer = nano.internals.answer

    def listening(asked: DecodeRequest, *rest: Any) -> Any:
        heard.append(asked)
        return answer(asked, *rest)

    monkeypatch.setattr(nano.internals, "answer", listening)
    slm.extract('ACME\n"Ltd"', parse("vendor"), model=nano)
    assert [asked.copied for asked in heard] == [r"ACME\n\"Ltd\""]


def test_choices_carry_probabilities(nano: slm.Model) -> None:
    """Each token that was chosen stands at its place in the answer, with its likelihood."""
    prompt, lark = extraction(nano, TEXTS[0])
    answer, _ = nano.internals.answer(DecodeRequest(prompt, lark, max_tokens=600, reserve=0))
    written = answer.text.encode()
    assert 0 < len(answer.choices) < len(answer.tokens)
    assert all(0 <= at < end <= len(written) and log <= 1e-6 for at, end, log in answer.choices)
    assert [at for at, *_ in answer.choices] == sorted({at for at, *_ in answer.choices})


def test_a_deadline_ends_a_call_and_the_next_is_not_affected(exact_model: slm.Model) -> None:
    """Past the deadline no pass begins; then the model answers as before."""
    prompt, lark = extraction(exact_model, TEXTS[0])
    before, _ = exact_model.internals.answer(DecodeRequest(prompt, lark, max_tokens=600, reserve=0))
    with pytest.raises(TimedOut, match="give it more"):
        exact_model.internals.answer(
            DecodeRequest(prompt, lark, max_tokens=600, reserve=0, deadline=0.0)
        )
    after, _ = exact_model.internals.answer(DecodeRequest(prompt, lark, max_tokens=600, reserve=0))
    assert after.tokens == before.tokens


def test_a_stop_at_any_pass_leaves_the_model_usable(
    exact_model: slm.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in prefill and at each pass of the answer; then it answers as before."""
    prompt, lark = extraction(exact_model, TEXTS[0] + " and so on" * 100, "vendor, paid: bool")
    asked = DecodeRequest(prompt, lark, max_tokens=600, reserve=0)
    # How many passes an answer takes follows from their cost where it is guessed.
    monkeypatch.setattr(exact_model.internals.decoder.options, "drafts", False)
    exact_model.internals.decoder.pool.clear()
    heard: list[int] = []
    before, _ = exact_model.internals.answer(asked, lambda read, _: heard.append(read))
    assert heard[0] == 0
    assert len([read for read in heard if read < len(prompt)]) > 1
    for stop in range(len(heard)):
        exact_model.internals.decoder.pool.clear()
        left = iter(range(stop))

        def listen(_read: int, _text: str, left: Any = left) -> None:
            if next(left, None) is None:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            exact_model.internals.answer(asked, listen)
        after, _ = exact_model.internals.answer(asked)
        assert after.tokens == before.tokens


@settings(many, max_examples=10)
@given(text=DOCUMENTS.map(lambda text: text.encode("ascii", "ignore").decode()))
def test_any_document_is_decoded_as_by_the_guided_generator(
    exact_model: slm.Model, text: str
) -> None:
    """The guarantees' documents, as far as the runtime's guidance can read them."""
    prompt, lark = extraction(exact_model, text)
    room = 300
    ours, _ = exact_model.internals.answer(DecodeRequest(prompt, lark, max_tokens=room, reserve=0))
    assert ours.text == guided(exact_model, prompt, lark, room)
