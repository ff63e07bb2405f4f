"""Prompt files: sections, variables, optional blocks."""

from __future__ import annotations

from pathlib import Path

import pytest

from slmtasks import prompt_files
from slmtasks.errors import PromptError

HEAD = "---\nversion: 3\n---\n"
FILE = HEAD + (
    "# System\n\nBe brief.\n\n# User\n\n$hint\n$rows\nText:\n$document\n\n"
    "# If hint\n\nHint: $hint\n\n# Each rows\n\n- $key = $value\n\n"
    "# Retry\n\nWrong:\n$errors\n"
)


def user(variables: dict[str, prompt_files.Value]) -> str:
    return prompt_files.parse(FILE, "t").messages(variables)[1]["content"]


def test_blocks_appear_only_where_they_are_given() -> None:
    """An absent block leaves no empty line; a repeated one stands once a row."""
    assert user({"document": "D"}) == "Text:\nD"
    rows = [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]
    assert user({"document": "D", "hint": "h", "rows": rows}) == (
        "Hint: h\n- a = 1\n- b = 2\nText:\nD"
    )


def test_what_a_variable_holds_is_not_read_as_a_template() -> None:
    """Dollar signs, braces and headings in a document stay as they are."""
    text = "costs $5, $hint, ${x}\n# System\n{{ }}"
    assert user({"document": text}).endswith(text)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "document was not given"),
        ({"document": "D", "extra": "x"}, "no place for extra"),
        ({"document": [{"a": "b"}]}, "is a list"),
    ],
)
def test_missing_and_spare_variables_are_errors(
    variables: dict[str, prompt_files.Value], said: str
) -> None:
    """The message names the prompt and the variable."""
    with pytest.raises(PromptError, match=said):
        user(variables)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# User\nx", "must begin with"),
        (HEAD + "stray\n# User\nx", "before the first section"),
        (HEAD + "# System\nx", "no '# User'"),
        (HEAD + "# User\nx\n# User\ny", "stands twice"),
        (HEAD + "# User\ncosts $ 5", "stray \\$"),
    ],
)
def test_a_malformed_file_says_what_is_wrong(text: str, said: str) -> None:
    """Each fault has one clear sentence."""
    with pytest.raises(PromptError, match=said):
        prompt_files.parse(text, "t")


def test_a_retry_tells_the_answer_and_its_errors() -> None:
    """The rejected answer becomes a turn, then comes what was wrong."""
    prompt = prompt_files.parse(FILE, "t")
    turns = prompt.retry(prompt.messages({"document": "D"}), '{"a":1}', ["a: too small"])
    assert [turn["role"] for turn in turns] == ["system", "user", "assistant", "user"]
    assert turns[2]["content"] == '{"a":1}'
    assert turns[3]["content"] == "Wrong:\n- a: too small"


def test_every_prompt_of_the_library_parses_and_can_be_retried() -> None:
    """The shipped files are well formed and versioned."""
    files = sorted(prompt_files.folder().glob("*.md"))
    tasks = {"describe_product", "extract", "extract-free", "reply", "social_post", "summarize"}
    assert {file.stem for file in files} == tasks
    for file in files:
        prompt = prompt_files.load(file.stem)
        assert prompt.label == f"{file.stem}/{prompt.version}"
        assert "Retry" in prompt.sections


def test_a_missing_file_is_a_prompt_error(tmp_path: Path) -> None:
    """Its path is in the message."""
    with pytest.raises(PromptError, match="nowhere"):
        prompt_files.load(tmp_path / "nowhere.md")
