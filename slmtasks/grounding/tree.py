"""The values of an answer as a tree of `Leaf`s, along the schema.

`merge` joins the trees of several parts of one document; `flatten` turns a tree into the
data that pydantic validates and the fields that results carry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from slmtasks.results import Evidence
from slmtasks.schema.nodes import Array, Date, Node, Number, Object


@dataclass(frozen=True)
class Leaf:
    """One value, None if absent: its evidence, whether the model inferred it, whether it is
    ambiguous, and the model's confidence in it (0 to 1).

    `unread` is the text that touches the value and was not understood, or that may be the
    absent date; `because` is the evidence for the chosen reading of an ambiguous value;
    `unfit` names what the text lacks to meet the schema's limits.
    """

    value: Any
    evidence: tuple[Evidence, ...] = ()
    inferred: bool = False
    ambiguous: bool = False
    sought: bool = False
    confidence: float = 1.0
    unread: str = ""
    because: str = ""
    unfit: str = ""


Tree = dict[str, Any] | list[Any] | Leaf
"""Values by field name, items in order, or a leaf."""


@dataclass
class Reading:
    """A flattened tree: `data` for pydantic, and the details of its fields by path."""

    data: Any
    evidence: dict[str, list[Evidence]] = field(default_factory=dict)
    inferred: list[str] = field(default_factory=list)
    confidence: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def merge(node: Node, trees: Sequence[Tree], path: str = "") -> tuple[Tree, list[str]]:
    """Merge the trees of the parts of one document, and list what they disagree on.

    Each field takes its value from the first part that has one. Lists are joined in order.
    Equal rows, numbers and dates are all kept, because the parts do not overlap; other equal
    values are kept once, with a warning that they came from several places.
    """
    given = [tree for tree in trees if not _absent(tree)]
    if not given:
        return next((t for t in trees if isinstance(t, Leaf) and t.unread), trees[0]), []
    if isinstance(node, Object):
        merged: dict[str, Any] = {}
        said: list[str] = []
        for member in node.members:
            where = f"{path}.{member.name}" if path else member.name
            column = [tree[member.name] for tree in given if isinstance(tree, dict)]
            merged[member.name], more = merge(member.node, column, where)
            said += more
        return merged, said
    if isinstance(node, Array):
        return _joined_lists(node, [tree for tree in given if isinstance(tree, list)], path)
    leaves = [tree for tree in given if isinstance(tree, Leaf)]
    first = leaves[0]
    same = [leaf for leaf in leaves if leaf.value == first.value]
    others = list(dict.fromkeys(_shown(leaf) for leaf in leaves if leaf.value != first.value))
    said = [f"{path}: took {_shown(first)}, not {', '.join(others)}"] if others else []
    places = tuple(place for leaf in same for place in leaf.evidence)
    return replace(first, evidence=places), said


def _joined_lists(node: Array, lists: list[list[Any]], path: str) -> tuple[Tree, list[str]]:
    items = [item for entries in lists for item in entries]
    told: list[str] = []
    if not isinstance(node.item, Object | Array | Number | Date):
        first: dict[Any, Leaf] = {}
        counts = Counter(leaf.value for leaf in items)
        for leaf in items:
            first.setdefault(leaf.value, leaf)
        items = list(first.values())
        again = [leaf for leaf in items if counts[leaf.value] > 1 and not leaf.inferred]
        told = [
            f"{path}: {one.value!r} came from {counts[one.value]} places; it is given once"
            for one in again
        ]
    if len(items) > node.most:
        dropped = len(items) - node.most
        told.append(f"{path}: {dropped} items beyond the first {node.most} left out")
    return items[: node.most], told


def _shown(leaf: Leaf) -> str:
    page = f" (page {leaf.evidence[0].page})" if leaf.evidence else ""
    return f"{str(leaf.value)!r}{page}"


def flatten(node: Object, tree: Tree) -> Reading:
    """Flatten a tree into the data that pydantic validates and the details of each field."""
    reading = Reading(None)
    reading.data = _data(node, tree, "", reading)
    return reading


def _data(node: Node, tree: Tree, path: str, reading: Reading) -> Any:
    match node, tree:
        case Object(members=members), dict():
            data = {}
            for member in members:
                below = tree[member.name]
                where = f"{path}.{member.name}" if path else member.name
                if member.nullable and blank(below) and not isinstance(below, Leaf):
                    below = Leaf(None, confidence=min(_chances(below), default=1.0))
                found = _data(member.node, below, where, reading)
                if not (_absent(below) and member.has_default):
                    # An absent field with a default takes its default.
                    data[member.key] = found
            return data
        case Array(item=item), list():
            return [
                _data(item, entry, f"{path}[{index}]", reading) for index, entry in enumerate(tree)
            ]
        case _, Leaf():
            reading.confidence[path] = tree.confidence
            if tree.value is None:
                if tree.unread:
                    reading.warnings.append(
                        f"{path}: null, but the text has {tree.unread}, not read as a date"
                    )
                if tree.unfit:
                    reading.warnings.append(f"{path}: null, as the text has no {tree.unfit}")
                return None
            if tree.inferred:
                reading.inferred.append(path)
            elif tree.evidence:
                reading.evidence[path] = list(tree.evidence)
            elif tree.sought:
                reading.warnings.append(f"{path}: {str(tree.value)!r} does not stand in the source")
            if tree.unread:
                reading.warnings.append(
                    f"{path}: {_quoted(tree)} read as {tree.value}; "
                    f"{tree.unread!r} was not understood"
                )
            if tree.ambiguous:
                reading.warnings.append(_ambiguity(path, tree))
            # A validator receives the type that its field is annotated with.
            return node.type(tree.value) if isinstance(node, Number) else tree.value
    return None


def blank(tree: Tree) -> bool:
    """Whether nothing was found: an object without a found field, or an empty list."""
    if isinstance(tree, dict):
        return all(map(blank, tree.values()))
    return tree == [] or _absent(tree)


def _chances(tree: Tree) -> list[float]:
    if isinstance(tree, Leaf):
        return [tree.confidence]
    branches = tree.values() if isinstance(tree, dict) else tree
    return [chance for branch in branches for chance in _chances(branch)]


def _absent(tree: Tree) -> bool:
    return isinstance(tree, Leaf) and tree.value is None


def _ambiguity(path: str, leaf: Leaf) -> str:
    because = f" ({leaf.because})" if leaf.because else ""
    if isinstance(leaf.value, date):
        day = f"{leaf.value.day} {leaf.value:%B} {leaf.value.year}"
        return f"{path}: {_quoted(leaf)} read as {day}{because}; day_first=True or False decides"
    return f"{path}: {_quoted(leaf)} read as {leaf.value}{because}"


def _quoted(leaf: Leaf) -> str:
    return repr(leaf.evidence[0].quote) if leaf.evidence else "a value"
