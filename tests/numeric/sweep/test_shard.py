"""A shard's file: found by its settings whatever the code, refused where its arrays are not theirs."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from counted_sweep import SWEEP

from numeric.running.arrays import checksum
from numeric.sweep.shard import load, path_of

# Names of before; that of a shard must not change with the code, or finished sweeps are computed again.
NAMES = ["21e68f05d19b68ef8e6d2d616aeb7806", "056dcc5ab96cdab2d0940836f1d4a780", "5247611a4ccd10c88e73f375aaa85230"]


def test_names_are_those_of_before() -> None:
    assert [shard.name for shard in SWEEP.shards[:3]] == NAMES


def test_a_shard_of_before_is_found(tmp_path: Path) -> None:
    """As the first version wrote it."""
    arrays = {"W": np.ones((2, 2, 3)), "b": np.zeros((2, 3)), "loss": np.ones(2), "diverged_at": np.full(2, -1)}
    write(tmp_path, [NAMES[0], True, checksum(None, arrays)], arrays)
    found = load(SWEEP.shards[0], tmp_path)
    assert found is not None
    assert found.exact
    assert np.array_equal(found.arrays["W"], arrays["W"])
    whole = hashlib.sha256()
    for name in sorted(arrays):
        whole.update(f"{name} {arrays[name].dtype.str} {arrays[name].shape} ".encode() + arrays[name].tobytes())
    assert checksum(None, arrays) == whole.hexdigest()


def write(folder: Path, header: Any, arrays: dict[str, Any]) -> Path:
    """The first shard's file, whatever is in it."""
    path = path_of(SWEEP.shards[0], folder)
    path.parent.mkdir(exist_ok=True)
    np.savez(path, header=np.array(json.dumps(header)), **arrays)
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W": np.ones((2, 3))}, r"W must be float64 of shape \(2, 2, 3\), got float64 of shape \(2, 3\)"),
        ({"W": np.full((2, 2, 3), np.nan)}, "W is not finite for a model that did not diverge"),
        ({"b": np.full((2, 3), np.inf)}, "b is not finite for a model that did not diverge"),
        ({"W": np.ones((2, 2, 3), complex)}, "W must be float64 of shape .*, got complex128"),
        ({"W": np.ones((2, 2, 3), np.float32)}, "W must be float64 of shape .*, got float32"),
        ({"W": np.full((2, 2, 3), "a")}, "W must be float64 of shape .*, got <U1"),
        ({"b": None}, "it holds W, diverged_at, loss, wanted W, b, diverged_at, loss"),
        ({"V": np.ones((2, 3, 2))}, "it holds V, W, b, diverged_at, loss, wanted"),
        ({"loss": np.ones(3)}, r"loss must be float64 of shape \(2,\), got float64 of shape \(3,\)"),
        ({"diverged_at": np.full(2, 21)}, r"diverged_at must lie in \[-1, 20\], got 21 to 21"),
        ({"diverged_at": np.full(1, -1)}, r"diverged_at must be int64 of shape \(2,\)"),
        ({"exact": 1}, "its header is another"),
    ],
)
def test_a_crafted_shard_is_refused(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    """With the right name and checksum, but arrays that no model of these settings has."""
    given: dict[str, Any] = {"W": np.ones((2, 2, 3)), "b": np.zeros((2, 3)), "loss": np.ones(2)}
    given |= {"diverged_at": np.full(2, -1), "exact": True, **change}
    exact = given.pop("exact")
    arrays = {name: array for name, array in given.items() if array is not None}
    path = write(tmp_path, [NAMES[0], exact, checksum(None, arrays)], arrays)
    with pytest.raises(ValueError, match=f"^shard {str(path)!r} is damaged or no shard .{message}"):
        load(SWEEP.shards[0], tmp_path)


@pytest.mark.parametrize("header", [None, [], {"a": 1}, ["a", True], [1, True, "x"], "text"])
def test_a_header_of_another_kind_is_damage(header: Any, tmp_path: Path) -> None:
    write(tmp_path, header, {"W": np.ones((2, 2, 3))})
    with pytest.raises(ValueError, match="is damaged or no shard"):
        load(SWEEP.shards[0], tmp_path)
