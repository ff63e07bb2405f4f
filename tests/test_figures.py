from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slmtasks.values.figures import figures, invented

FIGURES = [
    ("no figure", []),
    ("12.5 kg", ["12.5"]),
    ("10-15 pens", ["10", "10-15", "15"]),
    ("12/05/2024", ["12", "12/05", "12/05/2024", "05", "05/2024", "2024"]),
    ("2023: 10", ["2023", "2023: 10", "10"]),
    ("1 234 apples", ["1 234"]),
    ("1 234,50", ["1 234,50"]),
    ("1\u202f234", ["1\u202f234"]),
    ("1234 567", ["1234", "1234 567", "567"]),
    ("12.50 100", ["12.50", "12.50 100", "100"]),
    ("1\n234", ["1", "234"]),
    ("1 a 2", ["1", "2"]),
    ("5 5", ["5", "5 5"]),
    ("٣٫٥ m²", ["٣٫٥", "²"]),
    ("-5 to −7°, \u00a0–8 and (-9)", ["-5", "5", "−7", "7", "–8", "8", "-9", "9"]),
    ("-5/-7", ["-5", "5", "-5/-7", "5/-7", "-7", "7"]),
    (".5 or $.50 or -.75", [".5", ".50", "-.75", ".75"]),
    ("No.5, X-6, --7, ...8", ["5", "6", "7", "8"]),
    ("🔟 💯 🔢", []),
    ("1-2-3-4-5", "1 1-2 1-2-3 1-2-3-4 2 2-3 2-3-4 2-3-4-5 3 3-4 3-4-5 4 4-5 5".split()),
]


@pytest.mark.parametrize(("text", "expected"), FIGURES)
def test_units_and_composites(text: str, expected: list[str]) -> None:
    """The figures of a text are its units and short runs of them, in order, each once."""
    assert figures(text) == expected


PLAIN = {"\t": " ", "\u00a0": " ", "\u202f": " ", "\x01": " "}

SHOWN = [
    ("Plan\t100\t200", ["100", "200"]),
    ("100\t200-5", ["100", "200", "200-5", "5"]),
    ("2024\t10\t5", ["2024", "2024 10", "2024 10 5", "10", "10 5", "5"]),
    ("2024\t100\t200", ["2024", "2024 100", "100", "200"]),
    ("1\u00a0234", ["1 234"]),
    ("12\u00a034-5", ["12 34", "12 34-5", "5"]),
    ("\t-5\t.5", ["-5", "5", "-5 .5", "5 .5", ".5"]),
]


@pytest.mark.parametrize(("text", "expected"), SHOWN)
def test_columns_do_not_fuse_where_tabs_are_shown_as_spaces(text: str, expected: list[str]) -> None:
    """Figures are found in the raw text and quoted from the plain one; all may be cited."""
    plain = text.translate(str.maketrans(PLAIN))
    assert figures(text, plain) == expected
    for figure in expected:
        assert invented(figure, text, plain) == []


def test_what_columns_fuse_to_is_invented() -> None:
    """Neither alone nor in a run may two columns be read as one figure."""
    raw, shown = "Plan\t100\t200-5", "Plan 100 200-5"
    assert invented("100 and 200-5", raw, shown) == []
    assert invented("of 100 200 in", raw, shown) == ["100 200"]
    assert invented("of 100 200-5 in", raw, shown) == ["100 200"]
    assert invented("of 100 200 in", shown) == []
    assert invented("100 200", f"{raw}, 100\u00a0200", f"{shown}, 100 200") == []
    with pytest.raises(ValueError, match="characters"):
        figures("1", "12")


@pytest.mark.parametrize(
    "text", ["1234", "1,234", "1 234", "1.234", "1-234", "1\n234", "1a234", "234 1", "1 ٢"]
)
def test_two_figures_do_not_fuse_into_a_third(text: str) -> None:
    """From 1 and 234, each by itself, no figure of both can be made."""
    assert invented(text, "1 apple and 234 pears") != []


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("1 apple, 234 pears", "1 and 234", []),
        ("234 and 1", "1 and 234", []),
        ("12 and 13 and 13", "12", ["13"]),
        ("10-15", "10-15", []),
        ("15-10", "10-15", ["15-10"]),
        ("0-1", "10-15", ["0", "1"]),
        ("a 3rd-5th", "the 3rd-5th", []),
        ("a 3rd-5th", "3rd and 5th", ["3rd-5"]),
        ("2", "1 2345", ["2"]),
        ("sold .5 units", "We sold 5 units", [".5"]),
        ("sold -5 units", "We sold 5 units", ["-5"]),
        ("(–5)", "5", ["–5"]),
        ("−.5", "5", ["−.5"]),
        ("sold -5 or 5", "It is -5 now", []),
        ("sold −5", "It is -5 now", ["−5"]),
        ("sold 5 or 50", "Now .5 and $.50", ["5", "50"]),
        ("sold .5 or ($.50)", "Now .5 and $.50", []),
        ("No.5 and X-5", "5", []),
        ("2 -5", "2 and 5", ["-5"]),
        ("2 -5", "-5 or 2", ["2 -5"]),
        ("", "", []),
    ],
)
def test_what_is_invented(text: str, source: str, expected: list[str]) -> None:
    """A figure is invented unless the source holds it, alone or in that very run."""
    assert invented(text, source) == expected


CHARS = st.text(st.sampled_from("0123456789٣½Ⅳ.,' \u00a0\t\x01’_-−/:(ab\n"), max_size=40)


@settings(deadline=None)
@given(CHARS)
def test_every_figure_of_a_source_may_be_cited(source: str) -> None:
    """No unit or composite of a source is invented, alone or among words."""
    for figure in figures(source):
        assert invented(figure, source) == []
        assert invented(f"of {figure} in", source) == []


@settings(deadline=None)
@given(CHARS)
def test_every_figure_that_is_shown_may_be_cited(source: str) -> None:
    """With plain white space too, and wherever the grammar lets a figure stand."""
    shown = source.translate(str.maketrans(PLAIN))
    for figure in figures(source, shown):
        assert figure in shown
        for place in ("{}", "of {} in", "of {}, in", "X{} in", "X-{} in", "({}) in", "of\u00a0{}"):
            assert invented(place.format(figure), source, shown) == []


@settings(deadline=None)
@given(CHARS)
def test_a_source_invents_nothing(source: str) -> None:
    """Any text is made of its own figures."""
    assert invented(source, source) == []


@settings(deadline=None)
@given(st.integers(0, 9999), st.integers(0, 9999), st.text(st.sampled_from(" ,.-:/'_"), max_size=3))
def test_separate_figures_never_join(first: int, second: int, between: str) -> None:
    """Two figures that letters part in the source cannot stand side by side in an answer."""
    source = f"{first} apples and {second} pears"
    joined = f"{first}{between}{second}"
    assert invented(joined, source) != [] or joined in (str(first), str(second))


@pytest.mark.parametrize("piece", ["1", "1,", "1 ", "100 ", " ", "1-2 ", "-1 ", ".", "-"])
def test_hostile_text_takes_linear_time(piece: str) -> None:
    """Four times the digits and marks take about four times as long, not sixteen."""

    def seconds(characters: int) -> float:
        text = piece * (characters // len(piece))
        start = process_time()
        figures(text)
        figures(text.replace(" ", "\t"), text)
        assert invented(text, text) == []
        return process_time() - start

    short, long = (min(seconds(size) for _ in range(2)) for size in (12_500, 50_000))
    assert long < 8 * short + 0.05
