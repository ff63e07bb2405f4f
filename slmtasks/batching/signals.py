"""Turn Ctrl-C and SIGTERM into a KeyboardInterrupt, only where it does no harm.

Knows nothing about the work that is stopped.
"""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from types import FrameType
from typing import Any

STOPPED = 130
"""The exit code of a process after a second stop signal."""

ECHO = 0.2
"""Seconds after a first signal in which a second counts as the same: `timeout` sends two."""

_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)
]


class StopSignals:
    """Within this context, a first signal requests a stop and a second ends the process.

    The first sets `asked`, and raises KeyboardInterrupt only inside `breakable`, so that
    code outside it is never left half done. In a thread that receives no signals, it does
    nothing.
    """

    def __init__(self) -> None:
        self.asked = False
        self._since = -math.inf
        self._breakable = False
        self._former: dict[int, Any] = {}

    @property
    def breakable(self) -> _Breakable:
        """Return a context that a stop interrupts."""
        return _Breakable(self)

    def __enter__(self) -> StopSignals:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                # nohup, and shells that start a background process, ignore it: leave it so.
                if signal.getsignal(number) != signal.SIG_IGN:
                    self._former[number] = signal.signal(number, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        for number, former in self._former.items():
            signal.signal(number, former)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            if time.monotonic() - self._since > ECHO:
                os._exit(STOPPED)
            return
        self._since = time.monotonic()
        self.asked = True
        if self._breakable:
            raise KeyboardInterrupt


class _Breakable:
    def __init__(self, stops: StopSignals) -> None:
        self._stops = stops

    def __enter__(self) -> None:
        self._stops._breakable = True
        if self._stops.asked:
            self._stops._breakable = False
            raise KeyboardInterrupt

    def __exit__(self, *_: object) -> None:
        self._stops._breakable = False
