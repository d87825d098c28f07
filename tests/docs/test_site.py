"""The site: each page has one place, and nothing comes from another host. CI builds it strictly."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from docs.site import build
from tests.docs.pages import ROOT


@pytest.fixture
def without_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of JSON documents runs the program a dozen times: here it is left to CI."""
    monkeypatch.setattr(build, "documents_page", lambda: "# JSON documents\n")


@pytest.mark.usefixtures("without_documents")
def test_every_page_has_a_place_in_the_navigation_and_is_built_strictly(tmp_path: Path) -> None:
    pytest.importorskip("zensical")
    assert build.make(build.stage(tmp_path)) == 0
    page = (tmp_path / "site/reference/teach.html").read_text(encoding="utf-8")
    assert "tutor grade" in page
    loaded = [
        part.split('"')[0]
        for part in page.split('src="')[1:] + page.split('<link rel="stylesheet" href="')[1:]
    ]
    assert loaded
    assert not [address for address in loaded if "//" in address]


@pytest.mark.usefixtures("without_documents")
def test_a_page_without_a_place_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = yaml.safe_load(build.CONFIGURATION.read_text(encoding="utf-8"))
    configuration["nav"] = [entry for entry in configuration["nav"] if "Authoring" not in entry]
    changed = tmp_path / "mkdocs.yml"
    changed.write_text(yaml.safe_dump(configuration), encoding="utf-8")
    monkeypatch.setattr(build, "CONFIGURATION", changed)
    with pytest.raises(ValueError, match=r"authoring\.md"):
        build.stage(tmp_path / "stage")


def test_the_theme_asks_no_other_host_for_a_font() -> None:
    assert yaml.safe_load((ROOT / "docs/site/mkdocs.yml").read_text())["theme"]["font"] is False
