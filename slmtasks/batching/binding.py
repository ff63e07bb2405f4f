"""A task bound to its parameters, and everything that its answers depend on."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path
from types import GenericAlias
from typing import Any, Literal, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter, ValidationError

from slmtasks import hashing, notices, options, prompt_files
from slmtasks.documents.document import Document
from slmtasks.documents.filetypes import SUFFIXES
from slmtasks.documents.read import read
from slmtasks.documents.sandbox import ReadOptions
from slmtasks.engine.task import Task
from slmtasks.errors import SchemaError
from slmtasks.models.model import Model
from slmtasks.prompt_files import Prompt
from slmtasks.results import Result
from slmtasks.tasks.describe_product import Product, describe_product
from slmtasks.tasks.extract import extract
from slmtasks.tasks.reply import reply
from slmtasks.tasks.social_post import social_post
from slmtasks.tasks.summarize import summarize

_PROMPTS = {
    describe_product: "describe_product",
    extract: "extract",
    reply: "reply",
    social_post: "social_post",
    summarize: "summarize",
}
"""The library's functions and the prompts that they use."""


def _product(document: Document) -> Product:
    try:
        return Product.model_validate_json(document.text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "it"
        raise SchemaError(
            f"{document.name} is no product: {where}: {first['msg']}; see slmtasks describe --help"
        ) from error


def _text(document: Document) -> str:
    return document.text


def _itself(document: Document) -> Document:
    return document


@dataclass(frozen=True)
class Bound:
    """A task that takes only a document and a model.

    `settings` holds, as JSON, everything else that its answers depend on; `suffixes` the
    extensions of the files that it reads; `source` converts a document to the first
    argument of `call`.
    """

    call: Callable[..., Result]
    keywords: Mapping[str, Any]
    settings: Mapping[str, Any]
    suffixes: frozenset[str] = SUFFIXES
    source: Callable[[Document], Any] = _itself

    def __post_init__(self) -> None:
        # Parameters that do not fit would fail with every document.
        inspect.signature(self.call).bind(None, model=None, **self.keywords)

    def ask(self, document: Document, model: Model, **more: Any) -> Result:
        """Return the task's result for one document; `more` are further keywords of its call."""
        return self.call(self.source(document), model=model, **self.keywords, **more)

    def within(self, timeout: float | None) -> Bound:
        """Return the task with a time limit per document; ValueError if it accepts none."""
        if timeout is None:
            return self
        if not timeout > 0:
            raise ValueError(f"timeout is {timeout}; give seconds, more than 0")
        settings = {**self.settings, "timeout": timeout}
        try:
            return replace(self, keywords={**self.keywords, "timeout": timeout}, settings=settings)
        except TypeError as error:
            raise ValueError(f"the task cannot be given a timeout: {error}") from error

    def digest(self, model: Model, reading: ReadOptions) -> str:
        """Return the settings digest of its records: of settings, model files and reading."""
        asked = {"folder": hashing.of_folder(model.folder), "context": model.context}
        read = {"day_first": reading.day_first, "decimal": reading.decimal}
        return hashing.of_value({**self.settings, "model": asked, "reading": read})


def bind(task: Callable[..., Any] | Bound, settings: str | None = None) -> Bound:
    """Bind a task function, a `Task` or any callable, with the keywords of a `partial`.

    A message to `reply` and the JSON of a product are documents too. A callable that is
    neither the library's function nor a `Task` is called with a document and `model=`;
    `settings` names it and everything that its answers depend on, in text that changes
    whenever the answers would. Raises TypeError or ValueError if parameters do not fit,
    SchemaError for a schema without a grammar, DocumentError if the facts of a reply cannot
    be read.

    Example:

        bind(partial(extract, schema=Invoice))
    """
    if isinstance(task, Bound):
        return task
    call, keywords = (task.func, task.keywords) if isinstance(task, partial) else (task, {})
    keywords = notices.current(call, keywords)
    if isinstance(task, partial) and task.args:
        raise TypeError("a task's parameters are bound by keyword; its source is the batch's")
    if "model" in keywords:
        raise TypeError("give the model to the batch, not to the task")
    if isinstance(call, Task):
        named = {"task": "Task", "prompt": _of_prompt(call.prompt), "retries": call.retries}
        shape = {"schema": _plain(call.output), "grounding": call.grounding}
        return Bound(call, keywords, {**named, **shape, "parameters": _plain(keywords)})
    if call in _PROMPTS:
        return _of_function(call, keywords)
    if settings is None:
        raise TypeError(
            "a callable of your own is bound by slmtasks.bind(call, settings=...), a text that "
            "changes with whatever its answers depend on"
        )
    return Bound(call, keywords, {"task": settings})


def _of_function(call: Callable[..., Result], keywords: Mapping[str, Any]) -> Bound:
    bound = Bound(call, keywords, {})
    hints = get_type_hints(call)
    for name, value in keywords.items():
        if get_origin(hints[name]) is Literal:
            options.check(value, hints[name], name)
    prompt = _PROMPTS[call]
    if call is extract:
        grounding = keywords.get("grounding", "strict")
        prompt = "extract" if grounding == "strict" else "extract-free"
        # A schema without a grammar fails before the first document.
        Task(prompt, keywords["schema"], grounding=grounding)
    elif call is reply:
        facts = keywords["facts"]
        known = read(facts) if isinstance(facts, Path) else facts
        bound = replace(bound, keywords={**keywords, "facts": known}, source=_text)
    elif call is describe_product:
        bound = replace(bound, source=_product, suffixes=frozenset((".json",)))
    named = {"task": call.__name__, "prompt": _of_prompt(prompt_files.load(prompt))}
    return replace(bound, settings={**named, "parameters": _plain(bound.keywords)})


def _of_prompt(prompt: Prompt) -> dict[str, Any]:
    return {"label": prompt.label, "sections": dict(prompt.sections)}


def _plain(value: Any) -> Any:
    """Convert a parameter to JSON; a schema to its JSON schema, a file to its content."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Enum():
            return _plain(value.value)
        case Path():
            return {"file": hashing.of_file(value)}
        case Document():
            return {
                "text": value.text,
                "day_first": value.day_first,
                "decimal": value.decimal,
            }
        case BaseModel():
            return value.model_dump(mode="json")
        case type() if not get_origin(value) and issubclass(value, BaseModel):
            return {"name": value.__qualname__, "schema": value.model_json_schema()}
        case type() | GenericAlias():
            return {"name": str(value), "schema": TypeAdapter(value).json_schema()}
        case Mapping():
            return {str(key): _plain(entry) for key, entry in value.items()}
        case Sequence():
            return [_plain(entry) for entry in value]
    raise TypeError(
        f"a parameter is a {type(value).__name__}, which a batch cannot tell apart from another; "
        "give a callable of your own and settings=..."
    )
