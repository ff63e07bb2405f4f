"""Guesses: what is looked up, and how many are worth a wider pass."""

from __future__ import annotations

import pytest

from slmtasks.drafts import WIDEST, Cost, Lookup, Odds, width


def test_what_followed_the_last_tokens_is_guessed() -> None:
    """By three tokens where they stand, else two, else one; the latest place counts."""
    lookup = Lookup([1, 2, 3, 4, 9, 2, 3, 5, 3, 6])
    lookup.extend([1, 2, 3])
    assert lookup.guess(3) == (3, [4, 9, 2])
    lookup.extend([7, 2, 3])
    assert lookup.guess(2) == (2, [7, 2])
    lookup.extend([8])
    assert lookup.guess(2) == (0, ())


def test_tokens_do_not_find_themselves() -> None:
    """At the end nothing follows yet."""
    assert Lookup([1, 2, 3]).guess(4) == (0, ())
    assert Lookup([]).guess(4) == (0, ())


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
    assert odds.of(3) > 0.95
    assert odds.of(1) < 0.05
    assert odds.of(2) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("odds", "line", "low", "high"),
    [
        (0.02, (1.0, 0.74), 0, 0),
        (0.4, (1.0, 0.74), 0, 0),
        (0.9, (1.0, 0.74), 3, 6),
        (0.9, (1.0, 0.01), 10, WIDEST),
        (1.0, (1.0, 0.74), WIDEST, WIDEST),
        (0.5, (1.0, 0.0), 4, WIDEST),
    ],
)
def test_as_many_are_guessed_as_save_time(
    odds: float, line: tuple[float, float], low: int, high: int
) -> None:
    """None where they are mostly wrong and a wider pass costs; many where it costs nothing."""
    assert low <= width(odds, line, 1, 99) <= high


def test_no_more_than_there_are() -> None:
    """The guess may be short, or the room."""
    assert width(1.0, (1.0, 0.0), 1, 3) == 3
    assert width(1.0, (1.0, 0.0), 1, 0) == 0
