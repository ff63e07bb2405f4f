"""The notebooks and the script of examples/ run, and show what they say they show."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from kept_outputs import EXAMPLES, NOTEBOOKS, ROOT, cell_outputs, environment, executed, steady


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_its_outputs_are_current(path: Path) -> None:
    """Run from top to bottom, each cell shows what is kept in the file.

    Where the model or the prompts changed: python tests/kept_outputs.py
    """
    kept = nbformat.read(path, as_version=4)
    assert list(map(steady, cell_outputs(executed(path)))) == list(map(steady, cell_outputs(kept)))


def test_there_is_a_notebook_for_each_task() -> None:
    """The five functions, and a task of one's own."""
    assert [path.stem for path in NOTEBOOKS] == [
        "describe_product",
        "extract",
        "own_task",
        "reply",
        "social_post",
        "summarize",
    ]


def test_the_script_does_a_folder_and_reports_the_broken_file() -> None:
    """One line a file; the broken one has its error, the others their values from the text."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, str(EXAMPLES / "folder.py"), str(EXAMPLES / "inbox")],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env=environment(),
        check=False,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["file"] for row in rows] == sorted(p.name for p in (EXAMPLES / "inbox").iterdir())
    failed = [row for row in rows if "error" in row]
    assert [row["file"] for row in failed] == ["scan-0007.pdf"]
    assert failed[0]["error"].startswith("MalformedDocument: scan-0007.pdf: ")
    for row in rows:
        assert row in failed or row["invoice"]["vendor"] in _shown(EXAMPLES / "inbox" / row["file"])
    assert "1 of 4 files failed" in done.stderr
    assert done.returncode == 3


def _shown(path: Path) -> str:
    import slmtasks as slm

    return slm.read(path).text
