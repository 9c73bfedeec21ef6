"""Figures made while other work goes on: in order, with failures named, and gone when the other work ends early."""

import multiprocessing
import time
from pathlib import Path

import pytest

import figures
from figures.gallery import Task


def tasks(folder: Path, *names: str) -> list[Task]:
    return [Task(name, False, "cpu", folder) for name in names]


@pytest.mark.processes
def test_figures_come_in_the_order_asked_for(tmp_path: Path) -> None:
    told: dict[str, float] = {}
    with figures.made_beside(tasks(tmp_path, "thomson", "antipodal_ray"), 2, told.__setitem__) as finished:
        drawn = finished()
    assert [picture.name for picture in drawn] == ["thomson", "antipodal_ray"]
    assert max(told.values()) == pytest.approx(2)
    assert multiprocessing.active_children() == []


@pytest.mark.processes
def test_a_figure_that_fails_is_named_with_why(tmp_path: Path) -> None:
    with (
        figures.made_beside(tasks(tmp_path, "antipodal_ray", "no_such_figure"), 1, lambda name, done: None) as finished,
        pytest.raises(
            RuntimeError,
            match=r"no_such_figure: ModuleNotFoundError: figures must have one module no_such_figure\.py, got 0",
        ),
    ):
        finished()


@pytest.mark.processes
def test_progress_that_fails_is_said_where_one_waits(tmp_path: Path) -> None:
    def broken(name: str, done: float) -> None:
        raise OSError("no place to report to")

    with (
        figures.made_beside(tasks(tmp_path, "thomson"), 1, broken) as finished,
        pytest.raises(OSError, match="no place to report to"),
    ):
        finished()
    assert multiprocessing.active_children() == []


def _interrupted(folder: Path) -> None:
    with figures.made_beside(tasks(folder, *["winners"] * 4), 1, lambda name, done: None):
        while not multiprocessing.active_children():
            time.sleep(0.01)
        raise KeyboardInterrupt


@pytest.mark.processes
def test_other_work_that_ends_early_stops_the_drawing(tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        _interrupted(tmp_path)
    assert multiprocessing.active_children() == []
    assert time.monotonic() - start < 20
