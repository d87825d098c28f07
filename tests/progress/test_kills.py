"""Nothing that was acknowledged is lost by kill -9; ``benchmarks/store_soak.py`` does it 200 times."""

from __future__ import annotations

import pytest

from benchmarks.store_soak import soak


@pytest.mark.alone
def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged_and_the_next_start_repairs_nothing(home):
    done = soak(home, kills=12, seed="20250310")
    assert done.kills >= 12
    assert done.pairs > 1
    assert done.records > 50
