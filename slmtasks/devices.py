"""What a device name means to the runtime, and what this machine has.

Only "cpu" has been run where this was written; the other rows follow the runtime's
documentation.
"""

from __future__ import annotations

import os

import psutil

PROVIDERS: dict[str, str | None] = {
    "cpu": None,
    "cuda": "cuda",
    "directml": "dml",
    "webgpu": "webgpu",
    "openvino": "OpenVINO",
    "qnn": "qnn",
}
"""Device name -> the runtime's provider name; None is the CPU, which needs none."""


def check(device: str) -> None:
    """Raise ValueError on a device name that is not known."""
    if device not in ("auto", *PROVIDERS):
        known = ", ".join(("auto", *PROVIDERS))
        raise ValueError(f"device {device!r} is not known; use one of {known}")


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_memory() -> int:
    """Bytes of memory that can be had without swapping."""
    return int(psutil.virtual_memory().available)
