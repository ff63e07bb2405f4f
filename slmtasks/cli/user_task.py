"""A task of the user's own, by the place that names it."""

from __future__ import annotations

from slmtasks import user_code
from slmtasks.batching.binding import Bound, bind
from slmtasks.errors import SchemaError


def task(place: str) -> Bound:
    """The task at FILE.py:NAME or MODULE:NAME as a batch takes it; raises ValueError."""
    found = user_code.named(place)
    if isinstance(found, type) or not (callable(found) or isinstance(found, Bound)):
        kind = "class" if isinstance(found, type) else type(found).__name__
        raise ValueError(
            f"{place} is no task but a {kind}; name a Task, a function of the library with its "
            "parameters bound by functools.partial, or what slmtasks.bind returned"
        )
    try:
        return bind(found)
    except (SchemaError, TypeError, ValueError) as error:
        raise ValueError(f"{place}: {error}") from error
