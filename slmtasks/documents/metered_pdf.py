"""pypdf's reader with one budget for all streams of a document.

pypdf bounds what each stream unpacks to, but a document may have thousands of them.
Imported only where a PDF is read, since it imports pypdf.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pypdf import PdfReader, apply_configuration
from pypdf.errors import LimitReachedError
from pypdf.generic import EncodedStreamObject

from slmtasks.documents.limits import Budget

if TYPE_CHECKING:
    from pypdf.generic import PdfObject

MAX_STREAM = 75_000_000
"""What one compressed stream may unpack to, in bytes."""

MOST_RECOVERED = 200
"""Objects among which a lost catalog is looked for: each may take a search of the file."""


class MeteredReader(PdfReader):
    """A reader that counts what each stream of its document takes and gives."""

    def __init__(self, stream: Any, budget: Budget) -> None:
        # The base class reads objects in its __init__ already.
        self._budget = budget
        super().__init__(stream, strict=False, root_object_recovery_limit=MOST_RECOVERED)

    def cache_indirect_object(
        self, generation: int, idnum: int, obj: PdfObject | None
    ) -> PdfObject | None:
        """Keep an object, as the base class does with every one that it has read."""
        if isinstance(obj, EncodedStreamObject):
            _meter(obj, self._budget)
        return super().cache_indirect_object(generation, idnum, obj)


def _meter(stream: EncodedStreamObject, budget: Budget) -> None:
    """Let a stream count each time that it is unpacked; pypdf keeps most results."""
    unpack = stream.get_data

    def metered() -> bytes:
        if stream.decoded_self is not None:
            return unpack()
        budget.take(len(stream._data))
        most = max(1, min(MAX_STREAM, budget.left))  # to pypdf, 0 is no limit
        with apply_configuration(
            zlib_maximum_output_length=most,
            lzw_maximum_output_length=most,
            run_length_maximum_output_length=most,
            brotli_maximum_output_length=most,
            # Of all filters of the stream together.
            stream_decoding_work_maximum_length=max(1, budget.left),
        ):
            try:
                data = unpack()
            except LimitReachedError:
                if most < MAX_STREAM:
                    budget.take(budget.left + 1)
                raise
        budget.take(len(data))
        return data

    vars(stream)["get_data"] = metered
