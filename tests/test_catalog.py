"""The catalog: what ships can be used, and what users add is checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from slmtasks.errors import CatalogError, ModelNotFound
from slmtasks.models import catalog, devices
from slmtasks.models.manifest import is_inside


def test_the_shipped_catalog_holds_the_phi_models() -> None:
    """Each entry names a repository and a folder in it, for devices that there are."""
    known = catalog.entries()
    assert {"phi-3-mini", "phi-3-mini-128k", "phi-3.5-mini", "phi-4-mini"} <= known.keys()
    assert {"phi-3-small", "phi-3-medium"} <= known.keys()
    used = {kind for device in devices.TABLE.values() for kind in device.folders}
    for name, entry in known.items():
        assert entry.folders.keys() <= used
        for place in entry.folders.values():
            if isinstance(place, catalog.Recipe):
                assert Path(place.recipe) == catalog.SHIPPED.with_name(name)
                continue
            assert place.repository.startswith("microsoft/Phi-")
            assert is_inside(place.path)
        assert entry.licence == ("Apache-2.0" if name == "micro" else "MIT")
        assert "English" in entry.languages


def test_users_add_and_replace_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their file has the same form, and wins."""
    file = tmp_path / "mine.toml"
    file.write_text(
        '[mine]\ncontext = 2048\n[mine.folders.cpu]\nrepository = "me/mine"\n'
        '[phi-3-mini]\ncontext = 4096\n[phi-3-mini.folders.cpu]\nrepository = "me/phi"\n'
    )
    monkeypatch.setenv("SLMTASKS_CATALOG", str(file))
    assert catalog.entry("mine").context == 2048
    place = catalog.entry("phi-3-mini").folders["cpu"]
    assert isinstance(place, catalog.Place)
    assert place.repository == "me/phi"
    assert catalog.entry("phi-4-mini").context == 131072
    with pytest.raises(ModelNotFound, match=r"there are micro, phi-3-mini, .*mine"):
        catalog.entry("other")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a\n", "cannot be read"),
        ("[a]\ncontext = 4096\n", "a.folders"),
        ("[a]\ncontext = -1\n[a.folders.cpu]\nrepository = 'b/c'\n", "a.context"),
        ("[a]\ncontext = 1\n[a.folders.cpu]\nrepository = 'https://b/c'\n", "repository"),
        ("[a]\ncontext = 1\n[a.folders.'../b']\nrepository = 'b/c'\n", "folders"),
        ("['../a']\ncontext = 1\n[a.folders.cpu]\nrepository = 'b/c'\n", "fix that entry"),
    ],
)
def test_a_bad_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    """Which file, which entry, what is wrong with it."""
    file = tmp_path / "bad.toml"
    file.write_text(text)
    monkeypatch.setenv("SLMTASKS_CATALOG", str(file))
    with pytest.raises(CatalogError, match=rf"bad\.toml.*{said}"):
        catalog.entries()
    monkeypatch.setenv("SLMTASKS_CATALOG", str(tmp_path / "none.toml"))
    with pytest.raises(CatalogError, match="cannot be read"):
        catalog.entries()
