"""Which models are known by name: where each is published, for which device, how large.

The table is catalog.toml next to this file. Users add entries, or replace some, by a file
of the same form: SLMTASKS_CATALOG, or catalog.toml in the user's configuration folder.
Knows nothing about what is on this machine.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated

from platformdirs import user_config_path
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)

from slmtasks.errors import CatalogError, ModelNotFound

SHIPPED = Path(__file__).with_name("catalog.toml")

# Names become folders: no separators, and no dots at either end.
Name = Annotated[str, Field(pattern="^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Place(_Part):
    """A published folder: `path` in a hub `repository`, `size` in bytes where known."""

    repository: Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")]
    path: str = ""
    size: PositiveInt | None = None


def _resolved(path: str, info: ValidationInfo) -> str:
    return str(Path(info.context or "") / path)


class Recipe(_Part):
    """A folder that is made on this machine: `recipe`, a path from the catalog's folder, says how.

    `size` is that of the finished folder, in bytes.
    """

    recipe: Annotated[str, AfterValidator(_resolved)]
    size: PositiveInt | None = None


class Entry(_Part):
    """A model that is known by name; `folders` by what they are made for."""

    title: str = ""
    context: PositiveInt
    licence: str = "not stated"
    languages: list[str] = []
    folders: Annotated[dict[Name, Place | Recipe], Field(min_length=1)]


_TABLE = TypeAdapter(dict[Name, Entry])


def entries() -> dict[str, Entry]:
    """Every model by its name, the user's own last; raises CatalogError on a bad file."""
    added = _user_file()
    return _read(SHIPPED) | (_read(added) if added else {})


def entry(name: str) -> Entry:
    """A model by its name; raises ModelNotFound with the names there are."""
    known = entries()
    if name not in known:
        raise ModelNotFound(
            f"no model {name!r} in the catalog; there are {', '.join(known)}; add your own "
            "in a file that SLMTASKS_CATALOG names"
        )
    return known[name]


def _user_file() -> Path | None:
    if named := os.environ.get("SLMTASKS_CATALOG"):
        return Path(named)
    path = user_config_path("slmtasks", appauthor=False) / "catalog.toml"
    return path if path.is_file() else None


def _read(path: Path) -> dict[str, Entry]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return _TABLE.validate_python(table, context=path.parent)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"the catalog {path} cannot be read ({error}); fix it") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CatalogError(
            f"the catalog {path} cannot be used ({where}: {first['msg']}); fix that entry"
        ) from error
