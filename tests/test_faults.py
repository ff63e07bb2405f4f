"""The faults of tests/faults in a short form; by hand, `full.py` runs them in full."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from faults import full, starved, texts

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="no signals between processes")


@pytest.mark.parametrize(
    ("fault", "times"),
    [
        (full.kill, 2),
        (full.disk, 2),
        (full.race, 1),
        (full.poison, 2),
        pytest.param(full.stop, 1, marks=POSIX),
        (texts.text, 0x4000),
        (texts.encodings, 1),
    ],
)
def test_records_are_right_after(fault: full.Fault, times: int, tmp_path: Path) -> None:
    """What each stages is said in its docstring; it asserts what must hold."""
    assert fault(tmp_path, times)


@pytest.mark.skipif(find_spec("_testcapi") is None, reason="Python without its test module")
def test_an_allocation_that_fails_leaves_no_gap_unsaid(tmp_path: Path) -> None:
    """A PDF whose page was lost for want of memory is read again, not taken for whole."""
    pdf = Path(__file__).parents[1] / "examples" / "quarterly-report.pdf"
    assert "none changed" in starved.run(pdf, 60)


def test_naughty_strings_come_back(tmp_path: Path) -> None:
    """As names, texts, values and file names: records, tables and the page of them."""
    assert "records, CSV" in texts.there_and_back(texts.OWN, tmp_path)
