"""Cells are borders that no value crosses, and values are free of layout."""

from __future__ import annotations

import re
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, create_model

import slmtasks as slm
from slmtasks.documents.borders import BORDER, mark_borders
from slmtasks.documents.document import Document
from slmtasks.documents.folding import fold
from slmtasks.documents.passages import Passage
from slmtasks.grammar.candidates import Source


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("Item\tQty\nBolt\t3", ["Item", "Qty\nBolt", "3"]),
        ("| Item | Qty |\n|---|---|", [" Item ", " Qty ", "\n", "---", "---"]),
        ("Item     Qty", ["Item", "Qty"]),
        ("# Invoice\n## To: Olm", [" Invoice\n", " To: Olm"]),
        ("Olm  &  Rask | Sons #1", ["Olm  &  Rask | Sons #1"]),
        ("    indented\ntext", ["    indented\ntext"]),
    ],
)
def test_what_separates_cells_is_a_border(text: str, cells: list[str]) -> None:
    """Tabs, column gaps, pipes of table rows and marks of headings, in place."""
    marked = mark_borders(text)
    assert len(marked) == len(text)
    assert [cell for cell in marked.split(BORDER) if cell] == cells


@settings(max_examples=30, deadline=None)
@given(
    cells=st.lists(st.sampled_from(["Olm", "Rask & Co", "7714", "12 May", "x-1"]), min_size=2),
    border=st.sampled_from(["\t", "     ", " | "]),
)
def test_no_value_crosses_a_border(random_model: slm.Model, cells: list[str], border: str) -> None:
    """Whatever the cells and the model, each value is of one cell."""
    text = border.join(["", *cells, ""]) if border == " | " else border.join(cells)
    shape = create_model("Shape", a=(str, ...), b=(str, ...))
    for value in slm.extract(text, shape, model=random_model).value.model_dump().values():
        assert any(value in cell for cell in cells)


def test_neither_dates_nor_numbers_cross_a_border() -> None:
    """A day in one column and a month in the next are no date; a day and its time may be."""
    source = Source(Passage.whole(Document("a", "14\tMay 2024\n1\t250\n2024-05-14\t10:45\n")))
    assert [str(span.value) for span in source.found_dates(False)] == ["2024-05-14"]
    assert {"1", "250"} <= {span.quote for span in source.found_numbers}
    assert "2024-05-14 10:45" in {span.quote for span in source.found_dates(True)}


FOLDED = [
    ("Northern Lantern\nTrading Ltd", "Northern Lantern Trading Ltd"),
    ("O\ufb03ce Fitters Ltd", "Office Fitters Ltd"),
    ("Olm\u00a0&\u202fRask", "Olm & Rask"),
    ("Baden-\nW\u00fcrttemberg", "Baden-W\u00fcrttemberg"),
    ("North\u00adern Lan\u00ad\ntern", "Northern Lantern"),
    ("Olm  &   Rask", "Olm & Rask"),
    ("the **Olm** & Rask", "the Olm & Rask"),
    ("2**3 and A*", "2**3 and A*"),
    ("x\u00b2, \u00bd, \u2460", "x\u00b2, \u00bd, \u2460"),
]


@pytest.mark.parametrize(("quote", "value"), FOLDED)
def test_a_value_is_its_quote_without_layout(quote: str, value: str) -> None:
    """Line breaks, special spaces, ligatures, soft hyphens and emphasis are folded."""
    assert fold(quote) == value
    assert fold(value) == value


@pytest.mark.parametrize(("quote", "value"), FOLDED[:5])
def test_values_are_folded_and_evidence_is_verbatim(
    random_model: slm.Model, quote: str, value: str
) -> None:
    """What `extract` returns is a clean string; its evidence cuts the quote out."""

    vendor = Annotated[str, Field(pattern=f"^{re.escape(value)}$")]
    shape = create_model("Shape", vendor=(vendor, ...))
    text = f"Vendor: {quote}\nTotal: 12.00"
    result = slm.extract(text, shape, model=random_model)
    (place,) = result.evidence["vendor"]
    assert result.value.model_dump()["vendor"] == fold(place.quote) == value
    assert text[place.start : place.end] == place.quote == quote
