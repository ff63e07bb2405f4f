"""What scanners and mail programs do to a text, done to document and answer alike."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from training.page import Page

_JUNK = ["***", "----", ".", "|", "~", "_", "*", "= =", "//", "-"]


def apply(p: Page, answer: dict[str, Any], fixed: set[str], r: Random) -> tuple[str, Any]:
    """Upper case, junk lines, lost letters; values in the answer change with the document.

    `fixed` are the keys whose values are not the document's words. Returns the document
    and the answer as they now stand.
    """
    text = p.text
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    text = text.strip("\n")
    level = r.random()
    if p.kind != "receipt" and level > 0.12:
        return text, answer
    upper = r.random() < (0.7 if p.kind == "receipt" else 0.2)
    damage: dict[str, str] = {}
    if level < 0.45:
        for token in dict.fromkeys(re.findall(r"[A-Za-z]{4,}", text)):
            if r.random() < 0.05:
                damage[token] = _hurt(token, r)

    def change(value: str) -> str:
        for old, new in damage.items():
            value = re.sub(rf"\b{old}\b", new, value)
        return value.upper() if upper else value

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, list):
            return [walk(v) for v in value]
        return {k: walk(v) for k, v in value.items()} if isinstance(value, dict) else value

    new = {k: (v if k in fixed else walk(v)) for k, v in answer.items()}
    lines = change(text).split("\n")
    if p.kind == "receipt" and level < 0.35:
        lines = _parted(lines, change(p.stamp), r)
    if level < 0.3:
        for _ in range(r.randint(0, 3)):
            lines.insert(r.choice([0, len(lines), len(lines), len(lines)]), r.choice(_JUNK))
    if level < 0.5 and r.random() < 0.5:
        lines = [x for x in lines if x.strip()]
    return "\n".join(lines), new


def _parted(lines: list[str], stamp: str, r: Random) -> list[str]:
    """Lines broken where their columns are, and lines below the head run together."""
    out: list[str] = []
    for line in lines:
        if "  " in line and not (stamp and stamp in line) and r.random() < 0.08:
            left, _, right = line.rpartition("  ")
            out += [right.strip(), left] if r.random() < 0.2 else [left, right.strip()]
        elif len(out) > 9 and len(out[-1]) + len(line) < 34 and r.random() < 0.015:
            out[-1] += "  " + line
        else:
            out.append(line)
    return [line for line in out if line.strip()]


def _hurt(word: str, r: Random) -> str:
    """A word as OCR misreads it: a letter lost, changed or set apart."""
    i = r.randrange(1, len(word) - 1)
    x = r.random()
    if x < 0.3:
        return word[:i] + word[i + 1 :]
    if x < 0.5:
        return word[:i] + " " + word[i:]
    swap = {
        "o": "0",
        "l": "1",
        "i": "l",
        "s": "5",
        "e": "c",
        "n": "h",
        "m": "rn",
        "O": "0",
        "I": "1",
        "S": "5",
        "B": "8",
        "E": "F",
        "N": "H",
        "T": "I",
    }
    return word[:i] + swap.get(word[i], word[i]) + word[i + 1 :]
