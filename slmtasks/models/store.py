"""The models on this machine: found by name, pulled, verified, removed.

A pulled model is a folder below `root()`, one for each kind of device. It is made in a
staging folder and moved to its place as a whole, after every file was compared with the
hub's digest: what has no manifest is not there. Nothing but `pull` uses the network.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from platformdirs import user_data_path

from slmtasks.errors import ModelCorrupt, ModelNotFound, PullFailed
from slmtasks.models import catalog, devices, discovery, manifest
from slmtasks.models.manifest import Manifest

EMBEDDED = "nano"
NANO = Path(__file__).resolve().parent / EMBEDDED
"""The folder of the embedded model."""

PREFERRED = "phi-3-mini"
"""The model that is taken where it is pulled and none is named."""

SPARE = 64 << 20
"""Bytes of the disk that a pull leaves free."""

Progress = Callable[[int, int], None]
"""Told the bytes that are there and the bytes in all."""


@dataclass(frozen=True)
class Installed:
    """A pulled model: its name, what its folder is made for, the folder and its manifest."""

    name: str
    kind: str
    folder: Path
    manifest: Manifest


def root() -> Path:
    """Where pulled models are: SLMTASKS_MODELS, or a folder of the user's."""
    named = os.environ.get("SLMTASKS_MODELS")
    return Path(named) if named else user_data_path("slmtasks", appauthor=False) / "models"


def default() -> str:
    """The model of a caller that names none: SLMTASKS_MODEL, else what is pulled, else nano."""
    if named := os.environ.get("SLMTASKS_MODEL"):
        return named
    pulled = any(each.name == PREFERRED for each in installed())
    return PREFERRED if pulled else EMBEDDED


def resolve(chosen: str | Path, device: str) -> tuple[str, Path]:
    """The name and the folder of a model by its name or path.

    A path may be of a folder above the model's, see `folders`. Raises ModelNotFound or
    ModelCorrupt.
    """
    if chosen in (EMBEDDED, NANO):
        return EMBEDDED, NANO
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
    a URL, or from a folder that holds the model's files or a copy of its repository. It is
    downloaded again only where the revision's commit differs from what is here.

    Raises PullFailed, ModelNotFound, CatalogError, or ModelCorrupt for a folder that is
    not what its own manifest says.
    """
    entry = catalog.entry(name)
    kind = next((kind for kind in devices.kinds(device) if kind in entry.folders), None)
    if kind is None:
        raise ModelNotFound(
            f"{name} is published for {', '.join(entry.folders)}, not for {device!r}"
        )
    target = _Target(name, kind, entry.folders[kind])
    with _locked(target):
        if source is None or "://" in source:
            _download(target, revision, source, on_progress)
        else:
            _copy(target, Path(source), on_progress)
        return Installed(name, kind, target.folder, manifest.read(target.folder))


def remove(name: str) -> list[Path]:
    """Delete every folder of a pulled model, and what an unfinished pull left; says which."""
    gone = [each.folder for each in installed() if each.name == name]
    staged = (root() / ".staging").glob(f"{name}@*")
    gone += [path for path in staged if path.is_dir()]
    if not gone:
        raise ModelNotFound(f"{name} is not on this machine; slmtasks models lists what is")
    for folder in gone:
        # Without its manifest it is not found any more, however far the deletion comes.
        (folder / manifest.FILENAME).unlink(missing_ok=True)
        shutil.rmtree(folder)
    return gone


@dataclass(frozen=True)
class _Target:
    name: str
    kind: str
    place: catalog.Place

    @property
    def folder(self) -> Path:
        return root() / self.name / self.kind

    @property
    def staging(self) -> Path:
        return root() / ".staging" / f"{self.name}@{self.kind}"


@contextmanager
def _locked(target: _Target) -> Iterator[None]:
    """One pull of a folder at a time, on this machine."""
    try:
        target.staging.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target.staging}.lock"):
            yield
    except OSError as error:
        raise PullFailed(
            f"{target.name} cannot be installed in {root()} ({error}); free that place, or "
            "name another by SLMTASKS_MODELS"
        ) from error


def _download(
    target: _Target, revision: str | None, endpoint: str | None, progress: Progress
) -> None:
    from slmtasks.models import hub

    place = target.place
    found = hub.listing(place.repository, place.path, revision, endpoint)
    if _commit(target.folder) == found.commit:
        return
    # By commit: what came of one is nothing to another.
    arrived = target.staging / found.commit
    have = sum(file.stat().st_size for file in arrived.rglob("*") if file.is_file())
    _check_disk(found.size - have)
    done = 0

    def report(more: int) -> None:
        nonlocal done
        done += more
        progress(min(done, found.size), found.size)

    for file in found.files:
        hub.fetch(found, file, arrived, endpoint, report)
    made = _fresh(target.staging / "model")
    for file in found.files:
        path = arrived / file.path
        final = made / path.relative_to(arrived / place.path)
        final.parent.mkdir(parents=True, exist_ok=True)
        path.replace(final)
    _install(target, made, endpoint or place.repository, found.commit)


def _copy(target: _Target, source: Path, progress: Progress) -> None:
    """Take a model from a folder; where it holds a manifest, only what that says."""
    inner = source / target.place.path
    folder = inner if (inner / "genai_config.json").is_file() else source
    if not (folder / "genai_config.json").is_file():
        raise PullFailed(f"{source} holds no genai_config.json; give a model's folder or a URL")
    kept = manifest.verify(folder) if (folder / manifest.FILENAME).is_file() else None
    files = manifest.take(folder)
    total = sum(file.size for file in files.values())
    _check_disk(total)
    made = _fresh(target.staging / "model")
    done = 0
    for path, file in files.items():
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / path, made / path, follow_symlinks=False)
        done += file.size
        progress(done, total)
    if manifest.take(made) != files:
        raise PullFailed(f"the copy of {folder} is not what was read; try again")
    _install(target, made, str(folder), kept.revision if kept else None)


def _install(target: _Target, made: Path, source: str, commit: str | None) -> None:
    """Write the manifest and move the folder to its place; the old one goes."""
    manifest.write(
        made,
        Manifest(
            name=target.name,
            kind=target.kind,
            source=source,
            revision=commit,
            files=manifest.take(made),
        ),
    )
    old = target.staging / "old"
    _fresh(old).rmdir()
    target.folder.parent.mkdir(parents=True, exist_ok=True)
    if target.folder.exists():
        target.folder.replace(old)
    made.replace(target.folder)
    shutil.rmtree(target.staging, ignore_errors=True)


def _fresh(folder: Path) -> Path:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def _commit(folder: Path) -> str | None:
    """The commit of what is installed, where it is still whole."""
    try:
        return manifest.verify(folder).revision
    except ModelCorrupt:
        return None


def _check_disk(needed: int) -> None:
    free = shutil.disk_usage(root()).free
    if needed + SPARE > free:
        raise PullFailed(
            f"{needed / 1e9:.2f} GB are to come and {free / 1e9:.2f} GB of {root()} are free; "
            "free some, or name another place by SLMTASKS_MODELS"
        )
