"""Commands put together of groups of options, each group defined once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from inspect import Parameter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from slmtasks.cli.app import app
from slmtasks.cli.options import Common, Recording

if TYPE_CHECKING:
    from slmtasks.batching.binding import Bound

DOCUMENTS = "Text, Markdown, HTML, PDF, mail or Office files."

OWN = "A task of your own is named by its place, as FILE.py:NAME or MODULE:NAME."


class _Tasks(TyperGroup):
    """The library's tasks by their names, and the user's own by their places."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return _own(cmd_name) if ":" in cmd_name else super().get_command(ctx, cmd_name)


batch = typer.Typer(cls=_Tasks, no_args_is_help=True)
app.add_typer(
    batch,
    name="batch",
    help="A task over thousands of documents: a record of each in --out, none lost or done twice."
    f"\n\n{OWN}",
)


def task(
    *, reading: Collection[str] = (), sources: str = DOCUMENTS
) -> Callable[[Callable[..., Bound]], Callable[..., Bound]]:
    """Make two commands of a function that binds a task to its options.

    `slmtasks NAME FILE...` prints the answers, `slmtasks batch NAME INPUT... --out` records
    them. `sources` says what the files are, and `reading` names the options that only some
    tasks have: how files are read, and what is said of confidence.
    """
    omitted = {"day_first", "decimal", "password", "unsure_below", "confidence"} - set(reading)

    def made(bound: Callable[..., Bound]) -> Callable[..., Bound]:
        one = _argument(list[Path], "FILE...", sources)
        printed = _command(bound, _printed, one, [bound, Common], omitted)
        recorded = _recording(bound, sources, omitted)
        said, _, shown = (bound.__doc__ or "").partition("slmtasks ")
        recorded.__doc__ = f"{said}slmtasks batch {shown.rstrip()} --out run.jsonl"
        app.command()(printed)
        batch.command()(recorded)
        return bound

    return made


def _own(place: str) -> Any:
    """The command of a task of the user's own, which is imported when it runs."""

    def bound() -> Bound:
        from slmtasks.cli import user_task

        return user_task.task(place)

    bound.__doc__ = f"{OWN}\n\nslmtasks batch {place} inbox/ --out run.jsonl"
    alone = typer.Typer(add_completion=False)
    alone.command(place)(_recording(bound, DOCUMENTS, ()))
    return typer.main.get_command(alone)


def _recording(
    bound: Callable[..., Bound], sources: str, omitted: Collection[str]
) -> Callable[..., None]:
    some = _argument(list[str], "INPUT...", f"{sources} Folders and globs, too.")
    return _command(bound, _recorded, some, [bound, Common, Recording], omitted)


# Both are imported when they run: the help of a command needs nothing that runs a model.


def _printed(*given: Any) -> None:
    from slmtasks.cli import print_results

    print_results.run(*given)


def _recorded(*given: Any) -> None:
    from slmtasks.cli import run_batch

    run_batch.run(*given)


def _argument(kind: Any, metavar: str, said: str) -> Parameter:
    annotation = Annotated[kind, typer.Argument(metavar=metavar, help=said)]
    return Parameter("sources", Parameter.KEYWORD_ONLY, annotation=annotation)


def _command(
    named: Callable[..., Any],
    run: Callable[..., None],
    argument: Parameter,
    groups: list[Callable[..., Any]],
    omitted: Collection[str],
) -> Callable[..., None]:
    """A command that runs on its argument and on what each group makes of its own options.

    It has the name and the help of `named`. Typer reads its options from its signature.
    """
    owned = {group: _options(group, omitted) for group in groups}
    listed = [argument, *(option for own in owned.values() for option in own)]

    def command(sources: Any, **given: Any) -> None:
        run(sources, *(group(**{o.name: given[o.name] for o in owned[group]}) for group in groups))

    command.__name__ = named.__name__
    command.__doc__ = named.__doc__
    command.__annotations__ = {option.name: option.annotation for option in listed}
    command.__signature__ = inspect.Signature(listed)  # type: ignore[attr-defined]
    return command


def _options(group: Callable[..., Any], omitted: Collection[str]) -> list[Parameter]:
    # What a group makes of its options is imported when it is made.
    made = {"Bound": object}
    options = inspect.signature(group, eval_str=True, locals=made).parameters.values()
    kept = [option for option in options if option.name not in omitted]
    return [option.replace(kind=Parameter.KEYWORD_ONLY) for option in kept]
