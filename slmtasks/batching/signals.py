"""Ctrl-C and SIGTERM as a KeyboardInterrupt, where one does no harm.

Knows nothing about what is stopped.
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
"""The exit code of a process that was told to stop twice."""

ECHO = 0.2
"""Seconds after the first signal in which another is the same one: `timeout` sends two."""

_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)
]


class StopSignals:
    """While its context lasts, a first signal asks for a stop and a second ends the process.

    The first sets `asked`, and raises KeyboardInterrupt only inside `breakable`, so that
    what stands outside is never left half done. In a thread that gets no signals it does
    nothing.
    """

    def __init__(self) -> None:
        self.asked = False
        self._since = -math.inf
        self._breakable = False
        self._former: dict[int, Any] = {}

    @property
    def breakable(self) -> _Breakable:
        """A context that a stop breaks into."""
        return _Breakable(self)

    def __enter__(self) -> StopSignals:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                # nohup and shells that start a process behind have it ignored: keep to that.
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
