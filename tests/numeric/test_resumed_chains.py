"""Chains and ladders that were interrupted: the same bits, and no checkpoint of anything else is taken."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numeric.learning_coefficient import STANDARD, Estimate, Target, ladder, mala, sgld
from numeric.learning_coefficient import chains as chain_blocks
from numeric.running.arrays import checksum, read_arrays, write_arrays

TARGETS: dict[str, Target] = {one.name: one.target for one in STANDARD if one.name in ("6-gon", "5-gon")}
SIZES: dict[Callable[..., Estimate], dict[str, Any]] = {
    mala: {"n": 500_000, "chains": 7, "steps": 400, "seed": 3},
    sgld: {"n": 500_000, "chains": 7, "steps": 400, "seed": 3},
    ladder: {"tau": (1.0, 1e4), "particles": 60, "moves": 2, "seed": 3},
}


def run(method: Callable[..., Estimate], name: str = "6-gon", **more: Any) -> Estimate:
    return method(TARGETS[name], **{**SIZES[method], **more})


class Interrupted(Exception):
    pass


def interrupting(after: float) -> Callable[[float], None]:
    def progress(share: float) -> None:
        if share >= after:
            raise Interrupted

    return progress


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of three chains, so that 7 have three, and news after each step of the work."""
    monkeypatch.setattr(chain_blocks, "BLOCK", 3)
    ticks = iter(range(10**6))
    monkeypatch.setattr("numeric.running.progress.time.monotonic", lambda: float(next(ticks)))


@pytest.mark.parametrize("method", SIZES)
@pytest.mark.parametrize("after", [0.1, 0.45, 0.9])
@pytest.mark.slow
def test_interrupted_and_resumed_is_the_same(method: Callable[..., Estimate], after: float, tmp_path: Path) -> None:
    """Twice interrupted, at other places within blocks and between them; and started again when it is finished."""
    file = tmp_path / "chains.npz"
    whole = run(method)
    for place in (after, (1 + after) / 2):
        with pytest.raises(Interrupted):
            run(method, checkpoint=file, save_seconds=0, progress=interrupting(place))
    for _ in range(2):
        found = run(method, checkpoint=file)
        assert repr(found) == repr(whole)
        assert (found.trace == whole.trace).all()


def test_what_is_finished_is_not_done_again(tmp_path: Path) -> None:
    file = tmp_path / "chains.npz"
    run(sgld, checkpoint=file)
    shares: list[float] = []
    run(sgld, checkpoint=file, progress=shares.append)
    assert shares == []


@pytest.mark.parametrize("method", SIZES)
def test_a_checkpoint_of_others_is_refused(method: Callable[..., Estimate], tmp_path: Path) -> None:
    file = tmp_path / "chains.npz"
    run(method, checkpoint=file)
    before = file.read_bytes()
    others: list[dict[str, Any]] = [{"seed": 4}, {"name": "5-gon"}]
    others += [{"moves": 3}, {"particles": 61}] if method is ladder else [{"steps": 401}, {"chains": 8}, {"gamma": 0.2}]
    for other in others:
        with pytest.raises(ValueError, match="belongs to a run with other settings"):
            run(method, checkpoint=file, **other)
    hexagon = TARGETS["6-gon"]
    tilted = replace(hexagon, value_and_gradient=lambda w: tuple(2 * part for part in hexagon.value_and_gradient(w)))
    with pytest.raises(ValueError, match="belongs to a run with other settings"):
        method(tilted, **SIZES[method], checkpoint=file)
    with pytest.raises(ValueError, match="belongs to a run with other settings"):
        run(ladder if method is not ladder else mala, checkpoint=file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("method", [mala, ladder])
def test_a_damaged_checkpoint_is_refused(method: Callable[..., Estimate], tmp_path: Path) -> None:
    """A byte changed anywhere (where it says nothing, as the zip's time, the numbers are the same); no such file at all; files
    with a generator or a shape that is not theirs."""
    file = tmp_path / "chains.npz"
    whole = run(method, checkpoint=file)
    content, refused = bytearray(file.read_bytes()), 0
    places = np.linspace(0, len(content) - 1, 29).astype(int)
    for place in places:
        changed = content.copy()
        changed[place] ^= 255
        file.write_bytes(changed)
        try:
            found = repr(run(method, checkpoint=file))
        except ValueError as error:
            found = str(error)
            refused += 1
        assert found == repr(whole) or found.startswith("checkpoint ")
    assert refused > len(places) / 2
    file.write_bytes(b"nothing")
    with pytest.raises(ValueError, match="damaged or no checkpoint"):
        run(method, checkpoint=file)
    file.unlink()
    with pytest.raises(Interrupted):
        run(method, checkpoint=file, save_seconds=0, progress=interrupting(0.5))
    contents = read_arrays(file, "checkpoint")
    assert contents is not None
    *front, _ = contents.header
    for name, other in (("generator", np.array("{}")), ("gradient", np.zeros(3))):
        arrays = {**contents.arrays, name: other}
        write_arrays(file, "checkpoint", [*front, checksum(front, arrays)], arrays)
        with pytest.raises(ValueError, match=f"is not one of this run: {name}"):
            run(method, checkpoint=file)


@pytest.mark.parametrize("method", [mala, ladder])
def test_bad_arguments(method: Callable[..., Estimate], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="checkpoint must be"):
        run(method, checkpoint=7)
    with pytest.raises(ValueError, match="save_seconds must"):
        run(method, save_seconds=-1)
    with pytest.raises(ValueError, match="cannot be"):
        run(method, checkpoint=tmp_path)
