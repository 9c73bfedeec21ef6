"""Figures made while other work goes on: in order, with failures named, and gone when the other work ends early."""

import multiprocessing
import time
from pathlib import Path

import pytest

import figures
from figures.gallery import Task, crew
from numeric.running.progress import Progress

# A fork in a process with threads is only for tests, whose workers compute nothing.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers are forks with all libraries loaded, and make figures of nothing; the gallery's tests start true ones."""
    true = crew.make

    def made(name: str, *, full: bool, device: str, progress: Progress, folder: Path | None) -> figures.Drawn:
        if name == "no_such_figure":
            return true(name, full=full, device=device, progress=progress, folder=folder)
        if name == "slow":
            time.sleep(600)
        time.sleep(0.2 if name == "first" else 0)
        progress(0.5)
        progress(1.0)
        return figures.Drawn(name, "", "", b"", b"")

    monkeypatch.setattr(crew, "make", made)
    monkeypatch.setattr(crew, "SPAWN", multiprocessing.get_context("fork"))


def tasks(folder: Path, *names: str) -> list[Task]:
    return [Task(name, False, "cpu", folder) for name in names]


def test_figures_come_in_the_order_asked_for(tmp_path: Path) -> None:
    told: dict[str, float] = {}
    with figures.made_beside(tasks(tmp_path, "first", "second"), 2, told.__setitem__) as finished:
        drawn = finished()
    assert [picture.name for picture in drawn] == ["first", "second"]
    assert max(told.values()) == pytest.approx(2)
    assert multiprocessing.active_children() == []


def test_a_figure_that_fails_is_named_with_why(tmp_path: Path) -> None:
    with (
        figures.made_beside(tasks(tmp_path, "first", "no_such_figure"), 1, lambda name, done: None) as finished,
        pytest.raises(
            RuntimeError, match="no_such_figure: ValueError: name must be that of one figure, got 'no_such_figure'"
        ),
    ):
        finished()


def test_progress_that_fails_is_said_where_one_waits(tmp_path: Path) -> None:
    def broken(name: str, done: float) -> None:
        raise OSError("no place to report to")

    with (
        figures.made_beside(tasks(tmp_path, "first"), 1, broken) as finished,
        pytest.raises(OSError, match="no place to report to"),
    ):
        finished()
    assert multiprocessing.active_children() == []


def _interrupted(folder: Path) -> None:
    with figures.made_beside(tasks(folder, *["slow"] * 4), 1, lambda name, done: None):
        while not multiprocessing.active_children():
            time.sleep(0.01)
        raise KeyboardInterrupt


def test_other_work_that_ends_early_stops_the_drawing(tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        _interrupted(tmp_path)
    assert multiprocessing.active_children() == []
    assert time.monotonic() - start < 20
