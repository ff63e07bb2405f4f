"""The text of an email (EML): its main headers, its body, and the names of its attachments.

Of alternative bodies, plain text comes first, then HTML. Attached files are named but not
read; attached emails are read. Knows nothing about files.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

from slmtasks.documents import encodings, html
from slmtasks.documents.page_text import described
from slmtasks.errors import DocumentError, MalformedDocument

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_LONGEST = 2_000
"""Characters of a header that are read: the standard library is slow on long headers."""


def text_of(data: bytes, *, name: str) -> str:
    """The text of an email; raises MalformedDocument where it is broken or not an email."""
    try:
        mail = message_from_bytes(data)
        if not mail.keys():
            raise MalformedDocument("it is not an email: it has no headers", name=name)
        return "\n".join(_lines(mail, name)).strip("\n")
    except (DocumentError, MemoryError):
        raise
    except RecursionError as error:
        raise MalformedDocument("its parts are nested too deeply", name=name) from error
    except Exception as error:
        # The standard library raises almost anything on a malformed header.
        raise MalformedDocument(f"the email is broken ({described(error)})", name=name) from error


def _lines(mail: Message, name: str) -> Iterator[str]:
    for header in _SHOWN:
        if (value := mail.get(header)) is not None:
            yield f"{header}: {_decoded(str(value)[:_LONGEST])}"
    yield ""
    yield from _body(mail, name)


def _decoded(value: str) -> str:
    with suppress(HeaderParseError, LookupError, ValueError):  # otherwise unchanged
        value = str(make_header(decode_header(value)))
    return " ".join(value.split())


def _body(part: Message, name: str) -> Iterator[str]:
    kind = part.get_content_type()
    below = part.get_payload()
    if isinstance(below, list):
        parts = [child for child in below if isinstance(child, Message)]
        if kind == "message/rfc822":
            for child in parts:
                yield from ("", *_lines(child, name))
            return
        if kind == "multipart/alternative":
            parts = sorted(parts, key=_plainness)[:1]
        for child in parts:
            yield from _body(child, name)
    elif part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
        yield f"Attachment: {_decoded(str(part.get_filename() or kind)[:_LONGEST])}"
    else:
        yield _written(part, kind, name)


def _plainness(part: Message) -> int:
    """The order of preference: plain text, what may hold it, HTML, anything else."""
    kind = part.get_content_type()
    order = ("text/plain", "multipart/", "text/html")
    return next((n for n, start in enumerate(order) if kind.startswith(start)), len(order))


def _written(part: Message, kind: str, name: str) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes) or not content:
        return ""
    declared = part.get_content_charset()
    text = encodings.decode(content, name=name, declared=declared or html.charset(content))
    return html.text_of(text) if kind == "text/html" else text.replace("\r\n", "\n")
