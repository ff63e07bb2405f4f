"""Typed task functions over a small language model that runs on your own machine.

    import slmtasks as slm

    slm.extract(Path("invoice.pdf"), Invoice).value

Names are loaded when they are first used, so that the import itself costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slmtasks.documents import Document, read
    from slmtasks.errors import (
        AnswerError,
        ContextExceeded,
        DeviceUnavailable,
        DocumentError,
        EmptyDocument,
        EncryptedDocument,
        InvalidAnswer,
        MalformedDocument,
        ModelCorrupt,
        ModelError,
        ModelNotFound,
        NothingToQuote,
        OutOfMemory,
        PromptError,
        ScannedDocument,
        SchemaError,
        SlmTasksError,
        TooLarge,
        UnsupportedDocument,
    )
    from slmtasks.limits import Limits
    from slmtasks.model import Model, load
    from slmtasks.nodes import Prose, Quote
    from slmtasks.report import evidence_page
    from slmtasks.results import (
        Coverage,
        Evidence,
        Extraction,
        Missing,
        ProductDescription,
        Reply,
        Result,
        SocialPost,
        Summary,
        Usage,
    )
    from slmtasks.task import Task
    from slmtasks.tasks.describe_product import Product, describe_product
    from slmtasks.tasks.extract import extract
    from slmtasks.tasks.reply import reply
    from slmtasks.tasks.social_post import social_post
    from slmtasks.tasks.summarize import summarize

__version__ = "0.1.0"

_HOMES = {
    "documents": ("Document", "read"),
    "errors": (
        "AnswerError",
        "ContextExceeded",
        "DeviceUnavailable",
        "DocumentError",
        "EmptyDocument",
        "EncryptedDocument",
        "InvalidAnswer",
        "MalformedDocument",
        "ModelCorrupt",
        "ModelError",
        "ModelNotFound",
        "NothingToQuote",
        "OutOfMemory",
        "PromptError",
        "ScannedDocument",
        "SchemaError",
        "SlmTasksError",
        "TooLarge",
        "UnsupportedDocument",
    ),
    "limits": ("Limits",),
    "model": ("Model", "load"),
    "report": ("evidence_page",),
    "results": (
        "Coverage",
        "Evidence",
        "Extraction",
        "Missing",
        "ProductDescription",
        "Reply",
        "Result",
        "SocialPost",
        "Summary",
        "Usage",
    ),
    "nodes": ("Prose", "Quote"),
    "task": ("Task",),
    "tasks.describe_product": ("Product", "describe_product"),
    "tasks.extract": ("extract",),
    "tasks.reply": ("reply",),
    "tasks.social_post": ("social_post",),
    "tasks.summarize": ("summarize",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "AnswerError",
    "ContextExceeded",
    "Coverage",
    "DeviceUnavailable",
    "Document",
    "DocumentError",
    "EmptyDocument",
    "EncryptedDocument",
    "Evidence",
    "Extraction",
    "InvalidAnswer",
    "Limits",
    "MalformedDocument",
    "Missing",
    "Model",
    "ModelCorrupt",
    "ModelError",
    "ModelNotFound",
    "NothingToQuote",
    "OutOfMemory",
    "Product",
    "ProductDescription",
    "PromptError",
    "Prose",
    "Quote",
    "Reply",
    "Result",
    "ScannedDocument",
    "SchemaError",
    "SlmTasksError",
    "SocialPost",
    "Summary",
    "Task",
    "TooLarge",
    "UnsupportedDocument",
    "Usage",
    "describe_product",
    "evidence_page",
    "extract",
    "load",
    "read",
    "reply",
    "social_post",
    "summarize",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'slmtasks' has no attribute {name!r}")
    value = getattr(import_module(f"slmtasks.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
