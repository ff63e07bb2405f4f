"""A server on this machine that speaks the hub's protocol, and can misbehave."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = 5000
"""Files of at least so many bytes are kept as large ones, with a SHA-256."""


@dataclass
class Faults:
    """What goes wrong. Requests are counted from 1, HEAD and GET alike.

    `drop`: request -> bytes of the body after which the connection breaks. `status`:
    request -> an answer's status and headers. `flip`: files of which one byte comes wrong,
    the length being right. `named`: file -> the name that the listing gives it instead.
    """

    drop: dict[int, int] = field(default_factory=dict)
    status: dict[int, tuple[int, dict[str, str]]] = field(default_factory=dict)
    flip: set[str] = field(default_factory=set)
    named: dict[str, str] = field(default_factory=dict)
    ranges: bool = True


@dataclass
class Hub:
    """One repository, served from a folder."""

    repository: str
    folder: Path
    faults: Faults = field(default_factory=Faults)
    commit: str = COMMIT
    requests: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    sent: int = 0
    url: str = ""

    @property
    def files(self) -> dict[str, Path]:
        return {
            path.relative_to(self.folder).as_posix(): path
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }

    def described(self) -> dict[str, Any]:
        """What the API says of the repository."""
        return {
            "id": self.repository,
            "sha": self.commit,
            "siblings": [self._sibling(name, path) for name, path in self.files.items()],
        }

    def _sibling(self, name: str, path: Path) -> dict[str, Any]:
        shown = {
            "rfilename": self.faults.named.get(name, name),
            "size": path.stat().st_size,
            "blobId": _git(path),
        }
        if path.stat().st_size >= LARGE:
            shown["lfs"] = {
                "size": path.stat().st_size,
                "sha256": _sha256(path),
                "pointerSize": 134,
            }
        return shown

    def etag(self, path: Path) -> str:
        return _sha256(path) if path.stat().st_size >= LARGE else _git(path)


_DIGESTS: dict[tuple[str, int, int], str] = {}


def _sha256(path: Path) -> str:
    status = path.stat()
    key = (str(path), status.st_size, status.st_mtime_ns)
    if key not in _DIGESTS:
        with path.open("rb") as file:
            _DIGESTS[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return _DIGESTS[key]


def _git(path: Path) -> str:
    if path.stat().st_size >= LARGE:
        return "0" * 40
    data = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()  # noqa: S324


@contextmanager
def serve(hub: Hub) -> Iterator[Hub]:
    """Serve a repository on a free port of the loopback address."""

    class Handler(_Handler):
        served = hub

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        hub.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield hub
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    served: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        hub = self.served
        hub.requests.append(f"{self.command} {self.path}")
        hub.tokens.append(self.headers.get("Authorization", ""))
        number = len(hub.requests)
        if number in hub.faults.status:
            status, headers = hub.faults.status[number]
            self._send(status, headers, iter(()), 0, body=body)
            return
        path = unquote(self.path.partition("?")[0])
        if re.fullmatch(rf"/api/models/{hub.repository}(/revision/[^/]+)?", path):
            content = json.dumps(hub.described()).encode()
            kind = {"Content-Type": "application/json"}
            self._send(200, kind, iter([content]), len(content), body=body)
            return
        prefix = f"/{hub.repository}/resolve/{hub.commit}/"
        file = hub.files.get(path.removeprefix(prefix)) if path.startswith(prefix) else None
        if file is None:
            missing = "EntryNotFound" if hub.repository in path else "RepoNotFound"
            self._send(404, {"X-Error-Code": missing}, iter(()), 0, body=body)
            return
        self._file(path.removeprefix(prefix), file, body=body)

    def _file(self, name: str, file: Path, *, body: bool) -> None:
        hub = self.served
        size = file.stat().st_size
        headers = {
            "X-Repo-Commit": hub.commit,
            "ETag": f'"{hub.etag(file)}"',
            "X-Linked-Etag": f'"{hub.etag(file)}"',
            "X-Linked-Size": str(size),
            "Accept-Ranges": "bytes",
        }
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        status, begin = 200, 0
        if asked and hub.faults.ranges:
            begin = int(asked[1])
            status = 206 if begin < size else 416
            headers["Content-Range"] = f"bytes {begin}-{size - 1}/{size}"
        with file.open("rb") as content:
            content.seek(begin)
            flipped = size // 2 if name in hub.faults.flip else None
            pieces = _pieces(content, flipped) if status != 416 else iter(())
            self._send(status, headers, pieces, max(0, size - begin), body=body)

    def _send(
        self,
        status: int,
        headers: dict[str, str],
        pieces: Iterator[bytes],
        length: int,
        *,
        body: bool,
    ) -> None:
        hub = self.served
        left = hub.faults.drop.get(len(hub.requests), length)
        self.close_connection = left < length
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        for piece in pieces if body else ():
            self.wfile.write(piece[:left])
            hub.sent += len(piece[:left])
            left -= len(piece[:left])
            if not left:
                break


def _pieces(content: BinaryIO, flipped: int | None) -> Iterator[bytes]:
    """What follows in a file, one bit of the byte at `flipped` wrong."""
    while piece := content.read(1 << 20):
        begin = content.tell() - len(piece)
        if flipped is not None and begin <= flipped < content.tell():
            at = flipped - begin
            piece = piece[:at] + bytes([piece[at] ^ 1]) + piece[at + 1 :]
        yield piece
