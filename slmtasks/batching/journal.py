"""A file of lines that only grows: each is on the disc before it counts.

A line that a power cut or a kill left torn at the end is removed at the next opening, and
a lock keeps a second process away. Nothing else is ever removed.

Knows nothing about what the lines mean but how each begins.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

from filelock import FileLock, Timeout

from slmtasks.errors import OutputCorrupt, OutputFailed, OutputLocked

HEAD = b'{"id":'
"""What every line begins with; what else stands at a file's end is not ours to remove."""


class Disk:
    """What a journal asks of the file system; tests put failing ones in its place."""

    def open(self, path: Path) -> FileIO:
        """A file to append to, unbuffered, made where it is missing."""
        return FileIO(path, "a+")

    def write(self, file: FileIO, data: bytes) -> int:
        """Write some of the data; says how much."""
        return file.write(data)

    def truncate(self, file: FileIO, size: int) -> None:
        """Cut the file to `size` bytes."""
        file.truncate(size)

    def sync(self, file: FileIO) -> None:
        """Return once the file is on the disc."""
        if sys.platform == "darwin":
            import fcntl

            # There fsync leaves the data in the drive's own cache.
            with contextlib.suppress(OSError):
                fcntl.fcntl(file, fcntl.F_FULLFSYNC)
                return
        os.fsync(file.fileno())

    def sync_folder(self, folder: Path) -> None:
        """Return once the folder's entries are on the disc; Windows has no call for that."""
        if sys.platform == "win32":
            return
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, old: Path, new: Path) -> None:
        """Give a file another name."""
        old.rename(new)


class Journal:
    """An open file of lines; a context manager, for one thread.

    Raises OutputLocked, OutputCorrupt or OutputFailed.
    """

    def __init__(self, path: Path, disk: Disk | None = None) -> None:
        self.path = path.resolve()
        self._disk = disk or Disk()
        self._lock = FileLock(f"{self.path}.lock", timeout=0)
        self._file: FileIO | None = None
        self._size = 0

    def __enter__(self) -> Journal:
        if self.path.exists() and not self.path.is_file():
            raise OutputFailed(f"{self.path} is not a regular file; give the name of a file")
        try:
            self._lock.acquire()
        except Timeout as error:
            raise OutputLocked(
                f"another process writes {self.path}; wait for it, or give another output"
            ) from error
        except (OSError, NotImplementedError) as error:
            raise self._failed(error) from error
        try:
            self._begin()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and let others at it."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._lock.release()

    def append(self, line: bytes) -> None:
        """Write a line, newline included, and return once it is on the disc.

        After an OutputFailed the journal takes no more: what the disc holds is not known
        before the next opening.
        """
        file = self._file
        if file is None:
            raise OutputFailed(f"{self.path} is closed after an error; run the same again")
        try:
            written = 0
            while written < len(line):
                written += self._disk.write(file, line[written:])
            self._disk.sync(file)
            self._size += len(line)
        except OSError as error:
            self._file = None
            with contextlib.suppress(OSError):
                self._disk.truncate(file, self._size)
            file.close()
            raise self._failed(error) from error

    def lines(self) -> Iterator[bytes]:
        """The lines in their order."""
        try:
            with self.path.open("rb") as file:
                yield from file
        except OSError as error:
            raise self._failed(error) from error

    def put_aside(self) -> Path | None:
        """Give a file that holds lines another name and begin anew; says the new name."""
        if self._size == 0 or self._file is None:
            return None
        numbers = range(1, sys.maxsize)
        names = (self.path.with_name(f"{self.path.stem}.{n}{self.path.suffix}") for n in numbers)
        aside = next(name for name in names if not name.exists())
        # Windows renames no open file.
        self._file.close()
        self._file = None
        try:
            self._disk.rename(self.path, aside)
        except OSError as error:
            raise self._failed(error) from error
        self._begin()
        return aside

    def _begin(self) -> None:
        try:
            self._file = self._disk.open(self.path)
            self._size = self._recovered(self._file)
            # Also what an earlier run wrote and was killed before it could sync.
            self._disk.sync(self._file)
            self._disk.sync_folder(self.path.parent)
        except OSError as error:
            raise self._failed(error) from error

    def _recovered(self, file: FileIO) -> int:
        """The file's size once its last line is whole."""
        whole = 0
        torn = first = b""
        with self.path.open("rb") as reader:
            for line in reader:
                first = first or line
                if line.endswith(b"\n"):
                    whole += len(line)
                else:
                    torn = line
        if not torn:
            return whole
        if _complete(torn):
            return whole + len(torn) + self._disk.write(file, b"\n")
        # In UTF-16, as other programs save a file, every line begins and ends with a NUL.
        if not (_begun(torn) and _begun(first)):
            raise OutputCorrupt(
                f"{self.path} ends in something that is no record; give another output"
            )
        self._disk.truncate(file, whole)
        return whole

    def _failed(self, error: Exception) -> OutputFailed:
        said = getattr(error, "strerror", None) or error
        return OutputFailed(
            f"{self.path} cannot be written ({said}); mend that and run the same command again: "
            "what is recorded is kept"
        )


def _begun(line: bytes) -> bool:
    """Whether a line may be one of ours, or zeros that a power cut left."""
    return line.startswith(HEAD) or HEAD.startswith(line) or not line.strip(b"\0")


def _complete(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return line.startswith(HEAD)
