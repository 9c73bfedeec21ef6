"""A run that is killed goes on to the same bits; a file that is not ours is refused and left alone."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.law import OneHot
from numeric.model import ABSOLUTE, Family
from numeric.sample import Points
from numeric.train import SGD, Adam, AdamW, Cosine, Recording, TrainConfig, Training, train
from numeric.train.checkpoint import Checkpoint, load, save
from numeric.train.recording import every, norms, weights
from numeric.train.run import Run

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
from numeric.train.recording import *
from numeric.train.training import *
from numeric.train.config import *
config = TrainConfig({", ".join(f"{field.name}={getattr(LONG, field.name)!r}" for field in fields(LONG))})
train(config, record=Recording({LONG_RECORD.at}, {{"norms": norms}}), checkpoint=sys.argv[1], save_seconds=0.0)
"""


@pytest.mark.processes
def test_killed_in_mid_run_and_resumed(tmp_path: Path) -> None:
    """SIGKILL in mid-run; then the end has the bits of a run that nobody touched."""
    path, root = tmp_path / "run.npz", Path(__file__).resolve().parents[2]
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(path)], cwd=root)
    stamps: set[int] = set()
    while len(stamps) < 4:
        assert process.poll() is None
        time.sleep(0.001)
        if path.exists():
            stamps.add(path.stat().st_mtime_ns)
    time.sleep(0.003)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert 0 < Run(LONG, LONG_RECORD, path).progress < 1
    assert same(train(LONG, record=LONG_RECORD, checkpoint=path), train(LONG, record=LONG_RECORD))
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.npz"]


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
@pytest.mark.slow
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
    seen: list[float] = []
    again = train(SMALL, record=RECORD, checkpoint=path, progress=seen.append)
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
    settings = Run(SMALL, RECORD, None)._settings
    whole = load(path, settings)
    assert whole is not None
    if data.draw(st.booleans()):
        damaged = content[: data.draw(st.integers(0, len(content) - 1))]
    else:
        place = data.draw(st.integers(0, len(content) - 1))
        damaged = content[:place] + bytes([content[place] ^ data.draw(st.integers(1, 255))]) + content[place + 1 :]
    path.write_bytes(damaged)
    message, found = "", None
    try:
        found = load(path, settings)
    except ValueError as error:
        message = str(error)
    if found is None:
        assert message.startswith(f"checkpoint {str(path)!r} ")
    else:
        assert found[:3] == whole[:3]
        assert found.arrays.keys() == whole.arrays.keys()
        assert all(alike(found.arrays[name], whole.arrays[name]) for name in whole.arrays)
    assert path.read_bytes() == damaged


@pytest.mark.slow
def test_damage_to_the_directory_is_seen(content: bytes, tmp_path: Path) -> None:
    """Each byte of the zip file's directory, which no checksum of its own guards: members may vanish or change method."""
    path = tmp_path / "run.npz"
    path.write_bytes(content)
    settings = Run(SMALL, RECORD, None)._settings
    whole = load(path, settings)
    assert whole is not None
    for place in range(content.index(b"PK\x01\x02"), len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1 :])
        found, message = None, ""
        try:
            found = load(path, settings)
        except ValueError as error:
            message = str(error)
        assert found is not None or message.startswith(f"checkpoint {str(path)!r} ")
        assert found is None or all(alike(found.arrays[name], whole.arrays[name]) for name in whole.arrays)


def test_a_flipped_byte_at_200_places(tmp_path: Path, content: bytes) -> None:
    """What goes on from the file, or says in one sentence why it cannot and leaves it: never a third thing."""
    path, settings = tmp_path / "run.npz", Run(SMALL, RECORD, None)._settings
    path.write_bytes(content)
    whole = load(path, settings)
    assert whole is not None
    refused = 0
    for place in np.linspace(0, len(content) - 1, 200).astype(int).tolist():
        damaged = content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :]
        path.write_bytes(damaged)
        found, message = None, ""
        try:
            found = load(path, settings)
        except ValueError as error:
            message = str(error)
        if found is None:
            refused += 1
            assert message.startswith(f"checkpoint {str(path)!r} is damaged")
            assert "\n" not in message
        else:
            assert found[:3] == whole[:3]
            assert all(alike(found.arrays[name], whole.arrays[name]) for name in whole.arrays)
        assert path.read_bytes() == damaged
    assert refused > 150
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.npz"]


NAN = np.full((4, 2, 3), np.nan)
LONE = np.eye(2, 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W": LONE}, r"W must be float64 of shape \(4, 2, 3\), got float64 of shape \(2, 3\)"),
        ({"W": LONE[None]}, r"W must be float64 of shape \(4, 2, 3\), got float64 of shape \(1, 2, 3\)"),
        ({"W": np.float64(1)}, r"W must be float64 of shape \(4, 2, 3\), got float64 of shape \(\)"),
        ({"W": NAN}, "W must be finite for models that did not diverge"),
        ({"W": np.full((4, 2, 3), np.inf)}, "W must be finite for models that did not diverge"),
        ({"W": np.zeros((4, 2, 3), complex)}, r"W must be float64 of shape \(4, 2, 3\), got complex128"),
        ({"W": np.zeros((4, 2, 3), np.float32)}, r"W must be float64 of shape \(4, 2, 3\), got float32"),
        ({"W": np.full((4, 2, 3), "a")}, r"W must be float64 of shape \(4, 2, 3\), got <U1"),
        ({"W": None}, r"W must be float64 of shape \(4, 2, 3\), got none"),
        ({"b": np.zeros((4, 2))}, r"b must be float64 of shape \(4, 3\), got float64 of shape \(4, 2\)"),
        ({"V": np.zeros((4, 3, 2))}, "it holds .*'V'"),
        ({"moment 2": np.zeros(36, np.float32)}, "it holds .*'moment 2'"),
        (
            {"moment 1": np.zeros(35, np.float32)},
            r"moment 1 must be float32 of shape \(36,\), got float32 of shape \(35,\)",
        ),
        ({"moment 1": np.zeros(36)}, r"moment 1 must be float32 of shape \(36,\), got float64"),
        ({"moment 0": None}, "moment 0 must be float32 of shape .*, got none"),
        ({"diverged_at": np.array([-1])}, r"diverged_at must be int64 of shape \(4,\), got int64 of shape \(1,\)"),
        ({"diverged_at": np.full(4, 41)}, r"diverged_at must lie in \[-1, 40\]"),
        ({"diverged_at": np.full(4, -1.0)}, "diverged_at must be int64"),
        ({"record W": np.zeros((6, 4, 2, 3))}, "record 'W' must have a row for each of 7 steps and 4 models"),
        ({"record W": np.zeros((7, 4, 2, 3), complex)}, "record 'W' must have a row"),
        ({"record other": np.zeros((7, 4))}, "it holds .*'record other'"),
        ({"finished": 1}, "it holds .*'moment 0'"),
        ({"finished": 5}, "finished must be at most 1"),
        ({"finished": None}, "finished and step must be whole numbers of at least 0"),
        ({"finished": True}, "finished and step must be whole numbers of at least 0"),
        ({"step": 1000}, "step must be at most 40, got 1000"),
        ({"step": "30"}, "finished and step must be whole numbers of at least 0"),
        ({"step": 1.5}, "finished and step must be whole numbers of at least 0"),
        ({"step": -1}, "finished and step must be whole numbers of at least 0"),
    ],
)
def test_a_crafted_checkpoint_is_refused(
    change: dict[str, Any], message: str, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the right settings and checksum, but arrays that this run cannot have left: nothing is run."""
    path = tmp_path / "run.npz"
    path.write_bytes(content)
    settings = Run(SMALL, RECORD, None)._settings
    found = load(path, settings)
    assert found is not None
    given = {"finished": found.finished, "step": found.step, **found.arrays, **change}
    finished, step = given.pop("finished"), given.pop("step")
    save(
        path, Checkpoint(settings, finished, step, {name: array for name, array in given.items() if array is not None})
    )
    crafted = path.read_bytes()
    monkeypatch.setattr(Run, "advance", lambda self: pytest.fail("training has started"))
    with pytest.raises(ValueError, match=f"^checkpoint {str(path)!r} is not one of this run: {message}"):
        train(SMALL, record=RECORD, checkpoint=path)
    assert path.read_bytes() == crafted


def test_a_count_of_finished_blocks_that_was_edited_is_seen(tmp_path: Path, content: bytes) -> None:
    """The state would be that of another block of as many models: only the checksum tells."""
    path = tmp_path / "run.npz"
    path.write_bytes(content)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    header = json.loads(str(arrays.pop("header")))
    header[2] += 1
    np.savez(path, header=np.array(json.dumps(header)), **arrays)
    with pytest.raises(ValueError, match="is damaged: its checksum is another"):
        train(SMALL, record=RECORD, checkpoint=path)


@pytest.mark.parametrize("values", [np.zeros((7, 4, 1, 1)), np.zeros((7, 4, 2, 3), np.int8)], ids=["shape", "kind"])
def test_a_record_that_new_rows_do_not_fit_is_refused(values: Any, content: bytes, tmp_path: Path) -> None:
    """What a recorder gives is known only when it is asked."""
    path = tmp_path / "run.npz"
    path.write_bytes(content)
    settings = Run(SMALL, RECORD, None)._settings
    found = load(path, settings)
    assert found is not None
    save(path, Checkpoint(settings, found.finished, found.step, {**found.arrays, "record W": values}))
    with pytest.raises(ValueError, match="recorder 'W' must give one kind and shape of rows"):
        train(SMALL, record=RECORD, checkpoint=path)


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

    def never(share: float) -> None:
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
        patch.setattr("os.fsync", full)
        with pytest.raises(ValueError, match=r"checkpoint .* cannot be written \(No space left on device\)"):
            train(SMALL, checkpoint=path, progress=lambda share: pytest.fail("training has started"))
    assert list(tmp_path.iterdir()) == []
    run = Run(SMALL, RECORD, path)
    before = path.read_bytes()
    run.advance()
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
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
