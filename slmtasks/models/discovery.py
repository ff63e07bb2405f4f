"""Where a model lies in a folder as another program made it.

Olive writes its model below the folder that it is given, Foundry Local keeps each in a
folder for its version. Knows nothing about the contents of a model's files.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from slmtasks.errors import ModelCorrupt, ModelNotFound

CONFIG = "genai_config.json"

UNFINISHED = "download.tmp"
"""What Foundry Local keeps in a folder while it downloads."""

DEEPEST = 5
"""How far below a folder a model is looked for: Foundry Local's whole cache needs three."""


def find(folder: Path) -> Path:
    """The model's own folder: the one given, or the only one below it.

    Raises ModelNotFound where there is none or several, ModelCorrupt where its download is
    not finished.
    """
    found = sorted(_below(folder, DEEPEST))
    if not found:
        raise ModelNotFound(f"{folder} holds no {CONFIG}; give a GenAI folder")
    if len(found) > 1:
        names = ", ".join(path.relative_to(folder).as_posix() for path in found[:9])
        raise ModelNotFound(f"{folder} holds {len(found)} models; give the path of one: {names}")
    (only,) = found
    if (only / UNFINISHED).exists():
        raise ModelCorrupt(f"{only} is not downloaded to its end; let Foundry Local finish it")
    if only.name == "configs" and (only.parent / "manifest.json").is_file():
        raise ModelNotFound(
            f"{only.parent} is a package of variants, which the runtime does not load here; give "
            "the folder that Olive made it of"
        )
    return only


def _below(folder: Path, deepest: int) -> Iterator[Path]:
    """The folders with a configuration, none of them inside another."""
    if (folder / CONFIG).is_file():
        yield folder
    elif deepest:
        with suppress(PermissionError):
            for path in folder.iterdir():
                if path.is_dir() and not path.is_symlink():
                    yield from _below(path, deepest - 1)
