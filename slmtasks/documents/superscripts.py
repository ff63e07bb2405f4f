"""Raised text in plain text: digits become superscript digits, which join no figure.

Knows nothing about formats.
"""

from __future__ import annotations

import re

_RAISED = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_DECIMALS = re.compile(r"\s*[.,]\d+\s*")
_FRACTION = re.compile(r"(?<=\d)([⁰¹²³⁴-⁹]{1,2})[/⁄](?=\d)")


def raised(text: str) -> str:
    """Raised text as it is written in line: 12 and a raised 99 are 12⁹⁹, not 1299.

    Text with letters ("23rd") and decimals with their mark ("12.99") stay as they are.
    """
    if any(map(str.isalpha, text)) or _DECIMALS.fullmatch(text):
        return text
    return text.translate(_RAISED)


def with_fractions(text: str) -> str:
    """The text with 3¹/2, a fraction that was set with a raised numerator, as 3 1/2."""
    return _FRACTION.sub(lambda found: f" {found[1].translate(_LOWERED)}/", text)
