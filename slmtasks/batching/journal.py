"""An append-only file of lines: each line is on the disk before it counts.

A line that a power cut or a kill left torn at the end is removed at the next opening, and
a lock keeps a second process out. Nothing else is ever removed.

Knows nothing about the meaning of the lines except how each begins.
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
"""The beginning of every line; anything else at the end of a file is not ours to remove."""


class Disk:
    """The file system calls of a journal; tests replace them with failing ones."""

    def open(self, path: Path) -> FileIO:
        """Open an unbuffered file to append to, and create it if it is missing."""
        return FileIO(path, "a+")

    def write(self, file: FileIO, data: bytes) -> int:
        """Write some of the data; return the number of bytes written."""
        return file.write(data)

    def truncate(self, file: FileIO, size: int) -> None:
        """Truncate the file to `size` bytes."""
        file.truncate(size)

    def sync(self, file: FileIO) -> None:
        """Return once the file is on the disk."""
        if sys.platform == "darwin":
            import fcntl

            # On macOS, fsync leaves the data in the drive's own cache.
            with contextlib.suppress(OSError):
                fcntl.fcntl(file, fcntl.F_FULLFSYNC)
                return
        os.fsync(file.fileno())

    def sync_folder(self, folder: Path) -> None:
        """Return once the folder's entries are on the disk; Windows has no call for that."""
        if sys.platform == "win32":
            return
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, old: Path, new: Path) -> None:
        """Rename a file."""
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
            raise OutputFailed(
                f"{self.path} cannot be written (Not a regular file); give the name of a file"
            )
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
        """Close the file and release its lock."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._lock.release()

    def append(self, line: bytes) -> None:
        """Write a line, newline included, and return once it is on the disk.

        After an OutputFailed the journal accepts no more lines: the content of the disk is
        unknown until the next opening.
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
        """Yield the lines in order."""
        try:
            with self.path.open("rb") as file:
                yield from file
        except OSError as error:
            raise self._failed(error) from error

    def put_aside(self) -> Path | None:
        """Rename a file that holds lines and start a new one; return the new name."""
        if self._size == 0 or self._file is None:
            return None
        numbers = range(1, sys.maxsize)
        names = (self.path.with_name(f"{self.path.stem}.{n}{self.path.suffix}") for n in numbers)
        aside = next(name for name in names if not name.exists())
        # Windows cannot rename an open file.
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
            # Also sync lines of an earlier run that was killed before it could sync them.
            self._disk.sync(self._file)
            self._disk.sync_folder(self.path.parent)
        except OSError as error:
            raise self._failed(error) from error

    def _recovered(self, file: FileIO) -> int:
        """Repair or remove a torn last line; return the file's size."""
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
        # In UTF-16, which other programs save files in, every line begins and ends with a NUL.
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
    """Whether a line may be ours, or zeros that a power cut left."""
    return line.startswith(HEAD) or HEAD.startswith(line) or not line.strip(b"\0")


def _complete(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return line.startswith(HEAD)
