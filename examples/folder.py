"""The invoices of a folder, a record for each in a file that a rerun goes on from.

    python examples/folder.py examples/inbox --out invoices.jsonl

A file that cannot be read has its error in place of its invoice, and the others are done.
Exits with 0, or with 3 where some files failed.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

from pydantic import BaseModel

import slmtasks as slm


class Invoice(BaseModel):
    vendor: str
    invoice_number: str | None
    issued: date | None
    total: Decimal


def said(report: slm.BatchReport, record: slm.Record | None) -> None:
    """Say what failed, and why."""
    if record is not None and record.error is not None:
        print(f"{record.error.type}: {record.error.message}", file=sys.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description="Record the invoices of a folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=Path("invoices.jsonl"))
    parser.add_argument("--model", help="a name that slmtasks models lists, 'nano', or a folder")
    given = parser.parse_args()
    task = partial(slm.extract, schema=Invoice)
    with slm.load(given.model) as model:
        report = slm.batch(given.folder, task, out=given.out, model=model, on_progress=said)
    failed = report.done.failed + report.before.failed
    print(f"{failed} of {report.inputs} files failed", file=sys.stderr)
    return 0 if report.all_ok else 3


if __name__ == "__main__":
    sys.exit(main())
