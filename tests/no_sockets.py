"""The command line in a process that the kernel kills where it asks for an internet socket.

The guard of the other tests sees Python alone; this one sees native code as well. Linux
on x86-64 or arm64: `python tests/no_sockets.py extract FILE --fields ...`.
"""

from __future__ import annotations

import ctypes
import platform
import socket
import struct

SOCKET = {"x86_64": 41, "aarch64": 198}
"""The number of the system call `socket`, by machine."""

_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2
_KILL, _ALLOW = 0x80000000, 0x7FFF0000
_LOAD, _EQUALS, _RETURN = 0x20, 0x15, 0x06
_NUMBER, _FIRST_ARGUMENT = 0, 16


def forbid() -> None:
    """Have this process and its children killed (SIGSYS) at an AF_INET or AF_INET6 socket."""
    steps = [
        (_LOAD, 0, 0, _NUMBER),
        (_EQUALS, 0, 4, SOCKET[platform.machine()]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUALS, 1, 0, int(socket.AF_INET)),
        (_EQUALS, 0, 1, int(socket.AF_INET6)),
        (_RETURN, 0, 0, _KILL),
        (_RETURN, 0, 0, _ALLOW),
    ]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    header = struct.pack("HL", len(steps), ctypes.addressof(program))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(_SET_SECCOMP, _FILTER, header, 0, 0):
        raise OSError(ctypes.get_errno(), "this kernel takes no filter of system calls")


if __name__ == "__main__":
    forbid()
    from slmtasks.cli import main

    main()
