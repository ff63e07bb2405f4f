"""Nothing leaves the machine: the guard of the whole suite, and that it bites."""

from __future__ import annotations

import json
import platform
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from no_sockets import SOCKET

TESTS = Path(__file__).parent
EXAMPLES = TESTS.parent / "examples"
# Reserved for documentation: no machine has these addresses.
ELSEWHERE = ["192.0.2.1", "2001:db8::1"]

filtered = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in SOCKET,
    reason="filters of system calls are Linux's",
)


def python(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, *args],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=TESTS,
        timeout=120,
    )


@pytest.mark.parametrize("host", ELSEWHERE)
def test_the_guard_refuses_a_connection(host: str) -> None:
    """A connection that would leave the machine raises before anything is sent."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as door, pytest.raises(AssertionError, match="may use the network"):
        door.connect((host, 443))
    with (
        socket.socket(family, socket.SOCK_DGRAM) as door,
        pytest.raises(AssertionError, match="may use the network"),
    ):
        door.sendto(b"", (host, 53))


def test_the_guard_refuses_to_look_up_a_name() -> None:
    """Nor is a name looked up, which would tell a server outside."""
    with pytest.raises(AssertionError, match="may use the network"):
        socket.getaddrinfo("example.com", 443)


def test_the_guard_holds_in_other_processes() -> None:
    """A Python that a test starts, as the command line or a notebook, is guarded as well."""
    done = python("-c", "import socket; socket.create_connection(('example.com', 443))")
    assert done.returncode == 1
    assert "NetworkDenied" in done.stderr


def test_this_machine_may_talk_to_itself() -> None:
    """A notebook and its kernel talk over the loopback address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


@filtered
def test_no_internet_socket_is_made_not_even_by_native_code() -> None:
    """The kernel would kill the command line at the first such socket; it answers and ends well."""
    done = python(
        "no_sockets.py", "extract", str(EXAMPLES / "invoice.txt"), "--fields", "total: number"
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["evidence"]["total"]


@filtered
def test_the_kernel_kills_where_a_socket_is_made() -> None:
    """The test before this one would fail if a socket were made."""
    done = python("-c", "import no_sockets, socket; no_sockets.forbid(); socket.socket()")
    assert done.returncode == -signal.SIGSYS
