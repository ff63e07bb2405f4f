"""The machine that trains: how many threads, which numbers, what becomes of freed memory."""

from __future__ import annotations

import ctypes
import sys
import time

import torch


class Threads:
    """One thread or several, whichever is faster now: other programs come and go."""

    def __init__(self, most: int) -> None:
        self.choices = sorted({1, most})
        self.speeds: dict[int, float] = {}
        self.probing, self.left = True, 0

    def next(self) -> None:
        """Set the number of threads for the next step."""
        if self.left > 0:
            return
        untried = [n for n in self.choices if n not in self.speeds]
        if untried:
            torch.set_num_threads(untried[0])
            self.probing, self.left = True, 4
        else:
            torch.set_num_threads(max(self.speeds, key=lambda n: self.speeds[n]))
            self.speeds, self.probing, self.left = {}, False, 80

    def seen(self, tokens: int, seconds: float) -> None:
        """Note how fast a step was."""
        self.left -= 1
        n = torch.get_num_threads()
        if self.probing and self.left < 3:
            self.speeds[n] = max(self.speeds.get(n, 0.0), tokens / seconds)


def matrix_type(device: str) -> torch.dtype:
    """The type that multiplies matrices faster: bfloat16 is emulated where a CPU lacks it."""
    if device != "cpu":
        return torch.bfloat16
    seconds = {}
    for kind in (torch.float32, torch.bfloat16):
        a = torch.ones(768, 768, dtype=kind)
        times = []
        for _ in range(5):
            began = time.perf_counter()
            a @ a
            times.append(time.perf_counter() - began)
        seconds[kind] = min(times)
    return min(seconds, key=lambda kind: seconds[kind])


def keep_memory() -> None:
    """Tell glibc to keep freed memory: giving it back costs a third of the time."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        for option, value in ((-3, 1 << 30), (-1, 2**31 - 1), (-2, 1 << 28)):
            libc.mallopt(option, value)
