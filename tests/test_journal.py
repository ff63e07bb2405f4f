"""The journal: whole lines or none, whatever fails; one process at a time; nothing removed."""

from __future__ import annotations

import errno
import subprocess
import sys
from io import FileIO
from pathlib import Path

import pytest

from slmtasks.batching.journal import Disk, Journal
from slmtasks.errors import BatchError, OutputCorrupt, OutputFailed, OutputLocked

LINES = [b'{"id":"%d","text":"gr\xc3\xbc\xc3\x9fe"}\n' % n for n in range(3)]


def test_lines_come_back_as_they_were_appended(tmp_path: Path) -> None:
    """In their order, over openings."""
    for line in LINES:
        with Journal(tmp_path / "out") as journal:
            journal.append(line)
    with Journal(tmp_path / "out") as journal:
        assert list(journal.lines()) == LINES


def test_a_file_cut_at_any_byte_keeps_its_complete_lines(tmp_path: Path) -> None:
    """The torn line alone is gone, and the next one is appended behind the whole ones."""
    whole = b"".join(LINES)
    path = tmp_path / "out"
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        # A line that lacks but its end is complete.
        kept = (whole[:size] + b"\n").count(b'"}\n')
        with Journal(path) as journal:
            assert list(journal.lines()) == LINES[:kept]
            journal.append(LINES[0])
        assert path.read_bytes() == b"".join(LINES[:kept]) + LINES[0]


def test_zeros_that_a_power_cut_left_are_removed(tmp_path: Path) -> None:
    """Some file systems lengthen a file before they fill it."""
    path = tmp_path / "out"
    path.write_bytes(LINES[0] + b"\0" * 100)
    with Journal(path) as journal:
        assert list(journal.lines()) == LINES[:1]


SAVED = LINES[0].decode().encode("utf-16-le")


@pytest.mark.parametrize("content", [b"my thesis", LINES[0] + b"and more", SAVED])
def test_what_is_not_ours_is_never_removed(tmp_path: Path, content: bytes) -> None:
    """A file given by mistake stays as it is."""
    path = tmp_path / "out"
    path.write_bytes(content)
    with pytest.raises(OutputCorrupt, match="no record"), Journal(path):
        pass
    assert path.read_bytes() == content


class Failing(Disk):
    """A disc on which the Nth operation, counted from 1, fails; `torn` writes half before."""

    def __init__(self, at: int, error: int, *, torn: bool = False) -> None:
        self.left = at
        self.error = error
        self.torn = torn

    def _step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise OSError(self.error, "staged")

    def open(self, path: Path) -> FileIO:
        self._step()
        return super().open(path)

    def write(self, file: FileIO, data: bytes) -> int:
        try:
            self._step()
        except OSError:
            if self.torn:
                super().write(file, data[: len(data) // 2])
            raise
        return super().write(file, data)

    def truncate(self, file: FileIO, size: int) -> None:
        self._step()
        super().truncate(file, size)

    def sync(self, file: FileIO) -> None:
        self._step()
        super().sync(file)

    def sync_folder(self, folder: Path) -> None:
        self._step()
        super().sync_folder(folder)


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("torn", [False, True])
def test_whatever_operation_fails_what_counted_is_there(
    tmp_path: Path, error: int, torn: bool
) -> None:
    """Each of them in turn until none does: a typed error, and every line that was taken."""
    for at in range(1, 100):
        path = tmp_path / f"{at}"
        disk = Failing(at, error, torn=torn)
        counted = 0
        try:
            with Journal(path, disk) as journal:
                for line in LINES:
                    journal.append(line)
                    counted += 1
        except OutputFailed:
            pass
        else:
            break
        with Journal(path) as journal:
            kept = list(journal.lines())
            assert counted <= len(kept) <= counted + 1
            assert kept == LINES[: len(kept)]
    assert at > 6
    assert disk.left > 0


def test_after_a_failure_nothing_more_is_taken(tmp_path: Path) -> None:
    """A line behind one that may be torn would be lost with it."""
    with Journal(tmp_path / "out", Failing(4, errno.EIO)) as journal:
        with pytest.raises(OutputFailed, match="staged"):
            journal.append(LINES[0])
        with pytest.raises(OutputFailed, match="closed"):
            journal.append(LINES[1])


def test_short_writes_are_completed(tmp_path: Path) -> None:
    """A disc may take a line in pieces."""

    class Short(Disk):
        def write(self, file: FileIO, data: bytes) -> int:
            return super().write(file, data[:3])

    with Journal(tmp_path / "out", Short()) as journal:
        journal.append(LINES[0])
    assert (tmp_path / "out").read_bytes() == LINES[0]


def test_a_second_process_is_kept_away(tmp_path: Path) -> None:
    """By whatever path it comes."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom slmtasks.batching.journal import Journal\n"
        "from slmtasks.errors import OutputLocked\n"
        "try:\n    Journal(Path(sys.argv[1])).__enter__()\n"
        "except OutputLocked as error:\n    print(error)\n"
    )
    with Journal(tmp_path / "out"):
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", code, str(tmp_path / "." / ".." / tmp_path.name / "out")],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "another process writes" in done.stdout
        with pytest.raises(OutputLocked), Journal(tmp_path / "out"):
            pass
    with Journal(tmp_path / "out") as journal:
        journal.append(LINES[0])


def test_a_file_put_aside_keeps_its_lines(tmp_path: Path) -> None:
    """Under the first name that is free; an empty one has nothing to keep."""
    path = tmp_path / "out.jsonl"
    for number in (1, 2):
        with Journal(path) as journal:
            journal.append(LINES[number])
            aside = journal.put_aside()
            assert aside == tmp_path / f"out.{number}.jsonl"
            assert aside.read_bytes() == LINES[number]
            assert journal.put_aside() is None
            assert list(journal.lines()) == []


def test_an_output_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    """A folder is none; a folder that is missing is made."""
    with (
        pytest.raises(
            BatchError, match=r"cannot be written \([A-Z][^'()]*\)|is not a regular file"
        ),
        Journal(tmp_path),
    ):
        pass
    with Journal(tmp_path / "new" / "out") as journal:
        journal.append(LINES[0])
