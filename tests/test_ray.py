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
    assert (done.returncode, done.stdout.strip()) == (0, "alike, replaced"), done.stderr


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed")
def test_without_ray_one_sentence_says_what_to_install() -> None:
    """The rest of the library needs none of it."""
    import slmtasks as slm

    with pytest.raises(slm.BatchError, match="pip install"):
        __import__("slmtasks.ray")


def test_usage_statistics_are_off_before_ray_is_imported(tmp_path: Path) -> None:
    """A local cluster would send them; a module that notes the setting stands for Ray."""
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray" / "__init__.py").write_text(
        "import os\nprint(os.environ['RAY_USAGE_STATS_ENABLED'])\n"
    )
    (tmp_path / "ray" / "data.py").touch()
    code = f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\nimport slmtasks.ray\n"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "0\n"
