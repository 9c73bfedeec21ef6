"""A run that is killed goes on to the same bits; a file that is not ours is refused and left alone."""

import errno
import os
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric import checkpoint as module
from numeric.checkpoint import load
from numeric.law import OneHot
from numeric.model import ABSOLUTE, Family
from numeric.optimiser import SGD, Adam, AdamW
from numeric.points import Points
from numeric.record import Recording, every, norms, weights
from numeric.run import Run
from numeric.schedule import Cosine
from numeric.train import TrainConfig, Training, train

SMALL = TrainConfig(
    n_features=3, n_hidden=2, seeds=(1, 2, 3, 4), sparsity=(0.0, 0.9, 0.5, 0.95), steps=40, batch_size=32
)
RECORD = Recording(at=every(7, 40), take={"W": weights, "norms": norms})


def same(first: Training, second: Training) -> bool:
    pairs = [(first.W, second.W), (first.V, second.V), (first.b, second.b)]
    return (
        all(a is b or (a is not None and b is not None and alike(a.numpy(), b.numpy())) for a, b in pairs)
        and first.diverged_at == second.diverged_at
        and first.records.keys() == second.records.keys()
        and all(alike(first.records[name], second.records[name]) for name in first.records)
    )


def alike(first: Any, second: Any) -> bool:
    return np.array_equal(first, second, equal_nan=True)


LONG = replace(SMALL, seeds=tuple(range(12)), sparsity=(0.0, 0.9, 0.5, 0.95) * 3, steps=1500, batch_size=256)
LONG_RECORD = Recording(at=every(300, 1500), take={"norms": norms})
SCRIPT = f"""
import sys, torch
torch.set_num_threads(1)
from numeric.record import *
from numeric.train import *
from numeric.config import *
config = {LONG!r}
train(config, record=Recording({LONG_RECORD.at}, {{"norms": norms}}), checkpoint=sys.argv[1], save_seconds=0.0)
"""


def test_killed_at_any_moment_and_resumed(tmp_path: Path) -> None:
    """SIGKILL in mid-run, twice, each somewhere else; then the end has the bits of a run that nobody touched."""
    path, root = tmp_path / "run.npz", Path(__file__).resolve().parents[2]
    places = []
    for writes, delay in ((3, 0.0), (6, 0.003)):
        process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(path)], cwd=root)
        stamps = {path.stat().st_mtime_ns} if path.exists() else set()
        while len(stamps) < writes:
            assert process.poll() is None
            time.sleep(0.001)
            if path.exists():
                stamps.add(path.stat().st_mtime_ns)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        places.append(Run(LONG, LONG_RECORD, path).progress[0])
    assert 0 < places[0] < places[1] < 12 * 1500
    assert same(train(LONG, record=LONG_RECORD, checkpoint=path), train(LONG, record=LONG_RECORD))


@pytest.mark.parametrize(
    "config",
    [
        SMALL,
        replace(SMALL, optimiser=SGD(momentum=0.9), schedule=Cosine(), learning_rate=(0.1, 0.2, 0.3, 0.4)),
        replace(SMALL, optimiser=AdamW(decay=0.1), dtype="float64", bias=False),
        replace(SMALL, family=ABSOLUTE, signed=True, optimiser=SGD()),
        replace(SMALL, sparsity=None, law=OneHot(), family=Family(output="solu"), adversary=0.1),
        replace(SMALL, n_features=50, sparsity=(0.95,) * 4, steps=8),
        replace(SMALL, importance=(1.0, 1e300, 1.0, 1.0)),
    ],
)
def test_stopped_after_every_part_of_the_run(config: TrainConfig, tmp_path: Path) -> None:
    """A fresh run is built from the file after every advance, mid-chunk and between blocks."""
    record = Recording(at=every(7, config.steps), take={"W": weights})
    path = tmp_path / "run.npz"
    while not (run := Run(config, record, path)).done:
        run.advance()
        run.save()
    assert same(train(config, record=record, checkpoint=path), train(config, record=record))


def test_a_finished_run_is_not_run_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run.npz"
    first = train(SMALL, record=RECORD, checkpoint=path)
    seen: list[tuple[int, int]] = []
    again = train(SMALL, record=RECORD, checkpoint=path, progress=lambda done, total: seen.append((done, total)))
    assert same(first, again)
    assert seen == []
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["run.npz"]


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Of a checkpoint in mid-run."""
    path = tmp_path_factory.mktemp("content") / "run.npz"
    run = Run(SMALL, RECORD, path)
    run.advance()
    run.save()
    return path.read_bytes()


@given(data=st.data())
def test_damage_is_seen(data: st.DataObject, content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """One byte changed, or the end cut off: an error that names the file, or, where the byte does not matter, the same state."""
    path = tmp_path_factory.getbasetemp() / "run.npz"
    path.write_bytes(content)
    whole = load(path, Run(SMALL, RECORD, None)._settings)
    assert whole is not None
    if data.draw(st.booleans()):
        damaged = content[: data.draw(st.integers(0, len(content) - 1))]
    else:
        place = data.draw(st.integers(0, len(content) - 1))
        damaged = content[:place] + bytes([content[place] ^ data.draw(st.integers(1, 255))]) + content[place + 1 :]
    path.write_bytes(damaged)
    message, found = "", None
    try:
        found = load(path, whole.settings)
    except ValueError as error:
        message = str(error)
    if found is None:
        assert message.startswith(f"checkpoint {str(path)!r} ")
    else:
        assert found[:3] == whole[:3]
        assert found.arrays.keys() == whole.arrays.keys()
        assert all(alike(found.arrays[name], whole.arrays[name]) for name in whole.arrays)
    assert path.read_bytes() == damaged


def test_damage_to_the_directory_is_seen(content: bytes, tmp_path: Path) -> None:
    """Each byte of the zip file's directory, which no checksum of its own guards: members may vanish or change method."""
    path = tmp_path / "run.npz"
    path.write_bytes(content)
    whole = load(path, Run(SMALL, RECORD, None)._settings)
    assert whole is not None
    for place in range(content.index(b"PK\x01\x02"), len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1 :])
        found, message = None, ""
        try:
            found = load(path, whole.settings)
        except ValueError as error:
            message = str(error)
        assert found is not None or message.startswith(f"checkpoint {str(path)!r} ")
        assert found is None or all(alike(found.arrays[name], whole.arrays[name]) for name in whole.arrays)


def test_strangers_are_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.npz"

    def refused(given: bytes, message: str, config: TrainConfig = SMALL, record: Recording | None = RECORD) -> None:
        path.write_bytes(given)
        with pytest.raises(ValueError, match=message):
            train(config, record=record, checkpoint=path)
        assert path.read_bytes() == given

    refused(b"", "damaged or no checkpoint")
    refused(b"step,loss\n1,0.5\n", "damaged or no checkpoint")
    refused(content[: len(content) // 2], "damaged or no checkpoint")
    np.savez(path, W=np.zeros(3))
    refused(path.read_bytes(), "damaged or no checkpoint")
    np.savez(path, header=np.array('["something else"]'))
    refused(path.read_bytes(), "is not of this version")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("W.npy", b"not an array")
    refused(path.read_bytes(), "damaged or no checkpoint")
    np.savez(path, header=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    refused(path.read_bytes(), "damaged or no checkpoint")
    refused(content, "belongs to a run with other settings", replace(SMALL, learning_rate=0.2))
    refused(content, "belongs to a run with other settings", replace(SMALL, seeds=(1, 2, 3, 5)))
    refused(content, "belongs to a run with other settings", replace(SMALL, optimiser=Adam(beta1=0.5)))
    refused(content, "belongs to a run with other settings", SMALL, replace(RECORD, at=(1, 2)))
    refused(content, "belongs to a run with other settings", SMALL, None)


def test_a_checkpoint_that_cannot_be_written_is_an_error_before_training(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    def never(done: int, total: int) -> None:
        raise AssertionError("training has started")

    with pytest.raises(ValueError, match=r"checkpoint .* cannot be (read|written) \(.*[Nn]ot a directory"):
        train(SMALL, checkpoint=tmp_path / "file" / "run.npz", progress=never)
    with pytest.raises(ValueError, match=r"checkpoint .* cannot be (read|written) \(Is a directory\)"):
        train(SMALL, checkpoint=tmp_path, progress=never)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_is_not_writable(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(ValueError, match=r"checkpoint .* cannot be written \(Permission denied\)"):
            train(SMALL, checkpoint=tmp_path / "run.npz")
    finally:
        tmp_path.chmod(0o755)


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start: an error before training. Later: an error, and the last checkpoint is as it was. Nothing else is left."""
    path = tmp_path / "run.npz"

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(module.os, "fsync", full)
        with pytest.raises(ValueError, match=r"checkpoint .* cannot be written \(No space left on device\)"):
            train(SMALL, checkpoint=path, progress=lambda done, total: pytest.fail("training has started"))
    assert list(tmp_path.iterdir()) == []
    run = Run(SMALL, RECORD, path)
    before = path.read_bytes()
    run.advance()
    with monkeypatch.context() as patch:
        patch.setattr(module.os, "fsync", full)
        with pytest.raises(ValueError, match="No space left on device"):
            run.save()
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.npz"]


def test_no_file_is_no_checkpoint(tmp_path: Path) -> None:
    assert load(tmp_path / "run.npz", "") is None


def test_settings_hash() -> None:
    """Every setting counts; how a number is written does not."""
    changes: list[dict[str, Any]] = [
        {"n_features": 4},
        {"n_hidden": 3},
        {"seeds": (1, 2, 3, 5)},
        {"sparsity": (0.0, 0.9, 0.5, 0.951)},
        {"importance": (1.0, 1.0, 1.0, 2.0)},
        {"bias": False},
        {"penalty": 0.1},
        {"adversary": 0.1},
        {"optimiser": AdamW()},
        {"optimiser": Adam(beta1=0.8)},
        {"optimiser": Adam(epsilon=1e-9)},
        {"schedule": Cosine()},
        {"schedule": Cosine(0.5)},
        {"learning_rate": 0.2},
        {"steps": 41},
        {"batch_size": 33},
        {"dtype": "float64"},
        {"data_seed": 1},
        {"signed": True},
        {"family": Family(output="gelu")},
        {"family": Family(hidden="gelu")},
        {"sparsity": None, "law": OneHot()},
        {"sparsity": None, "law": Points([[1.0, 0, 0]])},
        {"sparsity": None, "law": Points([[1.0, 0, 0.5]])},
    ]
    hashes = [SMALL.fingerprint(), *(replace(SMALL, **change).fingerprint() for change in changes)]
    assert len(set(hashes)) == len(hashes)
    written = replace(SMALL, seeds=tuple(np.arange(1, 5)), sparsity=(np.float64(0), 0.9, 0.5, 0.95), steps=np.int64(40))
    assert written.fingerprint() == SMALL.fingerprint()
