"""Find, check and render the prompt files.

A prompt file is Markdown: a version between `---` lines, then sections. `# System`
and `# User` are the turns that the model sees; variables are `$name`. `# If name` is a
block that replaces `$name` only if the variable is given; `# Each name` is
repeated for each row of a list; `# Retry` is the turn that follows a rejected
answer. Missing and unknown variables are both errors.

Knows nothing about models, tokens or the meaning of the variables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from string import Template

from slmtasks import hashing
from slmtasks.errors import PromptError

Message = dict[str, str]
"""One turn of a conversation: `role` ("system", "user", "assistant") and `content`."""

Value = str | Sequence[Mapping[str, str]]
"""A variable: text, or the rows of an `# Each` block."""

_HEADING = re.compile(r"^# (System|User|Retry|If \w+|Each \w+)[ \t]*$", re.MULTILINE)
_NAME = re.compile(r"[\w-]+")
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


@dataclass(frozen=True)
class Prompt:
    """A parsed prompt file."""

    name: str
    version: str
    sections: Mapping[str, str]

    @property
    def label(self) -> str:
        """The `prompt_version` of results: name and version, as in "extract/1"."""
        return f"{self.name}/{self.version}"

    def messages(self, variables: Mapping[str, Value]) -> list[Message]:
        """Render the system and user turns; PromptError for a missing or unknown variable."""
        used: set[str] = set()
        turns = []
        for role in ("System", "User"):
            if role in self.sections:
                content = self._render(self.sections[role], variables, used)
                turns.append({"role": role.lower(), "content": content})
        if spare := set(variables) - used:
            raise PromptError(
                f"prompt {self.name}: no place for {', '.join(sorted(spare))}; "
                "add it to the file or do not pass it"
            )
        return turns

    def retry(
        self, messages: Sequence[Message], answer: str, errors: Sequence[str]
    ) -> list[Message]:
        """Continue the conversation with the rejected answer and its errors."""
        if "Retry" not in self.sections:
            raise PromptError(f"prompt {self.name}: it has no '# Retry' section; add one")
        listed = "\n".join(f"- {error}" for error in errors)
        content = self._render(self.sections["Retry"], {"errors": listed}, set())
        return [
            *messages,
            {"role": "assistant", "content": answer},
            {"role": "user", "content": content},
        ]

    def _render(self, text: str, variables: Mapping[str, Value], used: set[str]) -> str:
        values: dict[str, str] = {}
        for name in Template(text).get_identifiers():
            used.add(name)
            value = variables.get(name, "")
            if f"If {name}" in self.sections:
                block = self.sections[f"If {name}"]
                values[name] = Template(block).substitute({name: value}) if value else ""
            elif f"Each {name}" in self.sections:
                block = self.sections[f"Each {name}"]
                rows = () if isinstance(value, str) else value
                values[name] = "\n".join(Template(block).substitute(row) for row in rows)
            elif name not in variables:
                raise PromptError(f"prompt {self.name}: the variable ${name} was not given")
            elif not isinstance(value, str):
                raise PromptError(f"prompt {self.name}: ${name} is a list; add '# Each {name}'")
            else:
                values[name] = value
                continue
            if not values[name]:
                # An absent block leaves no empty line.
                text = re.sub(rf"^\${name}\n", "", text, flags=re.MULTILINE)
        return Template(text).substitute(values)


def parse(text: str, name: str) -> Prompt:
    """Read the text of a prompt file; raises PromptError if it is malformed."""
    text = text.replace("\r\n", "\n")
    front = _FRONT.match(text)
    version = re.search(r"^version:\s*(\S+)\s*$", front[1], re.MULTILINE) if front else None
    if front is None or version is None:
        raise PromptError(f"prompt {name}: it must begin with '---', 'version: N', '---'")
    pieces = _HEADING.split(text[front.end() :])
    if pieces[0].strip():
        raise PromptError(f"prompt {name}: text stands before the first section")
    sections: dict[str, str] = {}
    for heading, body in zip(pieces[1::2], pieces[2::2], strict=True):
        if heading in sections:
            raise PromptError(f"prompt {name}: '# {heading}' stands twice")
        sections[heading] = body.strip("\n")
        if not Template(body).is_valid():
            raise PromptError(f"prompt {name}: a stray $ in '# {heading}'; write $$ for the sign")
    if "User" not in sections:
        raise PromptError(f"prompt {name}: it has no '# User' section")
    return Prompt(name, version[1], sections)


@cache
def folder() -> Path:
    """Return the folder of the library's prompt files: in the wheel, else in the checkout."""
    here = Path(__file__).resolve().parent
    for place in (here / "prompts", here.parent / "prompts"):
        if (place / "extract.md").is_file():
            return place
    raise PromptError(f"the prompt files are missing beside {here}; install slmtasks again")


@cache
def _load(path: Path) -> Prompt:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise PromptError(f"no prompt file {path}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"prompt file {path} cannot be read: {error}") from error
    return parse(text, path.stem)


def load(prompt: str | Path) -> Prompt:
    """Load a prompt file by its `Path`, a prompt of the library by name, or a prompt's text.

    A text has the format of a prompt file; it may omit the version, and without sections it
    is the user's turn. Without a `# Retry` section it takes that of `extract`.
    """
    if isinstance(prompt, Path):
        return _load(prompt)
    if _NAME.fullmatch(prompt):
        return _load(folder() / f"{prompt}.md")
    return _of_text(prompt)


@cache
def _of_text(text: str) -> Prompt:
    if not _FRONT.match(text):
        body = text if _HEADING.search(text) else f"# User\n\n{text}"
        text = f"---\nversion: {hashing.of_text(text)[:8]}\n---\n{body}"
    made = parse(text, "text")
    retry = _load(folder() / "extract.md").sections["Retry"]
    return replace(made, sections={"Retry": retry, **made.sections})
