"""A pytest plugin: the whole suite, and every Python that it starts, without a network."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

GUARD = Path(__file__).parent / "guard"


def _guard() -> None:
    inherited = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(GUARD), *([inherited] if inherited else [])])
    loaded = sys.modules.get("sitecustomize")
    if loaded is None or Path(loaded.__file__ or "").parent != GUARD:
        # A machine may have a sitecustomize of its own, imported long ago.
        sys.modules.pop("sitecustomize", None)
        sys.path.insert(0, str(GUARD))
        import_module("sitecustomize")
        sys.path.remove(str(GUARD))


_guard()
