"""Guesses: what is looked up, and how many are worth a wider pass."""

from __future__ import annotations

import pytest

import slmtasks as slm
from slmtasks.decoding.speculation import (
    FIRST,
    FORCED,
    SPELLED,
    WIDEST,
    Cost,
    Drafter,
    Habits,
    Lookup,
    Odds,
    width,
)


def test_what_stands_behind_a_run_is_found_latest_first() -> None:
    """Wherever it stands, overlapping too; behind the last token nothing follows."""
    lookup = Lookup([1, 2, 3, 4, 9, 2, 3, 5, 3, 3, 3])
    assert list(lookup.after([2, 3])) == [5, 4]
    assert list(lookup.after([3])) == [3, 3, 5, 4]
    assert list(lookup.after([3, 3])) == [3]
    assert list(lookup.after([7])) == list(Lookup([]).after([1])) == []


def test_tokens_are_found_whole() -> None:
    """Not where the bytes of two neighbours look like a third."""
    assert list(Lookup([0x0100, 0x0200, 7]).after([0x00020000])) == []


LARK = r'''start: "{\"a\":\"" /one two three|one two four/ "\",\"b\":\"" /[a-z ]+/ "\"}"'''


def drafted(nano: slm.Model, text: str, source: str, **options: bool) -> list[tuple[str, int]]:
    """The guesses behind a text, each with what it rests on."""
    from llguidance import LLMatcher

    engine = nano.internals.tokenizer.grammar
    matcher = LLMatcher(engine, LLMatcher.grammar_from_lark(LARK))
    written = engine.tokenize_str(text) if text else []
    matcher.consume_tokens(written)
    habits = Habits(first=engine.tokenize_str('{"')[0])
    options = {"spells": True, **options}
    drafter = Drafter(nano.internals.tokenizer.encode(source), engine, habits, **options)
    before = matcher.compute_bitmask()
    guesses = drafter.guesses(matcher, written)
    assert matcher.compute_bitmask() == before, "guessing moves nothing"
    assert len(guesses) <= WIDEST
    return [(nano.internals.tokenizer.decode([guess.token]), guess.basis) for guess in guesses]


def test_a_draft_goes_on_over_what_the_grammar_forces(nano: slm.Model) -> None:
    """A word from the source, the text between two fields, and no word that is not allowed."""
    found = drafted(nano, '{"a":"one two', "one two three one two five")
    text = "".join(token for token, _ in found)
    assert text == ' three","b":"'
    bases = {basis for _, basis in found}
    assert bases & {1, 2, 3}
    assert bases & {FORCED, SPELLED}
    alone = drafted(nano, '{"a":"one two', "one two three one two five", spells=False)
    assert " three".startswith("".join(token for token, _ in alone))


def test_an_answer_is_guessed_to_begin_as_the_one_before(nano: slm.Model) -> None:
    """And to go on with what is then forced."""
    found = drafted(nano, "", "one two three")
    assert found[0][1] == FIRST
    assert "".join(token for token, _ in found).startswith('{"a":"one two')


def test_the_line_of_costs_is_learnt() -> None:
    """After passes of several widths it is theirs; an interrupted one hardly moves it."""
    cost = Cost()
    for _ in range(60):
        for tokens in (1, 4, 9):
            cost.saw(tokens, 0.05 + 0.01 * tokens)
    assert cost.line() == pytest.approx((0.05, 0.01), rel=0.05)
    cost.saw(4, 60.0)
    constant, each = cost.line()
    assert constant + 4 * each < 0.12


def test_odds_are_learnt_by_what_a_guess_rests_on() -> None:
    """Guesses from three tokens right, from one wrong."""
    odds = Odds()
    for _ in range(200):
        odds.saw(3, True)
        odds.saw(1, False)
        odds.saw(FORCED, True)
    assert odds.of(3) > 0.95
    assert odds.of(1) < 0.05
    assert odds.of(2) == pytest.approx(0.5)
    assert odds.of(FORCED) == 1.0 > odds.of(3)


@pytest.mark.parametrize(
    ("odds", "line", "low", "high"),
    [
        (0.02, (1.0, 0.74), 0, 0),
        (0.4, (1.0, 0.74), 0, 0),
        (0.9, (1.0, 0.74), 5, 9),
        (0.9, (1.0, 0.01), WIDEST, WIDEST),
        (0.999, (1.0, 0.74), WIDEST, WIDEST),
        (0.5, (1.0, 0.0), 4, WIDEST),
    ],
)
def test_as_many_are_guessed_as_save_time(
    odds: float, line: tuple[float, float], low: int, high: int
) -> None:
    """None where they are mostly wrong and a wider pass costs; many where it costs nothing."""
    assert low <= width([odds] * WIDEST, line) <= high


def test_what_is_certain_is_taken_for_a_decision_behind_it() -> None:
    """Forced tokens alone spare no pass; they are paid for where the guess before is wrong."""
    assert width([0.9, 1.0, 1.0], (1.0, 0.3)) == 1
    assert width([0.9, 1.0, 1.0, 0.9], (1.0, 0.3)) == 4
    assert width([0.6, *[1.0] * 9, 0.9], (1.0, 0.3)) == 1
    assert width([], (1.0, 0.3)) == 0
