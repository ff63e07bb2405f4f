"""CSV and TSV are rows of cells, whatever separates and quotes them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slmtasks.documents.csv_text import text_of
from slmtasks.documents.read import read


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("id,issued,total\n10023,2025-10-02,4.50\n", "id\tissued\ttotal\n10023\t2025-10-02\t4.50"),
        ("name;price\nA;1,50\nB;2,50\n", "name\tprice\nA\t1,50\nB\t2,50"),
        ("1,5;2,5\n3,5;4,5\n", "1,5\t2,5\n3,5\t4,5"),
        (
            'name,note\n"Olm, Rask","said ""no""\nand left"\n',
            'name\tnote\nOlm, Rask\tsaid "no" and left',
        ),
        ("sep=|\na|b,c\n1|2,3", "a\tb,c\n1\t2,3"),
        ("a\tb\n1\t\n\t2\n", "a\tb\n1\n\t2"),
        ('pipe,5" wide\nrod,3" wide', 'pipe\t5" wide\nrod\t3" wide'),
        ('a,b\n"open,1\nx,2\n', 'a\tb\n"open\t1\nx\t2'),
        ("one column\nof words\n", "one column\nof words\n"),
        ("Dear Sir, hello\nno table here\n", "Dear Sir, hello\nno table here\n"),
    ],
)
def test_rows_are_lines_and_cells_are_parted_by_tabs(table: str, text: str) -> None:
    """Delimiters, quotes, Excel's declaration; a text that is no table stays as it is."""
    assert text_of(table) == text


@settings(deadline=None)
@given(
    rows=st.lists(
        st.lists(st.text("ab1.,;|\" '", min_size=1), min_size=3, max_size=3), min_size=2
    ).filter(lambda rows: all(cell.strip() for row in rows for cell in row)),
    delimiter=st.sampled_from(";,\t|"),
)
def test_what_a_csv_writer_writes_is_read_back(rows: list[list[str]], delimiter: str) -> None:
    """Whatever the cells hold, where all are quoted and the delimiter is declared."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    expected = "\n".join("\t".join(" ".join(c.split()) for c in row) for row in rows)
    assert text_of(f"sep={delimiter}\n{out.getvalue()}") == expected


def test_a_file_is_read_as_a_table_by_its_name() -> None:
    """The bytes of a .csv are rows, those of a .txt are text."""
    assert read(b"a,b\n1,2", name="x.csv").text == "a\tb\n1\t2"
    assert read(b"a\tb\n1\t2", name="x.tsv").text == "a\tb\n1\t2"
    assert read(b"a,b\n1,2", name="x.txt").text == "a,b\n1,2"


def test_a_quote_that_never_ends_loses_nothing() -> None:
    """More than the csv module takes in one cell is still read, row by row."""
    rows = "x,y\n" * 50_000
    assert text_of(f'a,b\n"open,1\n{rows}').count("\n") == 50_001
