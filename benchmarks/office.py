"""Office files read by the library and by markitdown: what of their text is found, how fast.

    pip install "slmtasks[office]" "markitdown[docx,pptx,xlsx]" && python benchmarks/office.py

The files are those of the tests, where a word is planted in each place that text may stand.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from time import perf_counter

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / part) for part in ("tests", ".")]

from office_files import (  # noqa: E402
    DOCX_WORDS,
    PPTX_WORDS,
    XLSX_WORDS,
    docx_file,
    pptx_file,
    xlsx_file,
)

from slmtasks.documents import office  # noqa: E402
from slmtasks.documents.limits import Limits  # noqa: E402


def ours(data: bytes, known: str) -> str:
    read = office.pages(data, known, name="file", limits=Limits())
    return "\n".join(page.text for page in read)


def theirs(data: bytes, known: str) -> str:
    from markitdown import MarkItDown, StreamInfo

    info = StreamInfo(extension=f".{known.lower()}")
    return MarkItDown().convert_stream(BytesIO(data), stream_info=info).text_content


def main() -> None:
    files = [
        ("DOCX", docx_file(), DOCX_WORDS),
        ("PPTX", pptx_file(), PPTX_WORDS),
        ("XLSX", xlsx_file(), XLSX_WORDS),
    ]
    for reader in (ours, theirs):
        for known, data, words in files:
            reader(data, known)  # imports
            began = perf_counter()
            text = reader(data, known)
            took = perf_counter() - began
            missed = [word for word in words if word not in text]
            found = len(words) - len(missed)
            print(
                f"{reader.__name__:7}{known} {found} of {len(words)} words, {took:.3f} s", *missed
            )


if __name__ == "__main__":
    main()
