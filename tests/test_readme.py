"""The README's code runs, its outputs are real, and the files and tests that it names exist."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest
from kept_outputs import PICTURE, README, ROOT, blocks, commands, outputs, picture, steady

TEXT = README.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made() -> list[str | None]:
    """What the blocks of the README put out."""
    return outputs(list(blocks(TEXT)))


@pytest.mark.parametrize("index", range(len(list(blocks(TEXT)))))
def test_a_block_shows_what_it_puts_out(index: int, made: list[str | None]) -> None:
    """Python blocks run in one process, `slmtasks` commands on a terminal, all without an error.

    Where the model or the prompts changed: python tests/kept_outputs.py
    """
    block = list(blocks(TEXT))[index]
    if made[index] is None:
        pytest.skip("no terminals here")
    assert block.shown is None or steady(str(made[index])) == steady(block.shown)


def test_the_picture_is_of_the_first_result() -> None:
    """It shows what the first command shows, and loads nothing from anywhere."""
    drawn = PICTURE.read_text(encoding="utf-8")
    assert steady(drawn) == steady(picture())
    assert re.findall(r"https?://[^\s\"]+", drawn) == [
        "http://www.w3.org/2000/svg",
        "https://www.textualize.io",
    ]


def test_all_commands_and_functions_are_shown() -> None:
    """Each of the five tasks is called in Python, and on the command line."""
    code = "".join(block.code for block in blocks(TEXT) if block.kind == "python")
    shell = "".join(block.code for block in blocks(TEXT) if block.kind == "bash")
    for name in ("extract", "summarize", "describe_product", "social_post", "reply"):
        assert f"slm.{name}(" in code
    assert {arguments[0] for arguments in commands(shell)} >= {
        "extract",
        "summarize",
        "describe",
        "post",
        "reply",
    }


def test_the_tests_that_the_readme_names_exist() -> None:
    """A claim's test is named as file::function, and is there."""
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", TEXT)
    assert len(named) >= 10
    for file, function in named:
        tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert function in functions, f"{file}::{function}"


def test_every_extra_is_in_the_table() -> None:
    """And nothing else is."""
    table = TEXT.partition("## Extras\n")[2].partition("\n## ")[0]
    named = [
        name
        for row in re.findall(r"^\|(.*?)\|", table, re.MULTILINE)
        for name in row.split("`")[1::2]
    ]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert sorted(named) == sorted(project["optional-dependencies"])


def test_the_readme_says_how_the_tests_are_run() -> None:
    """.ci/run takes the two commands from here: one line each."""
    lines = [line for line in TEXT.splitlines() if line.startswith("python3.11 -m venv ")]
    assert [("pytest" in line, "slmtasks extract" in line) for line in lines] == [
        (False, True),
        (True, False),
    ]
