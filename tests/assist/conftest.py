from __future__ import annotations

import pytest

from tests.progress.world import COURSE, TurnableClock
from tutor.course import load_content
from tutor.paths import ContentRoot, content_root
from tutor.progress import Store


@pytest.fixture(scope="session")
def content(tmp_path_factory):
    return load_content(ContentRoot(COURSE), index=tmp_path_factory.mktemp("index"))


@pytest.fixture(scope="session")
def real_content(tmp_path_factory):
    return load_content(content_root(), index=tmp_path_factory.mktemp("index"))


@pytest.fixture
def store(home):
    with Store.open(home, "tiny", content_version="3", clock=TurnableClock()) as store:
        yield store
