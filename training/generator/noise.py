"""What is done to document and answer alike: words that return, and what scanners do to a text."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from training.generator import fields
from training.generator.page import Page

_TEXT = ("text", None)
_JUNK = ["***", "----", ".", "|", "~", "_", "*", "= =", "//", "-"]


def apply(p: Page, answer: dict[str, Any], fixed: set[str], r: Random) -> tuple[str, Any]:
    """Words that return, upper case, junk lines, lost letters; the answer changes alike.

    `fixed` are the keys whose values are not the document's words. Returns the document
    and the answer as they now stand.
    """
    text = p.text
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    text = text.strip("\n")
    level = r.random()
    clean = p.kind != "receipt" and level > 0.12
    upper = not clean and r.random() < (0.7 if p.kind == "receipt" else 0.2)
    damage = _returning(p, text, r)
    if level < 0.45 and not clean:
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
    if clean:
        return change(text), new
    lines = change(text).split("\n")
    if p.kind == "receipt" and level < 0.35:
        lines = _parted(lines, change(p.stamp), r)
    if level < 0.3:
        for _ in range(r.randint(0, 3)):
            lines.insert(r.choice([0, len(lines), len(lines), len(lines)]), r.choice(_JUNK))
    if level < 0.5 and r.random() < 0.5:
        lines = [x for x in lines if x.strip()]
    return "\n".join(lines), new


def _returning(p: Page, text: str, r: Random) -> dict[str, str]:
    """Words of the values, each with another one of them to stand in its place.

    What follows a word then depends on what stands before it.
    """
    values = [v for c, v in p.facts.items() if (p.types.get(c) or fields.TYPES.get(c)) in _TEXT]
    found = dict.fromkeys(re.findall(r"\b[A-Z][A-Za-z]{2,}\b", " ".join(values)))
    words = [w for w in found if text.count(w) == sum(v.count(w) for v in values)]
    if len(words) < 2 or r.random() < 0.7:
        return {}
    return dict(r.sample(words, 2) for _ in range(r.randint(1, 3)))


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
