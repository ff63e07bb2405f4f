"""Every error that the library raises on purpose.

    SlmTasksError
    ├── DocumentError              a source could not be read
    │   ├── EmptyDocument          it holds no text
    │   ├── ScannedDocument        its pages are images without text
    │   ├── EncryptedDocument      it needs a password
    │   ├── MalformedDocument      it is damaged, or its content does not match its name
    │   ├── TooLarge               it exceeds one of the limits
    │   ├── UnsupportedDocument    its format is not supported
    │   └── UnreadableDocument     reading it takes too long or too much memory, or crashes
    ├── ModelError                 a model could not be loaded or run
    │   ├── ModelNotFound          no model has this name, or the folder does not exist
    │   ├── ModelCorrupt           files of the model folder are missing or damaged
    │   ├── PullFailed             the download failed, and nothing was installed
    │   ├── CatalogError           a catalog of models cannot be used
    │   ├── DeviceUnavailable      this machine cannot run the model on that device
    │   ├── OutOfMemory            too little memory for the model or the call (a MemoryError)
    │   └── ContextExceeded        the prompt is longer than the model's context
    ├── PromptError                a prompt file is missing or does not fit its variables
    ├── SchemaError                a schema cannot be turned into a grammar
    ├── AnswerError                the model's answer cannot be used
    │   ├── NothingToQuote         a required value has no candidate in the source
    │   ├── TimedOut               the call took longer than its timeout (a TimeoutError)
    │   └── InvalidAnswer          validation failed on every attempt
    ├── BatchError                 a batch cannot start or continue
    │   ├── OutputLocked           another process writes the same output
    │   ├── OutputCorrupt          the output holds something other than records
    │   ├── SettingsChanged        the output holds records of other settings
    │   └── OutputFailed           the output cannot be written
    └── CaseError                  a case of an evaluation cannot be scored

Each message says what, where, and what to do next. A wrong argument is a plain
`ValueError` or `TypeError`.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "AnswerError",
    "BatchError",
    "CaseError",
    "CatalogError",
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
    "OutputCorrupt",
    "OutputFailed",
    "OutputLocked",
    "PromptError",
    "PullFailed",
    "ScannedDocument",
    "SchemaError",
    "SettingsChanged",
    "SlmTasksError",
    "TimedOut",
    "TooLarge",
    "UnreadableDocument",
    "UnsupportedDocument",
]


class SlmTasksError(Exception):
    """The base class: catch it to catch every error of the library."""


class DocumentError(SlmTasksError):
    """A source could not be read.

    `name` is the file's name (or "text"), `page` the page number, counted from 1,
    where it is known, `reason` the message without either.
    """

    def __init__(self, message: str, *, name: str = "text", page: int | None = None) -> None:
        where = name if page is None else f"{name}, page {page}"
        super().__init__(f"{where}: {message}")
        self.name = name
        self.page = page
        self.reason = message


class EmptyDocument(DocumentError):
    """The source holds no text."""


class ScannedDocument(DocumentError):
    """The pages are images without a text layer."""


class EncryptedDocument(DocumentError):
    """The document needs a password."""


class MalformedDocument(DocumentError):
    """The file is damaged, or its content does not match its name."""


class TooLarge(DocumentError):
    """The document exceeds one of the `Limits`; they can be raised."""


class UnsupportedDocument(DocumentError):
    """The format is not supported."""


class UnreadableDocument(DocumentError):
    """Reading it takes more time or memory than the limits allow, or crashes the reader."""


class ModelError(SlmTasksError):
    """A model could not be loaded or run."""


class ModelNotFound(ModelError):
    """No model has this name, or the folder does not exist."""


class ModelCorrupt(ModelError):
    """Files of the model folder are missing or damaged."""


class PullFailed(ModelError):
    """The download failed: nothing was installed, and what arrived is kept for the next try."""


class CatalogError(ModelError):
    """A catalog of models cannot be read or used."""


class DeviceUnavailable(ModelError):
    """This machine or this model folder cannot run on that device."""


class OutOfMemory(ModelError, MemoryError):
    """Too little memory for the model or for this call; also a `MemoryError`."""


class ContextExceeded(ModelError):
    """A prompt does not fit the model's context: it has `tokens` where `limit` are allowed."""

    def __init__(self, message: str, *, tokens: int, limit: int) -> None:
        super().__init__(message)
        self.tokens = tokens
        self.limit = limit


class PromptError(SlmTasksError):
    """A prompt file is missing, malformed, or does not fit its variables."""


class SchemaError(SlmTasksError):
    """A schema cannot be turned into a grammar; `path` names the field."""

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path


class CaseError(SlmTasksError):
    """A case of an evaluation cannot be scored.

    `name` is the file's name (or "cases"), `line` the line of the case (or its number in a
    list), counted from 1, where it is known.
    """

    def __init__(self, message: str, *, name: str = "cases", line: int | None = None) -> None:
        super().__init__(f"{name if line is None else f'{name}, line {line}'}: {message}")
        self.name = name
        self.line = line


class AnswerError(SlmTasksError):
    """The model's answer cannot be used."""


class NothingToQuote(AnswerError):
    """A required field has no candidate in the source."""

    def __init__(self, message: str, *, path: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path


class TimedOut(AnswerError, TimeoutError):
    """The call took longer than its `timeout`; also a `TimeoutError`.

    The model can be asked again at once.
    """


class InvalidAnswer(AnswerError):
    """Every attempt failed validation.

    Carries what explains it: the last `prompt` as the model read it, the last `raw` answer,
    the number of `attempts`, and `errors`, a sentence each.
    """

    def __init__(self, *, prompt: str, raw: str, attempts: int, errors: Sequence[str]) -> None:
        self.prompt = prompt
        self.raw = raw
        self.attempts = attempts
        self.errors = tuple(errors)
        times = "once" if attempts == 1 else f"{attempts} times"
        super().__init__(
            f"the model answered {times} and no answer was valid: {'; '.join(self.errors)}"
        )


class BatchError(SlmTasksError):
    """A batch cannot start or continue; its records are kept, and the next run continues."""


class OutputLocked(BatchError):
    """Another process writes the same output."""


class OutputCorrupt(BatchError):
    """The output holds something other than records."""


class SettingsChanged(BatchError):
    """The output holds records of another task, parameters, schema, prompt or model."""


class OutputFailed(BatchError):
    """The output cannot be opened, written or flushed to disk."""
