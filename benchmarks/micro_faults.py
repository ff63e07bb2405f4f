"""Pulls of a model with a recipe, killed at any moment, or with a fault at any file.

    python -m benchmarks.micro_faults [--wheel WHEEL] [--kills N]

Without micro's own wheel a tiny base of the same layout is made. The process that pulls is
killed at N moments, evenly from its start to its end; then, in this process, each file that
is opened, made, moved or deleted fails in turn (the tiny base only). Every other pull goes
over an older model of that name. Afterwards a verified model must be there or none, and the
next pull must be whole. Prints the figures.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

PULL = "import sys; from slmtasks.models import store; store.pull(sys.argv[1], source=sys.argv[2])"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--wheel", type=Path, help="micro's base in place of a tiny one")
    parser.add_argument("--kills", type=int, default=40)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["SLMTASKS_MODELS"] = str(Path(place) / "models")
        name, wheel = ("micro", given.wheel) if given.wheel else ("tiny", tiny(Path(place)))
        begun = time.perf_counter()
        kills = killed(name, wheel, given.kills)
        print(f"{name}, killed at {given.kills} moments: {shown(kills)}")
        if not given.wheel:
            print(f"{name}, a fault at each file: {shown(faults(name, wheel))}")
        print(f"all next pulls were whole; {time.perf_counter() - begun:.0f} s")


def tiny(folder: Path) -> Path:
    """A tiny base's wheel, and a catalog that names its recipe."""
    import tiny_recipe

    wheel = tiny_recipe.write(folder)
    catalog = folder / "catalog.toml"
    catalog.write_text('[tiny]\ncontext = 2048\n[tiny.folders.cpu]\nrecipe = "recipe"\n')
    os.environ["SLMTASKS_CATALOG"] = str(catalog)
    return wheel


def killed(name: str, wheel: Path, moments: int) -> Counter[str]:
    """Kill a process that pulls, at moments from its start to its end."""
    command = [sys.executable, "-c", PULL, name, str(wheel)]
    begun = time.perf_counter()
    subprocess.run(command, check=True)
    whole = time.perf_counter() - begun
    counts: Counter[str] = Counter()
    for number in range(moments):
        older(name, keep=number % 2 == 1)
        with subprocess.Popen(command) as running:
            time.sleep(whole * number / moments)
            running.kill()
        counts[found(name)] += 1
        again(name, wheel)
    return counts


def faults(name: str, wheel: Path) -> Counter[str]:
    """Have the disk full from each operation on."""
    from test_micro import failing

    from slmtasks.errors import ModelError
    from slmtasks.models import store

    store.remove(name)
    with failing(None) as count:
        store.pull(name, source=str(wheel))
    counts: Counter[str] = Counter()
    for at in range(count[0] + 1):
        older(name, keep=at % 2 == 1)
        try:
            with failing(at):
                store.pull(name, source=str(wheel))
        except ModelError:
            counts["failed with one sentence"] += 1
        counts[found(name)] += 1
        again(name, wheel)
    return counts


def older(name: str, *, keep: bool) -> None:
    """Leave a whole model of another revision, or none."""
    from slmtasks.models import manifest, store

    (model,) = [each for each in store.installed() if each.name == name]
    if keep:
        manifest.write(model.folder, model.manifest.model_copy(update={"revision": "older"}))
    else:
        store.remove(name)


def found(name: str) -> str:
    """What is there: verified, or an end of the benchmark."""
    from slmtasks.errors import ModelNotFound
    from slmtasks.models import manifest, store

    try:
        folder = store.find(name)
    except ModelNotFound:
        return "none there"
    old = manifest.verify(folder).revision == "older"
    return "the older one verified" if old else "the new one verified"


def again(name: str, wheel: Path) -> None:
    from slmtasks.models import manifest, store

    manifest.verify(store.pull(name, source=str(wheel)).folder)


def shown(counts: Counter[str]) -> str:
    return ", ".join(f"{what} {count}" for what, count in sorted(counts.items()))


if __name__ == "__main__":
    main()
