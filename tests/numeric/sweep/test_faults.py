"""What goes wrong while a sweep is under way: nothing lost, nothing wrong, one sentence."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from counted_sweep import SOON, SWEEP, Here, equal, files, gone, until

from numeric.running.command_line import run_command
from numeric.sweep import Shards, run_sweep
from numeric.sweep.command import app
from numeric.sweep.store import Cost

ROOT = Path(__file__).resolve().parents[3]
PATHS = os.pathsep.join((str(ROOT), str(ROOT / "tests" / "numeric")))


def test_two_sweeps_in_one_folder(finished: Path, tmp_path: Path) -> None:
    """Side by side, both on the way to the same files: no scraps, and the numbers of one."""
    done: list[Shards] = []
    ready = threading.Barrier(2)

    def sweep() -> None:
        with ThreadPoolExecutor(2) as executor:
            ready.wait(SOON)
            done.append(run_sweep(SWEEP, tmp_path, executor=executor))

    both = [threading.Thread(target=sweep) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(SOON)
    assert [sum(shards) for shards in done] == [6, 6]
    assert sum(shards.computed for shards in done) >= 6
    assert {path.name for path in (tmp_path / "shards").iterdir()} == set(files(finished))
    equal(tmp_path, finished)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real one, with room for three shards."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=20k", "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to mount")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path, finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence; what was finished is whole, and the sweep goes on where there is room again."""
    monkeypatch.setattr("numeric.sweep.store.cost", lambda shards: Cost(0, 0, 0))
    rest = small_disk / "rest"
    rest.write_bytes(bytes(4096))
    with pytest.raises(
        ValueError, match=r"^(shard '.*' cannot be written|out must be .*) \(No space left on device\)$"
    ):
        run_sweep(SWEEP, small_disk, executor=Here())
    kept = [path for path in (small_disk / "shards").iterdir()]
    assert 0 < len(kept) < 6
    assert all(path.read_bytes() == (finished / "shards" / path.name).read_bytes() for path in kept)
    before = files(small_disk)
    rest.unlink()
    subprocess.run(["mount", "-o", "remount,size=1m", str(small_disk)], check=True)
    found, computed = run_sweep(SWEEP, small_disk, executor=Here())
    assert (found, computed) == (len(kept), 6 - len(kept))
    assert before.items() <= files(small_disk).items()
    equal(small_disk, finished)


INTERRUPTED = "interrupted; finished shards are kept, run the sweep again to go on\n"
LONG = ["--steps", "1000000", "--sparsity", "0", "0.5", "--models-per-shard", "128", "--workers", "1", "--out"]


def started(folder: Path) -> subprocess.Popen[str]:
    """The command, with hours of work for one worker, as a shell starts it: with a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "numeric.sweep", *LONG, str(folder)],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell that runs the tests in the background has them ignore interrupts, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        start_new_session=True,
    )


def worker(driver: int) -> int | None:
    """The process number of its worker, when there is one."""
    found = subprocess.run(
        ["pgrep", "-f", "-P", str(driver), "spawn_main"], capture_output=True, text=True
    ).stdout.split()
    return int(found[0]) if found else None


@pytest.mark.processes
def test_interruption_while_the_worker_starts(tmp_path: Path) -> None:
    """To all processes: within seconds, with one line, and none lives on."""
    driver = started(tmp_path)
    until(lambda: worker(driver.pid) is not None)
    process = worker(driver.pid)
    assert process is not None
    start = time.monotonic()
    os.killpg(driver.pid, signal.SIGINT)
    _, error = driver.communicate(timeout=SOON)
    assert driver.returncode == 130
    assert error == INTERRUPTED
    assert time.monotonic() - start < 15  # 5 s are wanted; the machine may be busy
    assert gone(process)


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Taken, also in a background job, whose shell has them ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
@pytest.mark.processes
def test_interruption_in_mid_shard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To the driver, this process, while its worker is deep in a shard: the same."""
    found: list[tuple[int, float]] = []

    def interrupt() -> None:
        try:
            until(lambda: worker(os.getpid()) is not None)
            process = worker(os.getpid()) or 0
            # Linux counts a worker's processor time in hundredths of seconds; importing takes one to two.
            until(lambda: int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[11]) > 250)
            found.append((process, time.monotonic()))
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    watcher = threading.Thread(target=interrupt)
    watcher.start()
    assert run_command(app, [*LONG, str(tmp_path)], kept="what is whole") == 130
    watcher.join()
    assert capsys.readouterr().err == "interrupted; what is whole\n"
    ((process, start),) = found
    assert time.monotonic() - start < 15
    assert gone(process)


CLUSTER = """
import time
from distributed import LocalCluster
alone = dict(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None)
with LocalCluster(**alone, protocol="tcp", host="127.0.0.1") as local:
    print(local.scheduler_address, flush=True)
    time.sleep(600)
"""


DRIVER = """
import sys, counted_sweep
from numeric.running.command_line import run_command
from numeric.sweep import command, sweeping
sweeping.compute = counted_sweep.slow
sys.exit(run_command(command.app))
"""
MANY = "--n 2 --m 1 --sparsity 0 --seeds 60 --steps 1 --batch 16 --models-per-shard 1"


@pytest.mark.processes
def test_a_scheduler_that_dies_in_mid_sweep(tmp_path: Path) -> None:
    """SIGKILL to the scheduler with its worker: one sentence, exit code 1, no traceback of its client, finished shards kept."""
    told = {
        "env": {**os.environ, "PYTHONPATH": PATHS},
        "text": True,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
    }
    with subprocess.Popen([sys.executable, "-c", CLUSTER], **told) as scheduler:
        try:
            assert scheduler.stdout is not None
            place = ["--scheduler", scheduler.stdout.readline().strip(), "--out", str(tmp_path)]
            driver = subprocess.Popen([sys.executable, "-c", DRIVER, *MANY.split(), *place], **told)
            until(lambda: driver.poll() is not None or len(list((tmp_path / "shards").glob("*.npz"))) > 2)
        finally:
            scheduler.kill()
    _, error = driver.communicate(timeout=SOON)
    assert driver.returncode == 1
    assert error.startswith("error: a shard could not be computed, workers may be lost")
    assert error.endswith("finished shards are kept, run the sweep again to go on\n")
    assert error.count("\n") == 1
    assert 2 < len(list((tmp_path / "shards").iterdir())) < 60
