"""Typed task functions over a small language model that runs on your own machine.

    import slmtasks as slm

    slm.extract(Path("invoice.pdf"), Invoice).value

Names are loaded when they are first used, so that the import itself costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from slmtasks import errors

if TYPE_CHECKING:
    from slmtasks.batching.binding import bind
    from slmtasks.batching.records import BatchReport, Record
    from slmtasks.batching.run import BatchStopped, batch
    from slmtasks.documents.document import Document
    from slmtasks.documents.limits import Limits
    from slmtasks.documents.read import read
    from slmtasks.documents.sandbox import Reading
    from slmtasks.engine.task import Task
    from slmtasks.errors import (
        AnswerError,
        BatchError,
        CaseError,
        CatalogError,
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
        OutputCorrupt,
        OutputFailed,
        OutputLocked,
        PromptError,
        PullFailed,
        ScannedDocument,
        SchemaError,
        SettingsChanged,
        SlmTasksError,
        TimedOut,
        TooLarge,
        UnreadableDocument,
        UnsupportedDocument,
    )
    from slmtasks.evaluation.run import evaluate
    from slmtasks.evaluation.scores import Evaluation
    from slmtasks.evidence.page import evidence_page
    from slmtasks.models.model import Model, load
    from slmtasks.results import (
        Coverage,
        Evidence,
        Extraction,
        Missing,
        ProductDescription,
        Progress,
        Reply,
        Result,
        SocialPost,
        Summary,
        Usage,
    )
    from slmtasks.schema.nodes import Prose, Quote
    from slmtasks.tasks.describe_product import Product, describe_product
    from slmtasks.tasks.extract import extract
    from slmtasks.tasks.reply import reply
    from slmtasks.tasks.social_post import social_post
    from slmtasks.tasks.summarize import summarize

__version__ = "0.1.0"

_HOMES = {
    "batching.binding": ("bind",),
    "batching.records": ("BatchReport", "Record"),
    "batching.run": ("BatchStopped", "batch"),
    "documents.document": ("Document",),
    "documents.limits": ("Limits",),
    "documents.read": ("read",),
    "documents.sandbox": ("Reading",),
    "engine.task": ("Task",),
    "errors": errors.__all__,
    "evaluation.run": ("evaluate",),
    "evaluation.scores": ("Evaluation",),
    "evidence.page": ("evidence_page",),
    "models.model": ("Model", "load"),
    "results": (
        "Coverage",
        "Evidence",
        "Extraction",
        "Missing",
        "ProductDescription",
        "Progress",
        "Reply",
        "Result",
        "SocialPost",
        "Summary",
        "Usage",
    ),
    "schema.nodes": ("Prose", "Quote"),
    "tasks.describe_product": ("Product", "describe_product"),
    "tasks.extract": ("extract",),
    "tasks.reply": ("reply",),
    "tasks.social_post": ("social_post",),
    "tasks.summarize": ("summarize",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "AnswerError",
    "BatchError",
    "BatchReport",
    "BatchStopped",
    "CaseError",
    "CatalogError",
    "ContextExceeded",
    "Coverage",
    "DeviceUnavailable",
    "Document",
    "DocumentError",
    "EmptyDocument",
    "EncryptedDocument",
    "Evaluation",
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
    "OutputCorrupt",
    "OutputFailed",
    "OutputLocked",
    "Product",
    "ProductDescription",
    "Progress",
    "PromptError",
    "Prose",
    "PullFailed",
    "Quote",
    "Reading",
    "Record",
    "Reply",
    "Result",
    "ScannedDocument",
    "SchemaError",
    "SettingsChanged",
    "SlmTasksError",
    "SocialPost",
    "Summary",
    "Task",
    "TimedOut",
    "TooLarge",
    "UnreadableDocument",
    "UnsupportedDocument",
    "Usage",
    "batch",
    "bind",
    "describe_product",
    "evaluate",
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
