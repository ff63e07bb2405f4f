"""The code of the README and of all pages runs, its outputs are real, what it names exists."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from kept_outputs import (
    MICRO,
    PAGES,
    PICTURE,
    README,
    ROOT,
    blocks,
    commands,
    outputs,
    picture,
    steady,
)

import slmtasks as slm
from slmtasks import errors

TEXT = README.read_text(encoding="utf-8")
DOCS = ROOT / "docs"
WITH_CODE = [page for page in PAGES if blocks(page)]


def _label(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return project


@pytest.mark.parametrize("page", WITH_CODE, ids=_label)
def test_a_page_shows_what_its_blocks_put_out(page: Path) -> None:
    """Python blocks run in one process, `slmtasks` commands on a terminal, all without an error.

    Where the model or the prompts changed: python tests/kept_outputs.py
    """
    made = zip(blocks(page), outputs(page), strict=True)
    compared = [
        (block.line, block.shown, out) for block, out in made if None not in (block.shown, out)
    ]
    shown = [(line, steady(str(text))) for line, text, _ in compared]
    assert shown == [(line, steady(str(out))) for line, _, out in compared]


def test_every_block_runs_or_says_why_not() -> None:
    """A bash block holds `slmtasks` commands and nothing else; these are all that are not run."""
    reasons = {}
    for page in WITH_CODE:
        for block in blocks(page):
            if block.reason:
                reasons[_label(page), block.line] = block.reason
            elif block.kind == "bash":
                lines = block.code.replace("\\\n", " ").strip().splitlines()
                assert len(commands(block.code)) == len(lines), f"{page.name}:{block.line}"
    assert sorted((page, reason) for (page, _), reason in reasons.items()) == [
        ("CONTRIBUTING.md", ".ci/run runs this line"),
        ("CONTRIBUTING.md", ".ci/run takes this line from the README"),
        ("CONTRIBUTING.md", ".ci/run trains the same preset"),
        ("CONTRIBUTING.md", "it changes the clone's hooks"),
        ("README.md", ".ci/run runs this line"),
        ("docs/batch.md", "Ray starts a cluster of processes; test_ray.py runs the same call"),
        ("docs/quick-start.md", ".ci/run runs the README's line, which installs the same"),
        ("docs/recipes.md", "needs a Docker engine"),
    ]


def test_no_other_kind_of_block_hides_code() -> None:
    """Every fence is Python or bash that runs, or a kind that is no program of ours."""
    kinds = {
        kind
        for page in PAGES
        for kind in re.findall(r"^```(\w*)\n.*?^```$", page.read_text("utf-8"), re.M | re.S)
    }
    assert kinds <= {"python", "bash", "text", "json", "powershell", "dockerfile"}


@pytest.mark.skipif(MICRO is None, reason="SLMTASKS_MICRO names no folder with micro")
def test_the_first_result_and_its_picture_are_micros() -> None:
    """The README's first block shows what micro answers, and the picture what a terminal draws."""
    first = blocks(README)[0]
    assert first.pulls_micro
    assert steady(str(first.shown)) == steady(str(outputs(README)[0]))
    # The lengths of its lines follow the digits of the seconds: the words are compared.
    kept, drawn = (re.sub(r"<[^>]+>", "", svg) for svg in (PICTURE.read_text("utf-8"), picture()))
    assert steady(kept) == steady(drawn)


def test_the_picture_loads_nothing_from_anywhere() -> None:
    """The addresses in it are the names of formats."""
    drawn = PICTURE.read_text(encoding="utf-8")
    assert re.findall(r"https?://[^\s\"]+", drawn) == [
        "http://www.w3.org/2000/svg",
        "https://www.textualize.io",
    ]


def test_all_commands_and_functions_are_shown() -> None:
    """Each of the five tasks is called in Python in the README, and on the command line."""
    code = "".join(block.code for block in blocks(README) if block.kind == "python")
    shell = [block.code for page in PAGES for block in blocks(page) if block.kind == "bash"]
    for name in ("extract", "summarize", "describe_product", "social_post", "reply"):
        assert f"slm.{name}(" in code
    assert {arguments[0] for line in shell for arguments in commands(line)} >= {
        "batch",
        "describe",
        "eval",
        "extract",
        "models",
        "post",
        "reply",
        "report",
        "summarize",
    }


def test_the_tests_that_the_pages_name_exist() -> None:
    """A claim's test is named as file::function, and is there."""
    named = [
        pair
        for page in PAGES
        for pair in re.findall(r"`(test_\w+\.py)::(test_\w+)`", page.read_text("utf-8"))
    ]
    assert len(named) >= 80
    for file, function in sorted(set(named)):
        tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert function in functions, f"{file}::{function}"


def test_the_links_of_the_readme_lead_to_files_and_headings() -> None:
    """mkdocs checks those inside the site; these lead into it, or to other files."""
    for page in (README, ROOT / "CONTRIBUTING.md"):
        links = re.findall(r"\]\(([^)#:]+)(?:#([\w-]+))?\)", page.read_text("utf-8"))
        assert len(links) >= 3
        for path, heading in links:
            assert (ROOT / path).exists(), path
            if heading:
                titles = re.findall(r"^#+ (.+)$", (ROOT / path).read_text("utf-8"), re.MULTILINE)
                assert heading in {re.sub(r"[^\w]+", "-", title.lower()) for title in titles}


def test_the_files_that_the_pages_name_exist() -> None:
    """A path into the repository, in code marks, is one."""
    rooms = "benchmarks|docs|examples|prompts|slmtasks|tests|training"
    named = {
        path
        for page in PAGES
        for path in re.findall(rf"`((?:{rooms})/[\w./-]*)`", page.read_text("utf-8"))
    }
    assert len(named) >= 10
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_every_extra_is_in_the_table() -> None:
    """And nothing else is."""
    text = (DOCS / "quick-start.md").read_text(encoding="utf-8")
    table = text.partition("### Extras\n")[2].partition("\n## ")[0]
    named = [
        name
        for row in re.findall(r"^\|(.*?)\|", table, re.MULTILINE)
        for name in row.split("`")[1::2]
    ]
    assert sorted(named) == sorted(_project()["optional-dependencies"])


def test_every_public_name_is_in_the_api_reference() -> None:
    """Each name of the root once, the errors as their module, and nothing that is not there."""
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    named = re.findall(r"^::: slmtasks\.(\w+)$", text, re.MULTILINE)
    expected = {name for name in slm.__all__ if name not in errors.__all__}
    assert sorted(named) == sorted(expected | {"errors"})
    assert [name for name in expected if not getattr(slm, name).__doc__] == []
    assert [name for name in errors.__all__ if not getattr(errors, name).__doc__] == []


def test_every_page_is_in_the_navigation() -> None:
    """mkdocs.yml lists each page of docs, and no other."""
    listed = re.findall(r": ([\w-]+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(page.name for page in DOCS.glob("*.md"))


def test_the_readme_says_how_the_tests_are_run() -> None:
    """.ci/run takes its commands from the pages: two from here, the site's from CONTRIBUTING."""
    lines = [line for line in TEXT.splitlines() if line.startswith("python3.11 -m venv ")]
    assert [("pytest" in line, "slmtasks extract" in line) for line in lines] == [
        (False, True),
        (True, False),
    ]
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert (
        len(re.findall(r"^\.venv/bin/pip install .*mkdocs build --strict", contributing, re.M)) == 1
    )


def test_the_readme_can_be_read_in_a_minute() -> None:
    """It has at most 9 kB and 180 lines."""
    assert len(TEXT.encode()) <= 9_000
    assert len(TEXT.splitlines()) <= 180


def test_the_docker_file_copies_what_the_package_is_built_from() -> None:
    """Its sources are there, and hold all that pyproject.toml takes into the wheel."""
    lines = (ROOT / "examples" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    sources = [name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]]
    assert [name for name in sources if not (ROOT / name).exists()] == []
    assert {"pyproject.toml", "slmtasks", "prompts", _project()["readme"]} <= set(sources)
    assert set(_project()["license-files"]) <= set(sources)
