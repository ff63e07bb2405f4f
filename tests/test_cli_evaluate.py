"""`slmtasks eval`: what it prints and writes, exit codes, errors in one sentence."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from kept_outputs import ROOT
from rich.console import Console
from test_cli import run

from slmtasks.cli import display

CASES = Path(__file__).parents[1] / "examples" / "cases.jsonl"
GOOD = {"task": "extract", "document": "Total 9", "schema": "total: number", "gold": {"total": 9}}
BAD = GOOD | {"document": None, "file": "nowhere.txt"}


def write(path: Path, *cases: Any) -> Path:
    path.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
    return path


def test_a_file_is_an_object_a_line_and_all_are_written(
    random_folder: Path, tmp_path: Path
) -> None:
    """The same in --out; the only number of a document is right whatever the weights are."""
    cases = write(tmp_path / "mine.jsonl", GOOD, GOOD | {"gold": {"total": 8}})
    out = tmp_path / "scores.json"
    arguments = [str(CASES), str(cases), "--first", "2", "--out", str(out)]
    done = run("eval", *arguments, "--model", str(random_folder))
    assert (done.returncode, done.stderr) == (0, "")
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    assert printed == json.loads(out.read_text(encoding="utf-8"))
    assert [(one["name"], one["cases"]) for one in printed] == [("cases", 2), ("mine", 2)]
    exact = printed[1]["tasks"]["extract"]["fields"]["total"]["exact"]
    assert exact == {"hits": 1, "of": 2, "share": 0.5}
    assert printed[1]["misses"] == [{"case": "line 2", "what": "total", "gold": 8, "given": "9"}]


@pytest.mark.parametrize(("cases", "code"), [([GOOD, BAD], 3), ([BAD], 1)])
def test_failed_cases_are_said_and_have_an_exit_code(
    random_folder: Path, tmp_path: Path, cases: list[Any], code: int
) -> None:
    """3 where some were answered, 1 where none; the scores are there all the same."""
    done = run("eval", str(write(tmp_path / "c.jsonl", *cases)), "--model", str(random_folder))
    assert done.returncode == code
    assert done.stderr.startswith(f"error: c.jsonl, line {len(cases)}: nowhere.txt: there is no")
    assert len(done.stderr.splitlines()) == 1
    assert [one["error"] for one in json.loads(done.stdout)["failures"]] == ["DocumentError"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nowhere.jsonl"], 2, "there is no file nowhere.jsonl"),
        (["BROKEN"], 2, "broken.jsonl, line 2: product.name: Field required"),
        ([str(CASES), "--first", "0"], 2, "--first"),
        ([str(CASES), "--out", "nowhere/scores.json"], 2, "no folder nowhere"),
        ([str(CASES), "--model", "/nowhere"], 1, "neither 'nano' nor"),
        ([], 2, "Missing argument"),
    ],
)
def test_faults_are_one_sentence_and_an_exit_code(
    random_folder: Path, tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    """A file of cases that is wrong is wrong usage, said before a model is loaded."""
    broken = write(tmp_path / "broken.jsonl", GOOD, {"task": "describe_product", "product": {}})
    done = run("eval", *(str(broken) if a == "BROKEN" else a for a in arguments))
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_terminal_shows_a_table() -> None:
    """Rows under headings, without what would steer the terminal."""
    out = io.StringIO()
    display.table(("field", "exact"), [("total", "5\x1b[2J%")], "t", Console(file=out, width=40))
    shown = out.getvalue()
    assert "field" in shown
    assert "total" in shown
    assert "\x1b" not in shown


def test_the_documented_case_is_one_of_the_examples() -> None:
    """The line that docs/evaluation.md shows is a line of examples/cases.jsonl."""
    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    shown = text.partition("```json\n")[2].partition("\n```")[0]
    assert shown in CASES.read_text(encoding="utf-8").splitlines()
