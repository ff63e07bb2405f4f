"""Every error that the library raises on purpose.

    SlmTasksError
    ├── DocumentError              a source could not be read
    │   ├── EmptyDocument          it holds no text at all
    │   ├── ScannedDocument        its pages are images without text
    │   ├── EncryptedDocument      it needs a password
    │   ├── MalformedDocument      it is broken or not what its name says
    │   ├── TooLarge               it exceeds one of the limits
    │   ├── UnsupportedDocument    its format is not read here
    │   └── UnreadableDocument     reading it takes too long, too much memory, or fails
    ├── ModelError                 a model could not be loaded or run
    │   ├── ModelNotFound          no such name or folder
    │   ├── ModelCorrupt           the folder's files are missing or damaged
    │   ├── PullFailed             a model could not be fetched, and nothing was installed
    │   ├── CatalogError           a catalog of models cannot be used
    │   ├── DeviceUnavailable      this machine cannot run it on that device
    │   ├── OutOfMemory            too little memory for the model or the call
    │   └── ContextExceeded        a prompt longer than the model's context
    ├── PromptError                a prompt file is missing or does not fit its variables
    ├── SchemaError                a schema that no grammar can be made of
    ├── AnswerError                the model's answer cannot be used
    │   ├── NothingToQuote         a required value of which the source holds no candidate
    │   ├── TimedOut               the time that the caller gave is over
    │   └── InvalidAnswer          validation failed on every attempt
    ├── BatchError                 a batch cannot begin or go on
    │   ├── OutputLocked           another process writes the same output
    │   ├── OutputCorrupt          the output holds something else than records
    │   ├── SettingsChanged        the output holds records of other settings
    │   └── OutputFailed           the output cannot be written
    └── CaseError                  a case of an evaluation that cannot be scored as it stands

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
    """The parent of every error here: catch it to catch them all."""


class DocumentError(SlmTasksError):
    """A source could not be read.

    `name` is the file's name (or "text"), `page` the page, counted from 1,
    where one is known, `reason` the message without them.
    """

    def __init__(self, message: str, *, name: str = "text", page: int | None = None) -> None:
        where = name if page is None else f"{name}, page {page}"
        super().__init__(f"{where}: {message}")
        self.name = name
        self.page = page
        self.reason = message


class EmptyDocument(DocumentError):
    """The source holds no text at all."""


class ScannedDocument(DocumentError):
    """The pages are images without a text layer."""


class EncryptedDocument(DocumentError):
    """The document needs a password."""


class MalformedDocument(DocumentError):
    """The file is broken, or is not what its name says."""


class TooLarge(DocumentError):
    """The document exceeds one of the `Limits`, which can be raised."""


class UnsupportedDocument(DocumentError):
    """The format is not one that is read here."""


class UnreadableDocument(DocumentError):
    """Reading it takes more time or memory than is allowed, or ends the process that reads."""


class ModelError(SlmTasksError):
    """A model could not be loaded or run."""


class ModelNotFound(ModelError):
    """No model of that name, and no such folder."""


class ModelCorrupt(ModelError):
    """Files of the model folder are missing or damaged."""


class PullFailed(ModelError):
    """A model could not be fetched; nothing was installed, and what came so far is kept."""


class CatalogError(ModelError):
    """A catalog of models cannot be read or used."""


class DeviceUnavailable(ModelError):
    """This machine, or this model folder, cannot run on that device."""


class OutOfMemory(ModelError):
    """Too little memory for the model or for this call."""


class ContextExceeded(ModelError):
    """A prompt does not fit the model's context; `tokens` of `limit`."""

    def __init__(self, message: str, *, tokens: int, limit: int) -> None:
        super().__init__(message)
        self.tokens = tokens
        self.limit = limit


class PromptError(SlmTasksError):
    """A prompt file is missing, malformed, or does not fit its variables."""


class SchemaError(SlmTasksError):
    """A schema holds a type that no grammar can be made of; `path` names the field."""

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path


class CaseError(SlmTasksError):
    """A case of an evaluation cannot be scored as it stands.

    `name` is the file's name (or "cases"), `line` its line, counted from 1, where one is
    known.
    """

    def __init__(self, message: str, *, name: str = "cases", line: int | None = None) -> None:
        super().__init__(f"{name if line is None else f'{name}, line {line}'}: {message}")
        self.name = name
        self.line = line


class AnswerError(SlmTasksError):
    """The model's answer cannot be used."""


class NothingToQuote(AnswerError):
    """A field must be filled, and the source holds nothing that could fill it."""

    def __init__(self, message: str, *, path: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path


class TimedOut(AnswerError):
    """The time that the caller gave is over; the model can be asked again at once."""


class InvalidAnswer(AnswerError):
    """Every attempt failed validation.

    Carries what is needed to see why: the last `prompt` as the model was
    fed it, its last `raw` answer, the number of `attempts`, and `errors`,
    one sentence each.
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
    """A batch cannot begin or go on; what is recorded stays, and the next run goes on."""


class OutputLocked(BatchError):
    """Another process writes the same output."""


class OutputCorrupt(BatchError):
    """The output holds something else than records."""


class SettingsChanged(BatchError):
    """The output holds records of other settings: task, parameters, schema, prompt, model."""


class OutputFailed(BatchError):
    """The output cannot be opened, written or made durable."""
