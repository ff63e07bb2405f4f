"""Fetch one wheel from the user's package index, by the pip of this environment.

So its index, proxy, certificates and credentials are the user's own. The wheel is known by
its SHA-256 before it is asked for. Knows nothing about what is in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from slmtasks import hashing
from slmtasks.errors import PullFailed

EVERY = 0.1
"""Seconds from one look at what came to the next."""


class Wheel(BaseModel):
    """A wheel of a package index, its bytes and its SHA-256 in hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    package: str
    version: str
    wheel: Annotated[str, Field(pattern=r"^[\w.+-]+\.whl$")]
    size: PositiveInt
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

    @property
    def requirement(self) -> str:
        """What it is called at the index."""
        return f"{self.package}=={self.version}"

    def is_at(self, path: Path) -> bool:
        """Whether a file is this wheel, byte by byte."""
        return path.is_file() and hashing.of_file(path) == self.sha256


def given(wheel: Wheel, source: Path) -> Path:
    """The wheel at a path, or in the folder of that path; raises PullFailed."""
    path = source / wheel.wheel if source.is_dir() else source
    if not path.is_file():
        raise PullFailed(
            f"{source} holds neither {wheel.wheel} nor a genai_config.json; give the wheel, or a "
            "folder with one of them"
        )
    if not wheel.is_at(path):
        raise PullFailed(f"{path} is not {wheel.wheel} as it was published; fetch it again")
    return path


def fetch(wheel: Wheel, into: Path, report: Callable[[int], None]) -> Path:
    """The wheel in a folder, downloaded unless it is there; raises PullFailed.

    `report` is told the bytes that are there.
    """
    path = into / wheel.wheel
    if not wheel.is_at(path):
        if find_spec("pip") is None:
            raise PullFailed(
                f"{wheel.wheel} cannot be fetched: this environment has no pip; install pip "
                f"into it, or {_elsewhere(wheel)}"
            )
        into.mkdir(parents=True, exist_ok=True)
        for left in into.iterdir():
            if left.is_dir():  # Of a process that was killed.
                shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=into) as place:
            _download(wheel, Path(place), report)
            arrived = Path(place) / wheel.wheel
            if not wheel.is_at(arrived):
                raise PullFailed(
                    f"{wheel.wheel} came other than it was published; pull again, or "
                    f"{_elsewhere(wheel)}"
                )
            arrived.replace(path)
    report(wheel.size)
    return path


def _download(wheel: Wheel, place: Path, report: Callable[[int], None]) -> None:
    """Run pip; what it has in work is in `place` too, where its growth is seen."""
    wanted = place / "requirements.txt"
    wanted.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    # -P: no module of the working directory's is taken for pip.
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--require-hashes"]
    command += ["--only-binary=:all:", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar=off", "--dest", str(place), "--requirement", str(wanted)]
    work = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(place))
    with (place / "pip.txt").open("w+", encoding="utf-8", errors="replace") as said:
        with subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env={**os.environ, **work, "PYTHONIOENCODING": "utf-8"},
        ) as running:
            try:
                while running.poll() is None:
                    report(min(wheel.size, _arrived(place)))
                    time.sleep(EVERY)
            except BaseException:
                running.kill()
                # On Ctrl-C, leaving the block waits for a quarter of a second only.
                running.wait()
                raise
        said.seek(0)
        if running.returncode:
            raise PullFailed(_reason(wheel, said.read()))


def _arrived(place: Path) -> int:
    sizes = [0]
    for path in place.rglob("*.whl"):
        try:
            sizes.append(path.stat().st_size)
        except OSError:
            continue  # Moved meanwhile.
    return max(sizes)


def _reason(wheel: Wheel, said: str) -> str:
    if "No matching distribution" in said:
        return (
            f"your package index does not offer {wheel.requirement}; see pip config list, or "
            f"{_elsewhere(wheel)}"
        )
    if "DO NOT MATCH THE HASHES" in said:
        return (
            f"your package index offers another {wheel.wheel} than was published; "
            f"{_elsewhere(wheel)}"
        )
    errors = [line for line in said.splitlines() if line.startswith("ERROR: ")]
    last = (errors or said.strip().splitlines() or ["it says nothing"])[-1]
    why = last.removeprefix("ERROR: ")
    return f"pip could not fetch {wheel.requirement} ({why}); pull again, or {_elsewhere(wheel)}"


def _elsewhere(wheel: Wheel) -> str:
    return f"fetch {wheel.wheel} elsewhere and name it by --from"
