"""A sweep that nothing disturbed."""

from pathlib import Path

import pytest
from counted_sweep import SWEEP, Here

from numeric.sweep import run_sweep


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all shards of SWEEP, computed without interruption in this process."""
    folder = tmp_path_factory.mktemp("finished")
    assert run_sweep(SWEEP, folder, executor=Here()) == (0, 6)
    return folder
