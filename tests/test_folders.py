"""Model folders as other programs make them load by their paths."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import slmtasks as slm
from slmtasks.errors import ModelCorrupt, ModelNotFound
from slmtasks.models import discovery


@pytest.fixture
def foundry(random_folder: Path, tmp_path: Path) -> Path:
    """Foundry Local's cache: publisher, model with version, version; a template beside it."""
    cache = tmp_path / "cache" / "models"
    model = cache / "Microsoft" / "Phi-3.5-mini-instruct-generic-cpu-2" / "v2"
    shutil.copytree(random_folder, model)
    described = {"Name": "Phi-3.5-mini-instruct-generic-cpu:2", "PromptTemplate": None}
    (model / "inference_model.json").write_text(json.dumps(described))
    (cache / "foundry.modelinfo.json").write_text("{}")
    return cache


@pytest.fixture
def olive(random_folder: Path, tmp_path: Path) -> Path:
    """Olive's output: the model in a folder of its own, beside what describes it."""
    out = tmp_path / "output"
    shutil.copytree(random_folder, out / "model")
    (out / "model_config.json").write_text(json.dumps({"type": "ONNXModel"}))
    (out / "model" / "config.json").write_text("{}")
    return out


def test_a_folder_of_olive_loads_by_its_path(olive: Path) -> None:
    """By the one that Olive was given, and by the model's own."""
    with slm.load(olive) as model:
        assert (model.name, model.folder) == ("output", olive / "model")
        assert slm.summarize("One sentence.", style="quotes", model=model).points
    with slm.load(olive / "model") as model:
        assert model.folder == olive / "model"


def test_a_folder_of_foundry_local_loads_by_its_path(foundry: Path) -> None:
    """By the version's folder, the model's, and the whole cache where it holds one model."""
    model = foundry / "Microsoft" / "Phi-3.5-mini-instruct-generic-cpu-2"
    for path in (model / "v2", model, foundry):
        assert discovery.find(path) == model / "v2"
    with slm.load(str(model)) as loaded:
        assert loaded.name == "Phi-3.5-mini-instruct-generic-cpu-2"
        assert slm.summarize("One sentence.", style="quotes", model=loaded).points


def test_several_models_below_a_folder_are_named(foundry: Path) -> None:
    """None is picked by chance: the error says which there are."""
    model = foundry / "Microsoft" / "Phi-3.5-mini-instruct-generic-cpu-2"
    shutil.copytree(model / "v2", model / "v3")
    with pytest.raises(ModelNotFound, match="holds 2 models; give the path of one: v2, v3"):
        slm.load(model)


def test_an_unfinished_download_is_refused(foundry: Path) -> None:
    """Foundry Local keeps a file in a folder until all others are there."""
    model = discovery.find(foundry)
    (model / "download.tmp").touch()
    for path in (model, foundry):
        with pytest.raises(ModelCorrupt, match="not downloaded to its end"):
            slm.load(path)


def test_a_package_of_variants_says_what_to_give(olive: Path) -> None:
    """Its configuration names no file of the model: the runtime needs another build for it."""
    (olive / "manifest.json").write_text("{}")
    (olive / "model").rename(olive / "configs")
    with pytest.raises(ModelNotFound, match="folder that Olive made it of"):
        slm.load(olive)


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    """However deep its folders go."""
    (tmp_path / "/".join("abcdefghij")).mkdir(parents=True)
    with pytest.raises(ModelNotFound, match=r"holds no genai_config\.json"):
        slm.load(tmp_path)
