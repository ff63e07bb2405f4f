"""Plans of calls: no call crosses the RoPE switch, and memory shortens the parts.

The models of these tests have two sets of RoPE factors, as the 128k models have, with the
embedded model's architecture and random weights; what they write is compared with fresh
generators of the runtime that read their prompt in one pass.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from long_rope import lengthen
from test_decoding import extraction, guided
from test_task import Ledger, ledger_pages

import slmtasks as slm
from slmtasks import prompt_files
from slmtasks.decoding.context_plan import LOGITS, PREFILL, SPARE, Plan
from slmtasks.decoding.kv_cache import Stepping
from slmtasks.decoding.request import Answer, DecodeRequest
from slmtasks.decoding.tokenizer import agreeing
from slmtasks.documents.passages import Passage
from slmtasks.engine.call import Run
from slmtasks.errors import ContextExceeded
from slmtasks.models import devices, genai_config
from slmtasks.models.session import Session
from slmtasks.schema import from_pydantic
from slmtasks.schema.field_list import parse

SWITCH, CONTEXT = 640, 2048
MOST = 60


@pytest.fixture(scope="module")
def long_folder(exact_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose RoPE factors switch early, so that its tests are short."""
    out = tmp_path_factory.mktemp("models") / "long"
    return lengthen(exact_folder, out, switch=SWITCH, context=CONTEXT)


@pytest.fixture(scope="module")
def long_model(long_folder: Path) -> Iterator[slm.Model]:
    """The same, loaded with all of its context."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(genai_config, "SWITCHES", {"phi3": SWITCH})
        model = slm.load(long_folder, context=CONTEXT)
    with model:
        yield model


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The tokens of each prompt that a model is asked, and of its answer at most."""
    heard: list[tuple[int, int]] = []
    answer = Session.answer

    def listening(self: Session, asked: DecodeRequest, *args: Any) -> Any:
        heard.append((len(asked.prompt), asked.max_tokens))
        return answer(self, asked, *args)

    monkeypatch.setattr(Session, "answer", listening)
    return heard


def sided(calls: list[tuple[int, int]], context: int = CONTEXT) -> list[bool]:
    """Which calls lie beyond the switch; fails where one crosses it, or exceeds the context."""
    for prompt, most in calls:
        assert prompt + most <= SWITCH or (prompt > SWITCH + 1 and prompt + most <= context)
    return [prompt > SWITCH for prompt, _ in calls]


def prompts(model: slm.Model, words: list[int]) -> list[tuple[list[int], str]]:
    """Prompts that begin alike, of so many words each."""
    texts = (f"Case {n}: " + " ".join(f"word{n}x{i}" for i in range(n)) for n in words)
    return [extraction(model, text, "vendor, lines: list of text") for text in texts]


def agree(model: slm.Model, answer: Answer, expected: str) -> bool:
    """Whether an answer is as expected, but for how it was led to its end."""
    if answer.finish == "stop":
        return answer.text == expected
    return expected.startswith(model.internals.tokenizer.decode(answer.tokens[: MOST - 10]))


@given(st.integers(1, 20_000), st.integers(1, 20_000), st.sampled_from([None, 4096, 8192]))
def test_what_a_plan_allows_lies_on_one_side(prompt: int, most: int, switch: int | None) -> None:
    """Prompt and answer are wholly below the switch or wholly beyond, and within the context."""
    plan = Plan(16_384, switch)
    if prompt + most > plan.room(prompt):
        return
    assert prompt + most <= 16_384
    if switch is not None and not prompt + most <= switch:
        assert plan.beyond(prompt)
        assert prompt > switch + 1
        assert switch < plan.first(prompt) < prompt


def test_the_switch_follows_from_the_type_and_the_context(long_folder: Path) -> None:
    """The runtime's own numbers; where all of the context lies below there is no switch."""

    def switch(kind: str, context: int) -> int | None:
        settings = genai_config.read(long_folder)
        return settings.model_copy(update={"type": kind, "context_length": context}).switch

    assert switch("phi3", 131072) == 4096
    assert switch("phi3", 4096) is None
    assert switch("phi3small", 131072) == 8192
    assert switch("phi3small", 8192) is None
    assert switch("phimoe", 131072) == 4096
    assert switch("qwen2", 131072) is None


def test_a_pass_that_crosses_the_switch_mixes_two_sets_of_factors(long_model: slm.Model) -> None:
    """What the plans are for: the same tokens in other passes give other logits."""
    tokens = np.random.default_rng(0).integers(4, 4000, SWITCH + 200).astype(np.int32)

    def logits(*ends: int, then: int = 0, end: int = SWITCH + 200) -> Any:
        generator = long_model.internals.decoder.pool.start(CONTEXT)
        for begin, stop in zip((0, *ends), (*ends, end), strict=True):
            generator.append_tokens(tokens[begin:stop])
        if then:
            generator.rewind_to(then)
            generator.append_tokens(tokens[then:end])
        return np.asarray(generator.get_logits()).reshape(-1)

    right = logits()
    assert np.abs(logits(256) - right).max() > 0.05
    assert np.abs(logits(SWITCH + 1) - right).max() < 1e-3
    assert np.abs(logits(then=100) - right).max() < 1e-3, "a prefix from beyond may be kept"
    below = logits(end=300)
    assert np.abs(logits(100, end=300) - below).max() < 1e-3
    generator = long_model.internals.decoder.pool.start(CONTEXT)
    generator.append_tokens(tokens)
    generator.rewind_to(100)
    generator.append_tokens(tokens[100:300])
    mixed = np.asarray(generator.get_logits()).reshape(-1)
    assert np.abs(mixed - below).max() > 0.05, "not for a call below"


def test_calls_below_and_beyond_in_turn_write_what_fresh_generators_write(
    long_model: slm.Model,
) -> None:
    """Prefixes are kept on both sides, and no token comes of the other side's."""
    cases = prompts(long_model, [20, 120, 30, 130, 25, 140])
    keep = agreeing(cases[0][0], cases[1][0])
    sides = []
    for prompt, lark in cases:
        asked = DecodeRequest(prompt, lark, max_tokens=MOST, reserve=0, keep=keep)
        answer, usage = long_model.internals.answer(asked)
        sides.append((len(prompt) > SWITCH, usage.cached_tokens > 0))
        assert agree(long_model, answer, guided(long_model, prompt, lark, MOST))
        cache = long_model.internals.decoder.pool.caches[-1]
        *held, last = cache.held
        cache.rewind(len(held))
        cache.append([last])
        fresh = long_model.internals.decoder.pool.start(CONTEXT)
        fresh.append_tokens(np.array([*held, last], dtype=np.int32))
        assert cache.logits() == pytest.approx(np.asarray(fresh.get_logits()).ravel(), abs=1e-3)
    assert [beyond for beyond, _ in sides] == [False, True, False, True, False, True]
    assert [kept for _, kept in sides] == [False, False, *[True] * 4]


def test_a_call_that_would_cross_is_refused(long_model: slm.Model) -> None:
    """By the tokens it asks for: below the switch that is the limit."""
    lark = "start: /a+/"
    for prompt in (SWITCH - 5, SWITCH, SWITCH + 1):
        with pytest.raises(ContextExceeded, match=f"context of {SWITCH};"):
            long_model.internals.answer(DecodeRequest([5] * prompt, lark, max_tokens=10, reserve=5))
    with pytest.raises(ContextExceeded, match=f"context of {CONTEXT};"):
        long_model.internals.answer(DecodeRequest([5] * CONTEXT, lark, max_tokens=10, reserve=5))
    for prompt in (SWITCH - 10, SWITCH + 2):
        assert long_model.internals.answer(
            DecodeRequest([5] * prompt, lark, max_tokens=10, reserve=5)
        )[0].text


def test_a_source_goes_beyond_the_switch_only_where_it_gains_from_it(
    long_model: slm.Model, asked: list[tuple[int, int]]
) -> None:
    """What fits below stays there; what does not is one prompt beyond, or several."""
    seen = {}
    for pages in (1, 2, 3, 5, 9):
        asked.clear()
        result = slm.extract(ledger_pages(pages)[: 420 * pages], Ledger, model=long_model)
        assert result.coverage.complete
        seen[pages] = sided(asked)
    assert seen[1] == [False]
    assert seen[3] == [True]
    assert len(seen[9]) > 1
    assert True in seen[9]


def test_a_rest_that_would_cross_is_cut_to_lie_below(
    long_model: slm.Model, asked: list[tuple[int, int]]
) -> None:
    """Whatever the length: no call crosses, and nothing is left out."""
    text = ledger_pages(4)
    for length in range(300, len(text), 211):
        asked.clear()
        assert slm.extract(text[:length], Ledger, model=long_model).coverage.complete
        sided(asked)


def test_by_default_a_model_is_used_up_to_its_switch(
    long_folder: Path, monkeypatch: pytest.MonkeyPatch, asked: list[tuple[int, int]]
) -> None:
    """What lies beyond takes memory and cannot be stopped in its first pass: it is asked for."""
    monkeypatch.setattr(genai_config, "SWITCHES", {"phi3": SWITCH})
    with slm.load(long_folder) as model:
        assert model.context == SWITCH
        assert slm.extract(ledger_pages(3), Ledger, model=model).coverage.chunks > 1
    assert not any(sided(asked))


def test_a_retry_stays_on_its_side(long_model: slm.Model, asked: list[tuple[int, int]]) -> None:
    """A prompt below that an earlier answer would lift beyond is asked without it."""
    node = from_pydantic.describe(Ledger)
    variables = {"fields": from_pydantic.fields(node)}
    run = Run(prompt_files.load("extract"), variables, model=long_model)
    for length in (400, 1200):
        asked.clear()
        passage = Passage.whole(slm.read(ledger_pages(3)[:length]))
        run.ask(passage, node)
        for words in (10, 100, 300):
            run.ask(passage, node, told=("word " * words, ["it is wrong"]))
        assert sided(asked) == [length == 1200] * 4


def test_a_provider_that_cannot_rewind_keeps_to_its_side_too(
    long_model: slm.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its prompt is computed at once, and its steps never reach the runtime's own switch."""
    start = long_model.internals.decoder.pool.start
    monkeypatch.setattr(long_model.internals.decoder.pool, "caches", [])
    monkeypatch.setattr(long_model.internals.decoder.options, "drafts", False)
    monkeypatch.setattr(long_model.internals.decoder.pool, "start", lambda n: Stepping(start(n)))
    for prompt, lark in prompts(long_model, [20, 120]):
        answer, _ = long_model.internals.answer(
            DecodeRequest(prompt, lark, max_tokens=MOST, reserve=0)
        )
        assert agree(long_model, answer, guided(long_model, prompt, lark, MOST))


@pytest.mark.parametrize("stepping", [False, True])
def test_at_the_runtimes_own_switch(
    exact_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stepping: bool
) -> None:
    """At 4,097 tokens the runtime computes all anew: one token more is the least beyond."""
    folder = lengthen(exact_folder, tmp_path / "long", switch=4096, context=5000)
    with slm.load(folder, context=5000) as model:
        assert (model.context, model.internals.plan.switch) == (5000, 4096)
        pool = model.internals.decoder.pool
        if stepping:
            start = pool.start
            model.internals.decoder.options.drafts = False
            monkeypatch.setattr(pool, "start", lambda n: Stepping(start(n)))
        lark = "start: /[A-Z][a-z]{3,30}[0-9]{4}/"
        prompt = [int(t) for t in np.random.default_rng(1).integers(4, 4000, 4098)]
        answer, _ = model.internals.answer(DecodeRequest(prompt, lark, max_tokens=40, reserve=0))
        assert answer.text == guided(model, prompt, lark, 40)
        with pytest.raises(ContextExceeded, match="context of 4096;"):
            model.internals.answer(DecodeRequest(prompt[:4097], lark, max_tokens=40, reserve=0))


def test_a_plan_knows_what_a_call_takes(long_model: slm.Model) -> None:
    """The KV cache by layers, heads and head size, and the logits of the widest pass."""
    token, position = 2 * 4 * 8 * 8 * 32, 4 * 4343
    plan = long_model.internals.plan
    assert (plan.token_bytes, plan.logit_bytes) == (token, position)
    assert plan.memory(600) == 600 * token + PREFILL * position
    assert plan.memory(1000) == 1000 * token + (SWITCH + 1) * position
    enough = SPARE + plan.memory(CONTEXT)
    assert plan.affordable(enough) == (SWITCH, CONTEXT)
    assert plan.affordable(enough - 500 * token) == (SWITCH, CONTEXT - 500)
    assert plan.affordable(SPARE + plan.memory(500)) == (500, 0)
    assert plan.affordable(0) == (0, 0)


def test_little_memory_makes_shorter_parts_and_says_so(
    random_model: slm.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not an error, and not silent; with enough memory there is no such warning."""
    text = ledger_pages(8)
    plan = random_model.internals.plan
    enough = slm.extract(text, Ledger, model=random_model)
    assert not any("shorter parts" in warning for warning in enough.warnings)
    random_model.internals.decoder.pool.clear()
    monkeypatch.setattr(devices, "free_memory", lambda: SPARE + plan.memory(1024))
    monkeypatch.setattr(random_model.internals.decoder.pool, "step", 256)
    little = slm.extract(text, Ledger, model=random_model)
    assert little.coverage.complete
    assert little.coverage.chunks > enough.coverage.chunks
    assert any("memory for 1024 tokens is free" in warning for warning in little.warnings)


def test_what_kept_prefixes_hold_counts_as_free(
    random_model: slm.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They go where a call needs their memory."""
    pool, plan = random_model.internals.decoder.pool, random_model.internals.plan
    pool.clear()
    slm.extract("Total 5.00", parse("total: number"), model=random_model)
    assert pool.tokens > 0
    monkeypatch.setattr(devices, "free_memory", lambda: SPARE + plan.memory(100))
    assert random_model.internals.affordable() == (min(plan.context, 100 + pool.tokens), 0)


def test_tasks_plan_with_the_prompt_limit_of_an_npu(
    random_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    asked: list[tuple[int, int]],
) -> None:
    """Prompt and answer stay within the length that a folder, or a device, is compiled for."""
    folder = Path(shutil.copytree(random_folder, tmp_path / "model"))
    path = folder / "genai_config.json"
    settings = json.loads(path.read_text())
    options = {"load_config": '{"NPU": {"MAX_PROMPT_LEN": 900}}'}
    session = settings["model"]["decoder"]["session_options"]
    session["provider_options"] = [{"OpenVINO": options}]
    path.write_text(json.dumps(settings))
    monkeypatch.setattr(devices, "context_limit", lambda name: 1000)
    for place, limit in ((folder, 900), (random_folder, 1000)):
        asked.clear()
        with slm.load(place, device="cpu") as model:
            assert slm.extract(ledger_pages(6), Ledger, model=model).coverage.chunks > 1
        assert max(prompt + most for prompt, most in asked) <= limit


@pytest.mark.parametrize("vocabulary", [4096, 32_064, 65_536, 200_064, 100_000_000])
def test_the_logits_of_a_pass_are_bounded(vocabulary: int) -> None:
    """With a large vocabulary a prompt is read in smaller pieces; the usual ones in 128 tokens."""
    plan = Plan(4096, logit_bytes=4 * vocabulary)
    tokens = plan.prefill
    assert 1 <= tokens <= PREFILL
    assert tokens == 1 or tokens * vocabulary * 4 <= LOGITS
    assert (tokens == PREFILL) == (vocabulary <= 65_536)
    assert plan.memory(600) == tokens * 4 * vocabulary
