"""The only door to the network: what a hub's repository holds, and its files.

It goes through huggingface_hub, so that its token, its proxy, HF_ENDPOINT and
HF_HUB_OFFLINE are honoured. Interrupted downloads resume, in this process or a later one.
Each file is compared with the digest that the hub states: SHA-256 for large files, git's
own for small ones. Nothing but a pull imports this module.

The public `snapshot_download` would not do: it downloads to a temporary file of a random
name, so that what a process leaves unfinished is fetched again from the start by the next.
That is why `http_get`, which resumes, is called here, with the headers of the library.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Before the import, which reads them once. The other protocol for large files has servers
# of its own, so that it would pass by a mirror that the user named.
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ.setdefault("HF_HUB_DISABLE_XET", "1")

import httpx2
from huggingface_hub import HfApi, hf_hub_url, try_to_load_from_cache
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
)
from huggingface_hub.file_download import http_get
from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]
from tqdm import tqdm

from slmtasks.errors import PullFailed
from slmtasks.models.manifest import is_inside

Report = Callable[[int], None]
"""Told the bytes that came, as they come; negative where some have to come again."""


@dataclass(frozen=True)
class Remote:
    """A file at the hub: its path in the repository, bytes, and digest in hexadecimal."""

    path: str
    size: int
    digest: str


@dataclass(frozen=True)
class Listing:
    """The files of a folder of a repository at one commit."""

    repository: str
    commit: str
    files: tuple[Remote, ...]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)


def listing(repository: str, path: str, revision: str | None, endpoint: str | None) -> Listing:
    """The files under a path of a repository; raises PullFailed."""
    with _told(repository):
        info = HfApi(endpoint=endpoint).model_info(
            repository, revision=revision, files_metadata=True
        )
    prefix = f"{path}/" if path else ""
    files = tuple(
        _remote(repository, file)
        for file in info.siblings or ()
        if file.rfilename.startswith(prefix)
    )
    if not files or not info.sha:
        raise PullFailed(
            f"{repository} holds no folder {path!r}; see what it holds at the hub, or name "
            "another revision"
        )
    return Listing(repository, info.sha, files)


def fetch(found: Listing, file: Remote, into: Path, endpoint: str | None, report: Report) -> None:
    """Download a file below `into`, from where an earlier pull stopped; raises PullFailed.

    What huggingface_hub's own cache holds is taken from there. What does not have the
    digest that the hub states is deleted.
    """
    whole = into / file.path
    if whole.exists():
        report(file.size)
        return
    # The name is ours: the library does not find its own unfinished file in a later process.
    part = whole.with_name(f"{whole.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    with _told(f"{found.repository}: {file.path}"):
        _complete(found, file, part, endpoint, report)
        true = part.stat().st_size == file.size and _digest(part, file) == file.digest
    if not true:
        part.unlink()
        raise PullFailed(
            f"{found.repository}: {file.path} is not what the hub describes (its size or digest "
            "differs) and was deleted; pull again"
        )
    part.replace(whole)


def _complete(
    found: Listing, file: Remote, part: Path, endpoint: str | None, report: Report
) -> None:
    cached = try_to_load_from_cache(found.repository, file.path, revision=found.commit)
    if isinstance(cached, str):
        shutil.copyfile(cached, part)
        report(file.size)
        return
    with part.open("ab") as content:
        if content.tell() > file.size:
            content.truncate(0)
        http_get(
            hf_hub_url(found.repository, file.path, revision=found.commit, endpoint=endpoint),
            content,
            resume_size=content.seek(0, os.SEEK_END),
            headers=build_hf_headers(),
            expected_size=file.size,
            tqdm_class=_meter(report),
        )


def _remote(repository: str, file: Any) -> Remote:
    digest = file.lfs.sha256 if file.lfs else file.blob_id
    if file.size is None or not digest:
        raise PullFailed(f"{repository} states no size or digest for {file.rfilename}")
    if not is_inside(file.rfilename):
        raise PullFailed(f"{repository} names a file outside its folder: {file.rfilename!r}")
    return Remote(file.rfilename, file.size, digest)


def _digest(path: Path, file: Remote) -> str:
    with path.open("rb") as content:
        if len(file.digest) == 64:
            return hashlib.file_digest(content, "sha256").hexdigest()
        # Git's name of a file: the digest of a header and its content.
        git = hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)
        while piece := content.read(1 << 20):
            git.update(piece)
        return git.hexdigest()


def _meter(report: Report) -> type[tqdm[Any]]:
    class Meter(tqdm):  # type: ignore[type-arg]
        """A progress bar that is not drawn: it passes on what it is told."""

        # Otherwise each class of bars starts a thread that runs until the process ends.
        monitor_interval = 0

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **{**options, "disable": True})
            report(int(options.get("initial") or 0))

        def update(self, n: float | None = 1) -> None:
            report(int(n or 0))

    return Meter


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Turn what goes wrong between here and the hub into one sentence."""
    try:
        yield
    except OfflineModeIsEnabled as error:
        raise PullFailed(f"{what}: HF_HUB_OFFLINE is set; unset it to pull") from error
    except GatedRepoError as error:
        raise PullFailed(
            f"{what}: the repository asks for a login; accept its terms at the hub and set HF_TOKEN"
        ) from error
    except HfHubHTTPError as error:
        raise PullFailed(f"{what}: {_answered(error)}") from error
    except LocalEntryNotFoundError as error:
        # The library's error for a hub that did not answer; its cause says why.
        cause = error.__cause__ or error
        if isinstance(cause, HfHubHTTPError):
            raise PullFailed(f"{what}: {_answered(cause)}") from error
        raise PullFailed(f"{what}: the hub cannot be reached ({cause}); pull again") from error
    except (httpx2.HTTPError, ConnectionError, TimeoutError) as error:
        raise PullFailed(
            f"{what}: the connection broke ({error}); pull again: the download resumes"
        ) from error
    except HFValidationError as error:
        raise PullFailed(f"{what} is no repository: {error}") from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise PullFailed(f"{what}: the disk is full; free some and pull again") from error
        raise PullFailed(f"{what}: {error}; pull again") from error


def _answered(error: HfHubHTTPError) -> str:
    response = error.response
    status = getattr(response, "status_code", None)
    if status == 429:
        wait = response.headers.get("Retry-After")
        after = f"in {wait} seconds" if wait else "in some minutes"
        return f"the hub asks to wait (429); pull again {after}"
    if status in (401, 403, 404):
        return (
            f"the hub has no such repository, revision or file, or does not show it ({status}); "
            "check the name, or set HF_TOKEN"
        )
    return f"the hub answered {status or error}; pull again"
