from __future__ import annotations

import gc
import zlib
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from faults.malformed_pdfs import RESOURCES, TEXT, malformed, one_page, outcome
from pdfs import file, pdf, stream

from slmtasks import Limits, read
from slmtasks.documents.limits import Budget, Spent
from slmtasks.errors import TooLarge

PACKED = zlib.compress(TEXT + b" " * 40_000, 9)
FLATE = b"/Filter /FlateDecode"


def test_malformed_pdfs_end_in_a_typed_result_and_hold_no_memory() -> None:
    """Fifty of the files of tests/faults/malformed_pdfs.py, which reads a thousand."""
    for seed in range(20):
        outcome(malformed(seed)[1])
    gc.collect()
    held = psutil.Process().memory_info().rss
    ended = {outcome(malformed(seed)[1]) for seed in range(20, 50)}
    gc.collect()
    assert psutil.Process().memory_info().rss < held + 100_000_000
    assert {"Document", "MalformedDocument"} < ended


def test_a_seed_makes_the_same_file() -> None:
    """So that one that failed can be looked at again."""
    assert malformed(7) == malformed(7) != malformed(8)


LIMITED = [
    ("a.txt", b"12345", Limits(file_bytes=4), "larger than 4 bytes"),
    ("a.txt", b"12345", Limits(page_characters=4), "more than 4 characters"),
    ("a.html", b"<p>12345", Limits(page_characters=4), "more than 4 characters"),
    ("a.pdf", pdf("One", "Two"), Limits(pages=1), "more than 1 pages"),
    ("a.pdf", pdf("One two"), Limits(page_characters=4), "more than 4 characters"),
    ("a.pdf", pdf("One two"), Limits(unpacked_bytes=20), "unpacks to more than 20 bytes"),
    ("a.pdf", pdf("One two"), Limits(seconds=1e-9), "more than 1e-09 seconds"),
]


@pytest.mark.parametrize(("name", "data", "limits", "said"), LIMITED)
def test_each_limit_is_held_and_can_be_raised(
    tmp_path: Path, name: str, data: bytes, limits: Limits, said: str
) -> None:
    """More than a limit is TooLarge, which names the limit, for bytes and files alike."""
    (tmp_path / name).write_bytes(data)
    field = next(f for f in Limits.__slots__ if getattr(limits, f) != getattr(Limits(), f))
    for source in (tmp_path / name, data):
        with pytest.raises(TooLarge, match=said) as caught:
            read(source, name=name, limits=limits)
        assert f"raise the limit {field}" in str(caught.value)
        assert read(source, name=name).text


def test_a_page_that_is_too_long_is_left_out_and_reported() -> None:
    """The other pages are read."""
    document = read(pdf("One", "x" * 100), name="a.pdf", limits=Limits(page_characters=50))
    assert document.text == "One"
    assert [(f.page, "characters" in f.reason) for f in document.failures] == [(2, True)]


@pytest.mark.parametrize("wrong", [{"pages": 0}, {"seconds": -1.0}, {"seconds": float("nan")}])
def test_a_limit_is_more_than_nothing(wrong: dict[str, float]) -> None:
    """0 does not stand for no limit."""
    with pytest.raises(ValueError, match="more than 0"):
        Limits(**wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="pages is '9'"):
        Limits(pages="9")  # type: ignore[arg-type]


def shared_by_pages(count: int) -> bytes:
    tree = b"<< /Type /Pages /Count 9 /Kids [%s] >>" % (b"3 0 R " * count)
    return file(one_page(tree=tree, content=stream(PACKED, FLATE)))


def drawn_often(count: int) -> bytes:
    resources = RESOURCES[:-2] + b"/XObject << /X1 7 0 R >> >>"
    form = stream(PACKED, b"/Subtype /Form /BBox [0 0 9 9] /Resources 5 0 R " + FLATE)
    drawing = stream(b"/X1 Do " * count)
    return file([*one_page(resources=resources, content=drawing), form])


def streams_of_their_own(count: int) -> bytes:
    contents = b" ".join(b"%d 0 R" % (7 + index) for index in range(count))
    page = one_page()[2].replace(b"4 0 R", b"[%s]" % contents)
    return file([*one_page(page=page), *[stream(PACKED, FLATE)] * count])


def within_each_other(count: int) -> bytes:
    packed = PACKED
    for _ in range(count - 1):
        packed = zlib.compress(packed + b"\n" * 40_000, 9)
    return file(one_page(content=stream(packed, b"/Filter [%s]" % (b"/FlateDecode " * count))))


@pytest.mark.parametrize(
    "bomb", [shared_by_pages, drawn_often, streams_of_their_own, within_each_other]
)
def test_a_bomb_is_bounded_for_the_document_not_for_each_stream(
    bomb: Callable[[int], bytes],
) -> None:
    """40,000 bytes are within the limit once, and not ten times, however they are repeated."""
    limits = Limits(unpacked_bytes=300_000)
    assert "Total" in read(bomb(1), name="a.pdf", limits=limits).text
    with pytest.raises(TooLarge, match="unpacks to more than 300,000 bytes"):
        read(bomb(10), name="a.pdf", limits=limits)
    assert "Total" in read(bomb(10), name="a.pdf").text


def test_a_budget_stays_used_up() -> None:
    """What asks again is refused again."""
    budget = Budget(Limits(unpacked_bytes=10))
    budget.take(10)
    for amount in (1, 0):
        with pytest.raises(Spent):
            budget.take(amount)
    assert budget.exceeded
