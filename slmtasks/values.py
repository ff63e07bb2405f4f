"""Verbatim text to numbers and dates: the candidates for number and date fields.

`numbers` and `dates` find every expression of their kind in a text, with its place, its
verbatim quote and its value. Recall comes first: what the text leaves open is offered,
and marked as ambiguous. Both take linear time.

Knows nothing about documents, fields or models. What generated text may cite is `figures`.
"""

from slmtasks.amounts import numbers
from slmtasks.dates import dates
from slmtasks.found import Found

__all__ = ["Found", "dates", "numbers"]
