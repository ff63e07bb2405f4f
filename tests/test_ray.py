"""The same batch on Ray: two workers on a local cluster, where Ray is installed."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")
def test_two_workers_write_the_records_of_one_process(random_folder: Path, tmp_path: Path) -> None:
    """Resumed there and here; a worker that dies is replaced and its documents are done."""
    script = Path(__file__).parent / "on_ray.py"
    done = subprocess.run(  # noqa: S603
        [sys.executable, str(script), str(random_folder), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # What Ray says of the worker that died stands beside it.
    assert "alike, replaced" in done.stdout.splitlines()


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed")
def test_without_ray_one_sentence_says_what_to_install() -> None:
    """The rest of the library needs none of it."""
    import slmtasks as slm

    with pytest.raises(slm.BatchError, match="pip install"):
        __import__("slmtasks.ray")


def staged(folder: Path, ray: str, code: str) -> str:
    """What code prints where that module stands for Ray."""
    (folder / "ray").mkdir()
    (folder / "ray" / "__init__.py").write_text(ray)
    (folder / "ray" / "data.py").touch()
    code = f"import sys\nsys.path.insert(0, {str(folder)!r})\nimport slmtasks.ray\n{code}"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_usage_statistics_are_off_before_ray_is_imported(tmp_path: Path) -> None:
    """A local cluster would send them; a module that notes the setting stands for Ray."""
    ray = "import os\nprint(os.environ['RAY_USAGE_STATS_ENABLED'])\n"
    assert staged(tmp_path, ray, "") == "0\n"


def test_a_ray_that_does_not_start_is_one_sentence(tmp_path: Path) -> None:
    """On a busy machine it raises a bare Exception after 30 s; nothing is written then."""
    ray = (
        "def is_initialized():\n    return False\n\n"
        "def init():\n    raise Exception('The current node timed out.\\nMore.')\n"
    )
    code = (
        "import slmtasks as slm\n"
        f"out = {str(tmp_path / 'run.jsonl')!r}\n"
        "try:\n    slm.ray.batch([('a', 'b')], slm.summarize, out=out)\n"
        "except slm.BatchError as error:\n    print(error)\n"
    )
    said = staged(tmp_path, ray, code)
    assert said.startswith("Ray does not start: The current node timed out; ")
    assert said.count("\n") == 1
    assert not (tmp_path / "run.jsonl").exists()
