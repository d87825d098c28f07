"""Packages that only some exercises need."""

from __future__ import annotations

import pytest

from tutor.compute.packages import require_packages
from tutor.errors import EnvironmentProblem


def test_what_is_installed_is_not_spoken_of() -> None:
    require_packages(["json", "torch"], "an-exercise")


def test_what_is_missing_comes_with_the_command_that_installs_it() -> None:
    with pytest.raises(EnvironmentProblem) as problem:
        require_packages(["json", "no_such_package_here"], "an-exercise")
    assert "'an-exercise' needs the package 'no_such_package_here'" in problem.value.message
    assert problem.value.next_step.endswith("-m pip install no_such_package_here")
    assert problem.value.exit_code == 3
