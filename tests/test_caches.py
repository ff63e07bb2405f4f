"""KV caches that are kept: which is taken, what is given up, what is never trusted again."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
import pytest

from slmtasks.decoding.context_plan import Plan
from slmtasks.decoding.kv_cache import MOST, Cache, Pool, Stepping
from slmtasks.errors import ModelError, OutOfMemory


class Tape:
    """A runtime that only remembers what it was fed."""

    def __init__(self) -> None:
        self.fed: list[int] = []

    def append_tokens(self, tokens: Any) -> None:
        self.fed += list(tokens)

    def rewind_to(self, length: int) -> None:
        del self.fed[length:]

    def get_logits(self) -> Any: ...

    def get_output(self, name: str) -> Any: ...


INVOICES, LETTERS = [1, 1, 1, 1], [2, 2, 2, 2]
"""What two tasks' prompts begin with."""


def pool(budget: int, made: list[int] | None = None) -> Pool:
    def start(room: int) -> Tape:
        if made is not None:
            made.append(room)
        return Tape()

    return Pool(start, plan=Plan(1000), budget=budget, step=10)


def ask(pool: Pool, prompt: list[int], length: int = 10, keep: int = 4) -> tuple[Cache, int]:
    cache, shared = pool.take(prompt, length, keep)
    cache.append(prompt[shared:])
    assert cache.runtime.fed == prompt  # type: ignore[attr-defined]
    return cache, shared


def test_tasks_in_turn_keep_their_prefixes() -> None:
    """Within the budget each task's constant part is computed once."""
    both = pool(100)
    assert [ask(both, [*INVOICES, 5, 6])[1], ask(both, [*LETTERS, 5, 6])[1]] == [0, 0]
    assert [ask(both, [*INVOICES, 7])[1], ask(both, [*LETTERS, 8, 9])[1]] == [4, 4]


def test_the_same_document_again_is_not_read_again() -> None:
    """A retry goes on behind the whole of the earlier prompt; the last token is always left."""
    one = pool(100)
    ask(one, [*INVOICES, 5, 6, 7])
    assert ask(one, [*INVOICES, 5, 6, 7, 8, 9])[1] == 7
    assert ask(one, [*INVOICES, 5, 6, 7])[1] == 6


def test_the_least_recently_used_goes_where_the_budget_ends() -> None:
    """Two of three fit: the one that waited longest is given up."""
    made: list[int] = []
    two = pool(20, made)
    third = [3, 3, 3, 3]
    for begin in (INVOICES, LETTERS, INVOICES, third):
        ask(two, [*begin, 5])
        assert two.tokens <= 20
    assert made == [10, 10]
    assert ask(two, [*INVOICES, 6])[1] == 4
    assert ask(two, [*LETTERS, 6])[1] == 0


def test_one_call_may_need_more_than_the_budget() -> None:
    """It gets what it needs, and everything else is given up for it."""
    small = pool(20)
    ask(small, [*INVOICES, 5])
    ask(small, [*LETTERS, 5], length=95)
    assert small.tokens == 100


def test_a_longer_call_gets_a_larger_cache() -> None:
    """In place of the one that is too short."""
    made: list[int] = []
    one = pool(1000, made)
    ask(one, [*INVOICES, 5], length=10)
    ask(one, [*INVOICES, 6], length=31)
    assert (made, one.tokens) == ([10, 40], 40)


def test_memory_that_is_not_there_is_made_by_giving_up_the_others() -> None:
    """Only where nothing is left to give up does the call fail."""
    rooms: list[int] = []

    def start(room: int) -> Tape:
        if sum(rooms) + room > 25:
            rooms.pop()
            raise OutOfMemory("no")
        rooms.append(room)
        return Tape()

    one = Pool(start, plan=Plan(1000), budget=1000, step=10)
    ask(one, [*INVOICES, 5])
    ask(one, [*LETTERS, 5])
    ask(one, [3, 3, 3, 3, 5])
    assert one.tokens == 20
    rooms[:] = [20]
    with pytest.raises(OutOfMemory):
        Pool(start, plan=Plan(1000), budget=1000, step=10).take([1], 10, 0)


@pytest.mark.parametrize("fault", [RuntimeError("kernel"), KeyboardInterrupt()])
def test_what_was_interrupted_is_not_trusted(fault: BaseException) -> None:
    """An append that failed may have been done in part."""
    one = pool(100)
    cache, _ = ask(one, [*INVOICES, 5])

    def failing(_: Any) -> None:
        raise fault

    cache.runtime.append_tokens = failing  # type: ignore[method-assign]
    with pytest.raises((ModelError, KeyboardInterrupt)):
        cache.append([6])
    assert ask(one, [*INVOICES, 5, 6])[1] == 0


class OneWay(Tape):
    """A provider's generator that samples token by token and cannot rewind."""

    def rewind_to(self, length: int) -> None:
        raise RuntimeError("this provider cannot rewind")

    def get_logits(self) -> Any:
        return np.zeros(99)

    def set_logits(self, logits: Any) -> None:
        self.chosen = int(logits.argmax())

    def generate_next_token(self) -> None:
        self.fed.append(self.chosen)


def test_a_retry_does_not_go_on_where_a_provider_samples() -> None:
    """Its earlier answer's end token, sampled, would end the generator; it is begun anew."""
    made: list[OneWay] = []

    def start(_: int) -> Stepping:
        made.append(OneWay())
        return Stepping(made[-1])

    one = Pool(start, plan=Plan(1000), budget=1000, step=10)
    cache, _ = one.take([1, 2, 3], 20, 2)
    for tokens in ([1, 2, 3], [4], [5]):
        cache.append(tokens)
        cache.logits()
    assert made[0].fed == [1, 2, 3, 4, 5]
    again, shared = one.take([1, 2, 3, 4, 5, 6, 7], 20, 2)
    assert (shared, len(made)) == (0, 2)
    again.append([1, 2, 3, 4, 5, 6, 7])
    again.logits()
    assert made[1].fed == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("fault", [RuntimeError("kernel"), KeyboardInterrupt()])
def test_a_provider_that_samples_is_not_trusted_after_a_stop(fault: BaseException) -> None:
    """Its tokens are computed when the logits are asked for; what it then raises is ours."""
    runtime = OneWay()
    cache = Cache(Stepping(runtime), 20)
    cache.append([1, 2])

    def failing() -> Any:
        raise fault

    runtime.get_logits = failing  # type: ignore[method-assign]
    with pytest.raises((ModelError, KeyboardInterrupt)):
        cache.logits()
    assert not cache.sound


@pytest.mark.parametrize(("kind", "length"), [(OneWay, 10), (Tape, 50)])
def test_no_cache_is_made_beside_the_one_that_it_replaces(kind: type[Tape], length: int) -> None:
    """Where one cannot rewind or is too short, its memory is given back first."""
    alive: weakref.WeakSet[Tape] = weakref.WeakSet()
    seen: list[int] = []

    def start(_: int) -> Tape:
        seen.append(len(alive))
        tape = kind()
        alive.add(tape)
        return tape

    one = Pool(start, plan=Plan(1000), budget=1000, step=10)
    ask(one, [*INVOICES, 5])
    ask(one, [*INVOICES, 6], length=length)
    assert seen == [0, 0]


def test_no_more_are_kept_than_a_few() -> None:
    """Whatever the budget; the least recently used goes first."""
    large = pool(10_000)
    for task in range(MOST + 1):
        ask(large, [task + 1] * 4 + [99])
    assert large.tokens == 10 * MOST
    assert ask(large, [MOST + 1] * 4 + [98])[1] == 4
    assert ask(large, [1] * 4 + [98])[1] == 0
