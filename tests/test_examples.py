"""The notebooks and the script of examples/ run, and show what they say they show."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from kept_outputs import EXAMPLES, NOTEBOOKS, ROOT, cell_outputs, environment, executed, steady
from staged import written

import slmtasks as slm


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


def test_the_script_does_a_folder_and_reports_the_broken_file(tmp_path: Path) -> None:
    """One record a file; the broken one has its error, the others their values."""
    out = tmp_path / "invoices.jsonl"
    done = subprocess.run(  # noqa: S603
        [sys.executable, str(EXAMPLES / "folder.py"), str(EXAMPLES / "inbox"), "--out", str(out)],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env=environment(),
        check=False,
    )
    records = written(out)
    paths = sorted((EXAMPLES / "inbox").iterdir())
    assert [record.id for record in records] == [str(path) for path in paths]
    for record in records:
        if record.value is not None:
            assert record.value["vendor"] in slm.read(Path(record.id)).text
    assert [record.status for record in records] == ["ok", "ok", "ok", "failed"]
    assert "MalformedDocument: scan-0007.pdf: " in done.stderr
    assert "1 of 4 files failed" in done.stderr
    assert done.returncode == 3
