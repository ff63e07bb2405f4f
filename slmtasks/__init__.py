"""Typed task functions over a small language model that runs on your own machine.

    import slmtasks as slm

    slm.extract(Path("invoice.pdf"), Invoice).value

Each name is loaded at its first use, so that the import itself costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from slmtasks import errors, notices

if TYPE_CHECKING:
    from slmtasks.batching.binding import Bound, bind
    from slmtasks.batching.records import BatchReport, Counts, Failure, Record
    from slmtasks.batching.run import BatchStopped, batch
    from slmtasks.documents.document import Document, Page, PageFailure
    from slmtasks.documents.limits import Limits
    from slmtasks.documents.read import read
    from slmtasks.documents.sandbox import ReadOptions
    from slmtasks.engine.task import Task
    from slmtasks.errors import (
        AnswerError,
        BatchError,
        CaseError,
        DocumentError,
        InvalidAnswer,
        ModelError,
        PromptError,
        SchemaError,
        SlmTasksError,
        TimedOut,
    )
    from slmtasks.evaluation.cases import Case
    from slmtasks.evaluation.run import evaluate
    from slmtasks.evaluation.scores import (
        CaseFailure,
        Evaluation,
        FieldScores,
        Miss,
        Rouge,
        RougeScores,
        Seconds,
        Share,
        SlotScores,
        TaskScores,
    )
    from slmtasks.evidence.page import evidence_page
    from slmtasks.models.model import Model, load
    from slmtasks.results import (
        Coverage,
        Evidence,
        Extraction,
        ProductDescription,
        Progress,
        Reply,
        Result,
        SkippedPart,
        SocialPost,
        Summary,
        Usage,
    )
    from slmtasks.schema.nodes import Letters, Prose, Quote
    from slmtasks.tasks.describe_product import Product, describe_product
    from slmtasks.tasks.extract import extract
    from slmtasks.tasks.reply import reply
    from slmtasks.tasks.social_post import social_post
    from slmtasks.tasks.summarize import summarize

__version__ = "0.1.0"

_HOMES = {
    "batching.binding": "Bound bind",
    "batching.records": "BatchReport Counts Failure Record",
    "batching.run": "BatchStopped batch",
    "documents.document": "Document Page PageFailure",
    "documents.limits": "Limits",
    "documents.read": "read",
    "documents.sandbox": "ReadOptions",
    "engine.task": "Task",
    "errors": "AnswerError BatchError CaseError DocumentError InvalidAnswer ModelError PromptError "
    "SchemaError SlmTasksError TimedOut",
    "evaluation.cases": "Case",
    "evaluation.run": "evaluate",
    "evaluation.scores": "CaseFailure Evaluation FieldScores Miss Rouge RougeScores Seconds "
    "Share SlotScores TaskScores",
    "evidence.page": "evidence_page",
    "models.model": "Model load",
    "results": "Coverage Evidence Extraction ProductDescription Progress Reply Result SkippedPart "
    "SocialPost Summary Usage",
    "schema.nodes": "Letters Prose Quote",
    "tasks.describe_product": "Product describe_product",
    "tasks.extract": "extract",
    "tasks.reply": "reply",
    "tasks.social_post": "social_post",
    "tasks.summarize": "summarize",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}

_RENAMED = {"Missing": "SkippedPart", "Reading": "ReadOptions"}
"""Former names, which work for one release."""

__all__ = [
    "AnswerError",
    "BatchError",
    "BatchReport",
    "BatchStopped",
    "Bound",
    "Case",
    "CaseError",
    "CaseFailure",
    "Counts",
    "Coverage",
    "Document",
    "DocumentError",
    "Evaluation",
    "Evidence",
    "Extraction",
    "Failure",
    "FieldScores",
    "InvalidAnswer",
    "Letters",
    "Limits",
    "Miss",
    "Model",
    "ModelError",
    "Page",
    "PageFailure",
    "Product",
    "ProductDescription",
    "Progress",
    "PromptError",
    "Prose",
    "Quote",
    "ReadOptions",
    "Record",
    "Reply",
    "Result",
    "Rouge",
    "RougeScores",
    "SchemaError",
    "Seconds",
    "Share",
    "SkippedPart",
    "SlmTasksError",
    "SlotScores",
    "SocialPost",
    "Summary",
    "Task",
    "TaskScores",
    "TimedOut",
    "Usage",
    "batch",
    "bind",
    "describe_product",
    "errors",
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
    if name in _HOME:
        value = getattr(import_module(f"slmtasks.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    if name in errors.__all__:
        notices.warn(
            f"slmtasks.{name} is deprecated; use slmtasks.errors.{name}", DeprecationWarning
        )
        return getattr(errors, name)
    if name in _RENAMED:
        new = _RENAMED[name]
        notices.warn(f"slmtasks.{name} is deprecated; use slmtasks.{new}", DeprecationWarning)
        return __getattr__(new)
    raise AttributeError(f"module 'slmtasks' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__]
