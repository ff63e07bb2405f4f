"""Case files for `slmtasks eval`: public data, documents by hand, curated and synthetic ones.

    python -m benchmarks.cases FOLDER [--data FOLDER] [--each N] [--sets NAME ...]

The public data is not part of the project, is never trained on, and its sets are left out
where it is absent. FOLDER must be outside the repository: the case files hold the data's
text. The documents in `by_hand/` are of 24 trades and invented; the generator was changed
after the answers on those of `seen.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import curated
from slmtasks.schema import field_list, from_pydantic
from training.generator.examples import make

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
SIZES = (60, 150, 300, 500)
"""About how many tokens the documents of the held-out sets have."""

SEED = 2026
BY_HAND = Path(__file__).with_name("by_hand")

_FAMILY = ("family friendly", "child friendly", "kid friendly", "families", "children", "kids")
_FIELD = re.compile(r"(?P<indent> *)(?P<key>\S+) \((?P<kind>[^)]*)\)(?::(?P<about>.*))?")
_KINDS = {
    "whole number": "integer",
    "date and time": "datetime",
    "true or false": "bool",
}


def receipts(data: Path) -> Iterator[dict[str, Any]]:
    """Company, date, address and total of scanned receipts, all four asked at once."""
    for path in sorted((data / "receipts").glob("*.txt")):
        gold = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        yield {
            "id": path.stem,
            "task": "extract",
            "file": str(path.resolve()),
            "day_first": True,
            "schema": "company, date: date, address, total: number",
            "gold": {key: text for key, text in gold.items() if text},
        }


def restaurants(data: Path) -> Iterator[dict[str, Any]]:
    """Slots about restaurants (E2E), as the specs of products."""
    for number, row in enumerate(_rows(data / "e2e-dev.jsonl")):
        specs = {key: value for key, value in row["slots"].items() if key != "name"}
        yield {
            "id": f"{number:03}",
            "task": "describe_product",
            "product": {"name": row["slots"]["name"], "specs": specs},
            "gold": {"familyFriendly": _FAMILY} if "familyFriendly" in specs else {},
        }


def abstracts(data: Path) -> Iterator[dict[str, Any]]:
    """Abstracts (SciTLDR), of each the one sentence that says most."""
    for number, row in enumerate(_rows(data / "abstracts-dev.jsonl")):
        yield {
            "id": f"{number:03}",
            "task": "summarize",
            "document": " ".join(row["sentences"]),
            "style": "quotes",
            "most": 1,
            "gold": row["summaries"],
        }


def contracts(data: Path) -> Iterator[dict[str, Any]]:
    """Date, jurisdiction, term and parties of non-disclosure agreements (Kleister)."""
    for row in _rows(data / "contracts-dev.jsonl"):
        gold = row["gold"]
        single = ("effective_date", "jurisdiction", "term")
        yield {
            "id": row["id"],
            "task": "extract",
            "document": row["text"],
            "day_first": False,
            "schema": {
                "effective_date?": "date: when the agreement takes effect",
                "jurisdiction?": "text: the state whose law governs",
                "term?": "text: how long the agreement holds",
                "parties": "list of text: names of the parties",
            },
            "gold": {key: gold.get(key, [None])[0] for key in single}
            | {"parties": gold.get("party", [])},
        }


def photographed(data: Path) -> Iterator[dict[str, Any]]:
    """Eight fields of photographed receipts (WildReceipt), of some the items too."""
    names = ("store", "address", "phone", "date", "time", "subtotal", "tax", "total")
    for row in _rows(data / "wildreceipts-dev.jsonl"):
        gold = {name: row["gold"][name] for name in names}
        amounts = ("subtotal", "tax", "total")
        shape: dict[str, Any] = {f"{name}?": "text" for name in names if name not in amounts}
        shape |= {f"{name}?": "number" for name in amounts}
        if row["gold"]["items_whole"]:
            items = [{key: one[key] for key in ("item", "price")} for one in row["gold"]["items"]]
            gold["items"] = items
            shape["items"] = [{"item": "text", "price": "number"}]
        yield {
            "id": f"{row['id']:03}",
            "task": "extract",
            "document": row["text"],
            "schema": shape,
            "gold": gold,
        }


def boxes(data: Path) -> dict[str, dict[str, list[str]]]:
    """Of each photographed receipt the parts of values that stand in several places."""
    return {f"{row['id']:03}": row["boxes"] for row in _rows(data / "wildreceipts-dev.jsonl")}


def einvoices(data: Path) -> Iterator[dict[str, Any]]:
    """Seven typed fields of German invoices (ZUGFeRD), read from their pages."""
    for path in sorted((data / "einvoices").glob("*.pdf")):
        gold = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["gold"]
        del gold["lines"]
        yield {
            "id": path.stem,
            "task": "extract",
            "file": str(path.resolve()),
            "day_first": True,
            "schema": "invoice_number, issue_date: date, seller, buyer, total: number, currency, "
            "due_date: date?",
            "gold": gold,
        }


def questions(data: Path) -> Iterator[dict[str, Any]]:
    """Questions on a paragraph (SQuAD 2, XQuAD); the gold quotes are the short answers."""
    for row in _rows(data / "replies-dev.jsonl"):
        yield {
            "id": str(row["id"]),
            "task": "reply",
            "document": row["facts"],
            "message": row["message"],
            "gold": {"answered": row["gold"]["answered"], "quotes": row["gold"]["answers"]},
        }


def held_out(size: int, count: int) -> Iterator[dict[str, Any]]:
    """Extractions from documents of templates that training never sees."""
    for index in range(count):
        example = make(SEED, index, size, held=True, task="extract")
        asked, _, rest = example.messages[-1]["content"].partition("\n\nDocument:\n")
        lines = asked.removeprefix("Fields:\n").split("\n")
        fields = [line for line in lines if _FIELD.fullmatch(line)]
        shape = _shape(iter([*fields, ""]), "")[0]
        # What was read back must ask what the example asks.
        if from_pydantic.fields(from_pydantic.describe(field_list.build(shape))) != "\n".join(
            fields
        ):
            raise RuntimeError(f"the fields of example {index} are not read back:\n{asked}")
        yield {
            "id": f"{example.kind}-{index:03}",
            "task": "extract",
            "document": rest,
            "schema": shape,
            "instructions": "\n".join(lines[len(fields) :]).strip() or None,
            "gold": json.loads(example.answer),
        }


def _shape(lines: Iterator[str], indent: str) -> tuple[dict[str, Any], str]:
    """The fields that a prompt lists at one indent, and the line behind them."""
    shape: dict[str, Any] = {}
    line = next(lines)
    while (field := _FIELD.fullmatch(line)) and field["indent"] == indent:
        kind = field["kind"].removesuffix(" or null")
        key = field["key"] + "?" * field["kind"].endswith(" or null")
        if kind in ("object of", "list of"):
            inner, line = _shape(lines, indent + "  ")
            shape[key] = [inner] if kind == "list of" else inner
            continue
        item = kind.removeprefix("list of ")
        word = f"list of {_KINDS.get(item, item)}" if item != kind else _KINDS.get(kind, kind)
        about = (field["about"] or "").strip()
        shape[key] = f"{word}: {about}" if about else word
        line = next(lines)
    return shape, line


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if path.is_file():
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def sets(data: Path = DATA, each: int = 100) -> dict[str, Iterable[dict[str, Any]]]:
    """The cases of each set, by its name; the synthetic sets are `each` long."""
    found: dict[str, Iterable[dict[str, Any]]] = {
        "receipts": receipts(data),
        "wildreceipts": photographed(data),
        "contracts": contracts(data),
        "einvoices": einvoices(data),
        "replies": questions(data),
        "e2e": restaurants(data),
        "abstracts": abstracts(data),
        "curated-fields": curated.extractions(),
        "curated-replies": curated.replies(),
    }
    found |= {f"by-hand-{file.stem}": _rows(file) for file in sorted(BY_HAND.glob("*.jsonl"))}
    return found | {f"held-out-{size}": held_out(size, each) for size in SIZES}


def write(
    folder: Path, data: Path = DATA, each: int = 100, only: Collection[str] | None = None
) -> list[Path]:
    """Write the case files, or `only` some; returns those that have cases."""
    if ROOT in (folder.resolve(), *folder.resolve().parents):
        raise SystemExit(f"{folder} is inside the repository; name a folder outside it")
    folder.mkdir(parents=True, exist_ok=True)
    known = sets(data, each)
    if unknown := set(only or ()) - set(known):
        raise SystemExit(f"there is no set {min(unknown)}; take some of {', '.join(known)}")
    written = []
    for name, cases in known.items():
        if only and name not in only:
            continue
        lines = [json.dumps(case, ensure_ascii=False) + "\n" for case in cases]
        if lines:
            written.append(folder / f"{name}.jsonl")
            written[-1].write_text("".join(lines), encoding="utf-8", newline="\n")
    return written


def main() -> None:
    """Write the case files and say which."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--each", type=int, default=100, help="cases of a held-out set")
    options.add_argument("--sets", nargs="+", metavar="NAME", help="these sets only")
    given = options.parse_args()
    for path in write(given.folder, given.data, given.each, given.sets):
        print(path)


if __name__ == "__main__":
    main()
