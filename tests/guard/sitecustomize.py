"""Refuse every connection that leaves this machine, in any Python process that imports this.

Python imports a module of this name by itself where its folder is on PYTHONPATH, so that
the guard holds for the processes that a test starts, too. An audit hook sees what the
socket module is asked for, by whatever library, and cannot be taken out again.
"""

from __future__ import annotations

import sys
from ipaddress import ip_address
from typing import Any

_CONNECTING = ("socket.connect", "socket.sendto", "socket.sendmsg")
_RESOLVING = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")


class NetworkDenied(AssertionError):
    """No OSError, so that no code takes it for a network that happens to be down."""


def _local(host: object) -> bool:
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return name in ("", "localhost") or ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if event in _CONNECTING:
        # An internet address is a tuple; a path is a socket of this machine.
        host = args[1][0] if isinstance(args[1], tuple) else None
    elif event in _RESOLVING:
        host = args[0]
    else:
        return
    if not _local(host):
        raise NetworkDenied(f"{event} of {host!r}: nothing here may use the network")


sys.addaudithook(_refuse)
