"""The invoices of a folder, one JSON object a line.

    python examples/folder.py examples/inbox > invoices.jsonl

A file that cannot be read has its error in place of its invoice, and the others are done.
Exits with 0, or with 3 where some files failed.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel

import slmtasks as slm


class Invoice(BaseModel):
    vendor: str
    invoice_number: str | None
    issued: date | None
    total: Decimal


def row(path: Path, model: slm.Model) -> dict[str, Any]:
    """What is written for one file."""
    try:
        result = slm.extract(path, Invoice, model=model)
    except slm.SlmTasksError as error:
        return {"file": path.name, "error": f"{type(error).__name__}: {error}"}
    return {
        "file": path.name,
        "invoice": result.value.model_dump(mode="json"),
        "pages": {name: places[0].page for name, places in result.evidence.items()},
        "warnings": result.warnings,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the invoices of a folder as JSON lines.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", help="'nano' (the default) or a model folder")
    arguments = parser.parse_args()
    paths = sorted(path for path in arguments.folder.iterdir() if path.is_file())
    failed = 0
    with slm.load(arguments.model) as model:
        for path in paths:
            line = row(path, model)
            failed += "error" in line
            print(json.dumps(line, ensure_ascii=False), flush=True)
    print(f"{failed} of {len(paths)} files failed", file=sys.stderr)
    return 3 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
