"""The command that scores a model on cases."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import slmtasks as slm
from slmtasks.cli import display, exits
from slmtasks.cli.app import app
from slmtasks.cli.options import DayFirstOption, DeviceOption, JsonOption, ModelOption, regular_file

if TYPE_CHECKING:
    from slmtasks.evaluation.cases import Case
    from slmtasks.evaluation.scores import Evaluation, Share, TaskScores


@app.command("eval")
def evaluate(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="CASES...", help="JSONL files: a task, its source, its gold."),
    ],
    model: ModelOption = None,
    device: DeviceOption = "auto",
    first: Annotated[int | None, typer.Option(min=1, help="So many cases of each only.")] = None,
    day_first: DayFirstOption = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the scores to this file, as JSON.", callback=regular_file),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Score a model on cases whose right answers are known.

    slmtasks eval cases.jsonl --model path/to/folder

    A case is an object a line: {"task": "extract", "file": "bill.pdf", "schema": "vendor, total:
    number?", "gold": {"vendor": "Hollis Ltd", "total": null}}; the documentation's page
    Evaluation says what other tasks take. Exit codes: 0 all cases were answered, 3 some, 1
    none, 2 wrong usage.
    """
    from slmtasks.evaluation import load_cases

    if out is not None and not out.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {out.parent} for --out; make it first")
    try:
        sets = {path: load_cases.load(path)[:first] for path in files}
    except slm.CaseError as error:
        exits.fail(str(error), exits.WRONG_USAGE)
    done: list[Evaluation] = []
    with slm.load(model, device=device) as loaded:
        for path, found in sets.items():
            done.append(_scored(path, found, loaded, day_first))
            if as_json or not sys.stdout.isatty():
                print(done[-1].model_dump_json(), flush=True)
            else:
                _show(done[-1])
    if out is not None:
        _write(done, out)
    asked, answered = sum(e.cases for e in done), sum(e.answered for e in done)
    if answered < asked:
        raise SystemExit(exits.PARTLY_DONE if answered else exits.FAILED)


def _write(done: list[Evaluation], out: Path) -> None:
    written = [evaluation.model_dump(mode="json") for evaluation in done]
    out.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _scored(path: Path, found: list[Case], loaded: slm.Model, day_first: bool | None) -> Evaluation:
    from slmtasks.evaluation import run, scoring

    def answer(case: Case, document: slm.Document | None) -> slm.Result:
        with display.Doing(f"{path}: {case.id}"):
            return run.answer(case, document, loaded)

    evaluation = scoring.score(path.stem, found, answer, model=loaded.name, day_first=day_first)
    for failure in evaluation.failures:
        display.error(f"{path.name}, {failure.case}: {failure.message}")
    return evaluation


def _show(evaluation: Evaluation) -> None:
    for task, scores in evaluation.tasks.items():
        title = f"{evaluation.name}: {task}, {scores.answered} of {scores.cases} cases answered"
        if scores.fields:
            headings = ("field", "exact", "F1", "missed", "null", "invented", "place")
            display.table(headings, list(_field_rows(scores)), title)
            review = scores.fields["all"].review
            shares = ", ".join(f"{_shown(sent)} at {goal}" for goal, sent in review.items())
            display.note(f"to be checked by a person, by the precision asked for: {shares}")
        else:
            display.table(("measure", "score", "beside it"), list(_rows(scores)), title)
        if scores.seconds:
            taken = scores.seconds
            display.note(
                f"{evaluation.model}: median {taken.median:.2f} s a case, 9 of 10 within "
                f"{taken.p90:.2f} s"
            )


def _field_rows(scores: TaskScores) -> Iterator[tuple[str, ...]]:
    for name, one in (scores.fields or {}).items():
        yield (
            name,
            _shown(one.exact),
            "" if one.f1 is None else f"{one.f1:.2f}",
            _shown(one.missed),
            _shown(one.null),
            _shown(one.hallucinated),
            _shown(one.evidence),
        )


def _rows(scores: TaskScores) -> Iterator[tuple[str, ...]]:
    for text, slots in (("copy", scores.copy_slots), ("description", scores.description_slots)):
        if slots and slots.error_rate is not None:
            yield (
                f"slot errors, {text}",
                f"{slots.error_rate:.1%} of {slots.slots}",
                f"{slots.missing} missing, {slots.contradicted} contradicted, {slots.added} added",
            )
    if scores.rouge:
        baseline, ratio = scores.rouge.baseline.model_dump(), scores.rouge.ratio
        for name, value in scores.rouge.answer.model_dump().items():
            times = "" if ratio[name] is None else f", {ratio[name]:.2f} times that"
            yield name, f"{value:.3f}", f"first sentences {baseline[name]:.3f}{times}"
    shares = {"limits kept": scores.limits, "rightly answered": scores.decided}
    for name, share in (shares | {"evidence overlaps": scores.evidence}).items():
        if share:
            yield name, _shown(share), ""


def _shown(share: Share) -> str:
    return "" if share.share is None else f"{share.share:.0%} of {share.of}"
