"""Sweeps: nothing lost and nothing twice, whatever is killed; the same numbers on every worker."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import counted_sweep
import numpy as np
import pytest
import xarray
from counted_sweep import HELD, SWEEP, Counted, Here, equal, files, gone, lines, until

from numeric import population
from numeric.law import Correlated, OneHot
from numeric.metrics import feature_dimensionality
from numeric.model import HIDDEN_RELU, RELU_OUTPUT
from numeric.running.command_line import run_command
from numeric.sweep import Sweep, collect, run_sweep, save
from numeric.sweep.command import app
from numeric.sweep.shard import compute, load, path_of
from numeric.train import Constant, Geometric, train


def test_layout() -> None:
    """Every place of the grid in exactly one shard, with the settings of its axes; seeds run fastest."""
    sweep = Sweep(
        settings={"n_hidden": 2, "sparsity": 0.5},
        axes={
            "steps": (1, 2),
            "importance": (None, 0.5, (1.0, 2.0, 3.0)),
            "n_features": (3,),
            "learning_rate": (0.1, 0.2),
        },
        seeds=(7, 8, 9),
        models_per_shard=4,
    )
    assert sweep.shape == (2, 3, 1, 2, 3)
    assert sweep.models == 36
    places = [place for shard in sweep.shards for place in shard.places]
    assert sorted(places) == list(range(36))
    for shard in sweep.shards:
        assert len(shard.places) <= 4
        for k, place in enumerate(shard.places):
            a, b, c, d, e = np.unravel_index(place, sweep.shape)
            assert shard.config.steps == sweep.axes["steps"][a]
            assert shard.config.importance_rows[k] == (1.0, 0.5, (1.0, 2.0, 3.0))[b]
            assert shard.config.n_features == sweep.axes["n_features"][c]
            assert shard.config.learning_rates[k] == sweep.axes["learning_rate"][d]
            assert shard.config.seeds[k] == sweep.seeds[e]
            assert shard.config.sparsity is not None
            assert shard.config.sparsity[k] == 0.5
    # None and 0.5 cannot share a config; what can is cut into shards as full as they can be.
    assert sorted(len(shard.places) for shard in sweep.shards) == sorted([4, 2, 4, 4, 4] * 2)


def test_laws_of_one_kind_share_a_shard() -> None:
    pairs = tuple(Correlated(((0, 1), (2, 3)), s) for s in (0.5, 0.9))
    sweep = Sweep(
        settings={"n_features": 4, "n_hidden": 2, "steps": 1}, axes={"law": (*pairs, OneHot())}, seeds=range(3)
    )
    assert [len(shard.places) for shard in sweep.shards] == [6, 3]
    assert [json.loads(label) for label in sweep.labels("law")][2] == {"OneHot": {}}


def test_names() -> None:
    """A shard's name is that of its settings alone: any other setting, another name; other shards beside it, the same."""
    names = {shard.name for shard in SWEEP.shards}
    assert len(names) == 6
    assert {shard.name for shard in replace(SWEEP, seeds=tuple(SWEEP.seeds)).shards} == names
    wider = replace(SWEEP, axes={"sparsity": (0.0, 0.5, 0.9, 0.99)})
    assert {shard.name for shard in wider.shards} > names
    for change in ({"steps": 21}, {"data_seed": 1}, {"bias": False}, {"schedule": Constant()}, {"importance": 2.0}):
        other = replace(SWEEP, settings={**SWEEP.settings, **change})
        assert not {shard.name for shard in other.shards} & names


def test_again_computes_nothing(finished: Path) -> None:
    before, seen = files(finished), []
    assert run_sweep(SWEEP, finished, executor=Here(), progress=seen.append) == (6, 0)
    assert files(finished) == before
    assert seen == [1]
    assert len(before) == 6
    assert {path.name for path in (finished / "shards").iterdir()} == set(before)  # no scraps


@pytest.mark.slow
def test_labelled(finished: Path, tmp_path: Path) -> None:
    """Each entry is that of its own model, trained alone; the loss is that of its weights, without sampling."""
    save(collect(SWEEP, finished), tmp_path / "sweep.nc")
    assert [path.name for path in tmp_path.iterdir()] == ["sweep.nc"]
    with xarray.open_dataset(tmp_path / "sweep.nc", engine="h5netcdf") as data:
        assert dict(data.sizes) == {"sparsity": 3, "seed": 4, "hidden": 2, "feature": 3}
        assert data["W"].dims == ("sparsity", "seed", "hidden", "feature")
        assert data["sparsity"].values.tolist() == [0.0, 0.5, 0.9]
        assert data["seed"].values.tolist() == [0, 1, 2, 3]
        assert {name: data[name].attrs["units"] for name in data.data_vars} == {
            **dict.fromkeys(("W", "b", "D", "loss"), "1"),
            "diverged_at": "step",
        }
        assert data["loss"].attrs["judged"] == "without sampling"
        assert all(data[name].attrs["long_name"] for name in data.variables)
        settings = json.loads(data.attrs["settings"])
        assert settings["steps"] == 20
        assert settings["dtype"] == "float32"  # a default
        assert settings["schedule"] == {"Geometric": {"final": Geometric().final}}
        assert "sparsity" not in settings
        assert (data["diverged_at"] == -1).all()
        for shard in SWEEP.shards:
            for k, place in enumerate(shard.places):
                one = data.isel(sparsity=place // 4, seed=place % 4)
                alone = train(shard.config.of([k]))
                assert alone.b is not None
                assert np.array_equal(one["W"], alone.W[0])
                assert np.array_equal(one["b"], alone.b[0])
                assert np.array_equal(one["D"], feature_dimensionality(alone.W[0]))
                sparsity = float(one["sparsity"])
                expected = population.expected_loss(alone.W[0], alone.b[0], sparsity).item()
                # The same cube integrals in another order of summation: some 1e-15, here with a hundredfold margin.
                assert abs(one["loss"].item() - expected) < 1e-13


@pytest.mark.slow
def test_labelled_of_unequal_models(tmp_path: Path) -> None:
    """nan where a model has no such entry; the text of labels that are no numbers; a judge that differs."""
    sweep = Sweep(
        settings={"n_hidden": 1, "sparsity": 0.5, "steps": 1, "batch_size": 8},
        axes={"n_features": (2, 3), "bias": (True, False), "family": (RELU_OUTPUT, HIDDEN_RELU)},
        seeds=(5,),
    )
    run_sweep(sweep, tmp_path, executor=Here())
    save(collect(sweep, tmp_path), tmp_path / "sweep.nc")
    with xarray.open_dataset(tmp_path / "sweep.nc", engine="h5netcdf") as data:
        assert data["loss"].attrs["judged"] == "without sampling or by one fixed large sample"
        assert data["bias"].values.tolist() == [True, False]
        assert json.loads(str(data["family"].values[1]))["Family"]["hidden"] == "relu"
        assert data["b"].isel(bias=0, n_features=1).notnull().all()
        assert data["b"].isel(bias=1).isnull().all()
        assert data["W"].isel(n_features=0, feature=2).isnull().all()
        assert data["W"].isel(n_features=0, feature=slice(2)).notnull().all()
        assert data["W"].isel(n_features=1).notnull().all()


def test_divergence_is_kept(tmp_path: Path) -> None:
    """An importance beyond float32 makes gradients infinite; the shard's other models stay."""
    sweep = Sweep(
        settings={"n_features": 2, "n_hidden": 1, "sparsity": 0.5, "steps": 5, "batch_size": 8},
        axes={"importance": (1.0, 1e300)},
        seeds=(1, 2),
    )
    run_sweep(sweep, tmp_path, executor=Here())
    data = collect(sweep, tmp_path)
    assert data["loss"].isnull().values.tolist() == [[False, False], [True, True]]
    assert (data["diverged_at"].values > 0).tolist() == [[False, False], [True, True]]


@pytest.mark.processes
def test_killed_and_resumed(finished: Path, tmp_path: Path) -> None:
    """SIGKILL while one worker is in the middle of a shard: its workers end with it, what was finished is not computed again,
    and the result is bit for bit that of a sweep that nobody touched.
    """
    log = tmp_path / "log"
    log.touch()
    (tmp_path / "hold").touch()
    program = [sys.executable, counted_sweep.__file__, str(tmp_path / "out"), str(log)]
    root = Path(__file__).resolve().parents[3]
    driver = subprocess.Popen(program, env={**os.environ, "PYTHONPATH": str(root)})
    try:
        until(lambda: len(lines(log, "computed")) >= 2 and HELD in dict(lines(log, "start")))
    finally:
        driver.kill()
        driver.wait()
    until(lambda: all(gone(process) for _, process in lines(log, "start")))
    done, before = [name for name, _ in lines(log, "computed")], files(tmp_path / "out")
    assert HELD not in done
    assert len(done) >= 2
    assert {f"{name}.npz" for name in done} <= set(before)
    assert len(before) < 6

    found, computed = run_sweep(SWEEP, tmp_path / "out", executor=Counted(Here(), log))
    assert (found, computed) == (len(before), 6 - len(before))
    after = files(tmp_path / "out")
    assert {name: after[name] for name in before} == before
    assert {path.name for path in (tmp_path / "out" / "shards").iterdir()} == set(after)  # no scraps of killed workers
    again = [name for name, _ in lines(log, "computed")]
    assert len(again) == len(set(again))
    equal(tmp_path / "out", finished)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A real Dask cluster: a scheduler here, two worker processes of one thread each."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as local:
        yield local


@pytest.mark.processes
def test_a_worker_of_a_cluster_is_killed(cluster: Any, finished: Path, tmp_path: Path) -> None:
    """SIGKILL to the worker that is in the middle of a shard: the shard is computed elsewhere, nothing is lost or twice."""
    from distributed import Client

    log, killed = tmp_path / "log", []
    log.touch()
    (tmp_path / "hold").touch()

    def kill() -> None:
        until(lambda: len(lines(log, "computed")) >= 1 and HELD in dict(lines(log, "start")))
        killed.append(dict(lines(log, "start"))[HELD])
        os.kill(killed[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with Client(cluster.scheduler_address) as client:
        found, computed = run_sweep(SWEEP, tmp_path / "out", executor=Counted(client.get_executor(pure=False), log))
    killer.join()
    assert (found, computed) == (0, 6)
    assert sorted(name for name, _ in lines(log, "computed")) == sorted(shard.name for shard in SWEEP.shards)
    attempts = lines(log, "start")
    assert len({process for name, process in attempts if name == HELD}) == 2
    assert killed[0] not in {process for name, process in lines(log, "computed") if name == HELD}
    equal(tmp_path / "out", finished)


@pytest.mark.processes
def test_command_on_a_cluster(cluster: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grid = "--n 3 --m 2 --sparsity 0 0.5 --seeds 3 --steps 5 --batch 16 --models-per-shard 2"
    arguments = [*grid.split(), "--out", str(tmp_path), "--scheduler", cluster.scheduler_address]
    assert run_command(app, arguments) == 0
    assert "3 shards computed, 0 found" in capsys.readouterr().out
    with xarray.open_dataset(tmp_path / "sweep.nc", engine="h5netcdf") as data:
        assert data["sparsity"].values.tolist() == [0.0, 0.5]
        assert data["loss"].notnull().all()
    assert run_command(app, arguments) == 0
    assert "0 shards computed, 3 found" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (counted_sweep.blind, "out must be a folder that all workers share, but tcp://.* does not see"),
        (counted_sweep.stranger, r"worker tcp://.* cannot run numeric.sweep.shard \(No module named 'numeric'\)"),
    ],
)
@pytest.mark.processes
def test_workers_that_are_no_use(
    answer: Callable[[str, str], bool], message: str, cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("numeric.running.cluster._sees", answer)
    monkeypatch.setattr("numeric.sweep.sweeping.compute", lambda *_: pytest.fail("trained"))
    with pytest.raises(ValueError, match=message):
        run_sweep(SWEEP, tmp_path, scheduler=cluster.scheduler_address)
    assert list(tmp_path.glob(".*")) == []


def test_a_shard_that_another_has_finished_is_left_alone(finished: Path) -> None:
    """As for a worker whose predecessor wrote the file and was killed before it could say so."""
    before = files(finished)
    assert not any(compute(shard, finished) for shard in SWEEP.shards)
    assert files(finished) == before


def test_damage_is_reported_and_repaired_only_when_asked(finished: Path, tmp_path: Path) -> None:
    for shard in SWEEP.shards:
        target = path_of(shard, tmp_path)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path_of(shard, finished).read_bytes())
    first, second, other = (path_of(shard, tmp_path) for shard in SWEEP.shards[:3])
    first.write_bytes(first.read_bytes()[:500])
    second.write_bytes(other.read_bytes())
    damaged = files(tmp_path)
    with pytest.raises(
        ValueError, match=r"shard '.*npz' is damaged .*; 2 of 6 shards cannot be used: remove .*--recompute"
    ):
        run_sweep(SWEEP, tmp_path, executor=Here())
    with pytest.raises(ValueError, match="damaged"):
        collect(SWEEP, tmp_path)
    with pytest.raises(ValueError, match=f"belongs to other settings, wanted {SWEEP.shards[1].name}, got"):
        load(SWEEP.shards[1], tmp_path)
    assert files(tmp_path) == damaged
    assert run_sweep(SWEEP, tmp_path, executor=Here(), recompute_damaged=True) == (4, 2)
    equal(tmp_path, finished)
    assert len(set(files(tmp_path).items()) & set(damaged.items())) == 4


def test_no_damage_passes_unseen(finished: Path, tmp_path: Path) -> None:
    """Bytes turned over, one at a time and all through the file: an error, or the very same numbers (the format has bytes
    without meaning, such as dates).
    """
    shard = SWEEP.shards[0]
    whole = path_of(shard, finished).read_bytes()
    truth = load(shard, finished)
    assert truth is not None
    path_of(shard, tmp_path).parent.mkdir()
    refused = 0
    for place in range(0, len(whole), 7):
        path_of(shard, tmp_path).write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            found = load(shard, tmp_path)
        except ValueError:
            refused += 1
            continue
        assert found is not None
        assert found.exact == truth.exact
        assert found.arrays.keys() == truth.arrays.keys()
        assert all(np.array_equal(found.arrays[name], truth.arrays[name]) for name in truth.arrays)
    assert refused > len(whole) // 7 // 2


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the first sign: before training where it can be known, else with the shard; what is finished stays."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    run_sweep(replace(SWEEP, axes={"sparsity": (0.0,)}), tmp_path, executor=Here())
    before = files(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(ValueError, match=r"shard '.*' cannot be written \(No space left on device\)"):
            run_sweep(SWEEP, tmp_path, executor=ThreadPoolExecutor(1))
    assert files(tmp_path) == before
    assert {path.name for path in (tmp_path / "shards").iterdir()} == set(before)
    with monkeypatch.context() as patched:
        patched.setattr("numeric.sweep.sweeping.compute", lambda *_: pytest.fail("trained"))
        patched.setattr("numeric.sweep.store.shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
        with pytest.raises(ValueError, match=r"out must have about 0\.0 MB free, got 0\.0 MB in"):
            run_sweep(SWEEP, tmp_path, executor=Here())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"models_per_shard": 0}, "models_per_shard must be a whole number of at least 1, got 0"),
        ({"seeds": ()}, r"seeds must have at least one value, got \(\)"),
        ({"seeds": (1, 2, 1)}, r"seeds must not repeat a value, got \(1, 2, 1\)"),
        ({"seeds": (-1,)}, r"seeds must be a whole number in \[0, 2\^63\), got -1"),
        ({"axes": {"sparsity": ()}}, r"sparsity must have at least one value, got \(\)"),
        ({"axes": {"sparsity": (0.5, 0.5)}}, r"sparsity must not repeat a value, got \(0.5, 0.5\)"),
        ({"axes": {"sparsity": (0.5, 1.5)}}, r"sparsity must lie in \[0, 1\], got 1.5"),
        ({"axes": {"sparsity": ((0.5, 0.5),)}}, "sparsity must be one number or 3 numbers"),
        ({"axes": {"sparsity": (0.5,), "law": (OneHot(),)}}, "give either sparsity or law"),
        ({"axes": {"density": (0.5,)}}, "settings and axes must be among n_features, .*, got 'density'"),
        ({"axes": {"seeds": (0.5,)}}, "settings and axes must be among n_features, .*, got 'seeds'"),
        ({"axes": {"sparsity": (0.5,), "steps": (1, 2)}}, "settings and axes must not overlap, got steps in both"),
        ({"axes": {"sparsity": (0.5,), "law": (object(),)}}, "law must have values of the kind that TrainConfig takes"),
        (
            {"axes": {"sparsity": (0.5,), "learning_rate": (0.1, 0.0)}},
            r"learning_rate must be finite and above 0, got 0\.0",
        ),
        ({"axes": {"sparsity": (0.5,), "dtype": ("float16",)}}, "dtype must be one of float32, float64, got 'float16'"),
    ],
)
def test_bad_settings(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(SWEEP, **change)


def test_bad_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it before any training."""
    monkeypatch.setattr("numeric.sweep.sweeping.compute", lambda *_: pytest.fail("trained"))
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"out must be a folder to write in, got '.*/file/below'"):
        run_sweep(SWEEP, tmp_path / "file" / "below", executor=Here())
    with pytest.raises(ValueError, match="workers must be a whole number of at least 1, got 0"):
        run_sweep(SWEEP, tmp_path, workers=0)
    with pytest.raises(
        ValueError, match="give at most one of executor, workers and scheduler, got workers and scheduler"
    ):
        run_sweep(SWEEP, tmp_path, workers=1, scheduler="tcp://127.0.0.1:1")
    with pytest.raises(ValueError, match="6 of 6 are missing, got"):
        collect(SWEEP, tmp_path)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere", "tcp://"])
@pytest.mark.processes
def test_scheduler_not_reachable(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numeric.running.cluster.SECONDS", 0.1)
    with pytest.raises(ValueError, match=f"scheduler must be the address of a running Dask scheduler, got '{address}'"):
        run_sweep(SWEEP, tmp_path, scheduler=address)


def test_density_is_another_word_for_sparsity(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shards of a sweep that was begun with one word are found with the other."""
    monkeypatch.setattr("numeric.sweep.sweeping.pool", lambda workers: nullcontext(Here()))
    grid = [
        "--n",
        "2",
        "--m",
        "1",
        "--seeds",
        "1",
        "--steps",
        "1",
        "--batch",
        "16",
        "--models-per-shard",
        "1",
        "--workers",
        "1",
        "--out",
    ]
    assert run_command(app, [*grid, str(tmp_path), "--sparsity", "0.7", "0.9"]) == 0
    said = capsys.readouterr().out
    assert "2 models in 2 shards: some 0 CPU seconds of training, up to 832 bytes of memory" in said
    assert "sparsity 0.7: least loss" in said
    assert "2 shards computed, 0 found" in said
    assert run_command(app, [*grid, str(tmp_path), "--density", "0.3", "0.1"]) == 0
    assert "0 shards computed, 2 found" in capsys.readouterr().out


def test_what_it_costs_is_said_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A million features: said within the time of making the grid, before anything is tried; the bar comes only after errors."""
    monkeypatch.setattr("numeric.sweep.sweeping.compute", lambda *_: pytest.fail("trained"))
    monkeypatch.setattr("numeric.sweep.store.shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    assert run_command(app, ["--n", "1000000", "--sparsity", "0.9", "--out", str(tmp_path)]) == 2
    said, wrong = capsys.readouterr()
    assert said == (
        "128 models in 1 shards: some 1,100,000 CPU seconds of training, up to 32.8 GB of memory for each worker, 8.2 GB on "
        "disk; what is finished is kept.\n"
    )
    assert wrong.startswith("error: out must have about 8192.0 MB free, got 0.0 MB in")


@pytest.mark.parametrize("absent", ["xarray", "h5netcdf", "h5py"])
def test_without_the_extra(absent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, absent, None)
    assert run_command(app, ["--out", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()
    with pytest.raises(ValueError, match="labelled results need the extra 'scale'"):
        collect(SWEEP, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--seeds 0", "seeds must have at least one value"),
        ("--steps 0", "steps must be a whole number of at least 1, got 0"),
        ("--batch 0", "batch_size must be a whole number of at least 1, got 0"),
        ("--sparsity 1.5", "sparsity must lie in [0, 1], got 1.5"),
        ("--sparsity a", "Invalid value"),
        ("--density -0.5", "density must lie in [0, 1], got -0.5"),
        ("--sparsity 0.5 --density 0.5", "give either sparsity or density, got sparsity (0.5,) and density (0.5,)"),
        ("--seeds many", "Invalid value"),
        ("--unheard-of", "Unknown option"),
        ("--workers 0", "workers must be a whole number of at least 1, got 0"),
    ],
)
def test_bad_commands(arguments: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and one sentence on stderr."""
    assert run_command(app, [*arguments.split(), "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert message in said
    assert said.count("\n") == 1


@pytest.mark.processes
def test_lost_workers(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool does not replace its workers: one sentence, exit code 1, no traceback."""
    monkeypatch.setattr("numeric.sweep.sweeping.compute", counted_sweep.killed)
    assert run_command(app, ["--out", str(tmp_path), "--workers", "1"]) == 1
    assert "workers may be lost" in capsys.readouterr().err
