"""`plot`: each kind of result on axes, with what belongs on them."""

from collections.abc import Iterator
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot

from analytic.n2m1 import phase_diagram, phase_transitions
from antipodal import SmallestModel, judge, minimise_loss, phase_boundary, plot, polytope
from figures.smallest_model.landscape import MARKERS
from numeric.dynamics import Trajectory
from numeric.train import TrainConfig, train

MARKS = {marker for marker, _, _ in MARKERS.values()}
W = np.array([[1.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    matplotlib.use("Agg")
    yield
    pyplot.close("all")


def labels(axes: Any) -> list[str]:
    return [text.get_text() for text in axes.texts]


JUDGED, MINIMA = (lambda: judge(W, None, 0.9, starts=1)), (lambda: minimise_loss(3, 2, 0.9, starts=1))


@pytest.mark.parametrize("result", [W, W.tolist(), JUDGED, MINIMA])
def test_weights_in_the_plane_are_arrows(result: Any) -> None:
    axes = plot(result() if callable(result) else result)
    assert set("".join(labels(axes))) >= set("012")
    assert axes.get_aspect() == 1


def test_what_has_weights_is_drawn_by_them() -> None:
    assert labels(plot(polytope("pentagon"))) == list("01234")
    trained = train(TrainConfig(n_features=3, n_hidden=2, seeds=(0,), sparsity=(0.9,), steps=2))
    assert plot(trained).patches


@pytest.mark.parametrize(("weights", "gram"), [(np.ones((3, 4)), False), (W, True)])
def test_other_weights_are_their_gram_matrix(weights: Any, gram: bool) -> None:
    image = plot(weights, gram=gram).images[0]
    assert np.allclose(image.get_array(), weights.T @ weights)


def test_a_landscape_has_every_critical_point() -> None:
    """Each of ±W."""
    model = SmallestModel("1/2")
    drawn = [line.get_xydata()[0] for line in plot(model).lines if line.get_marker() in MARKS]
    for point in model.critical_points():
        for sign in (1, -1):
            there = np.array([sign * w for w in point.floats])
            assert any(np.allclose(there, place) for place in drawn)


@pytest.mark.slow
def test_both_phases_tie_at_the_transition() -> None:
    transition = phase_boundary((1, "1/2"))
    first, second, line = plot(transition).lines
    difference = first.get_ydata() - second.get_ydata()
    s = first.get_xdata()
    assert (difference[s < float(transition) - 0.01] < 0).all()
    assert (difference[s > float(transition) + 0.01] > 0).all()
    assert line.get_xdata()[0] == float(transition)


def test_a_phase_diagram_and_a_trajectory() -> None:
    diagram = phase_diagram(np.linspace(0, 0.9, 8)[:, None], np.logspace(-1, 1, 6)[None])
    assert plot(diagram).collections
    steps = (1, 2, 4)
    trajectory = Trajectory(steps, np.random.default_rng(0).normal(size=(3, 2, 4)), np.zeros((3, 4)), np.ones(3))
    lines = plot(trajectory).lines
    assert len(lines) == 4
    assert np.array_equal(lines[2].get_ydata(), trajectory.D[:, 2])


def test_it_draws_where_it_is_told() -> None:
    axes = pyplot.subplots()[1]
    assert plot(W, axes) is axes


@pytest.mark.parametrize("result", [None, 3, "W", [[1j]], object(), np.ones(3)])
def test_what_has_no_picture_is_said(result: Any) -> None:
    with pytest.raises(ValueError, match=r"result must be weights .* got "):
        plot(result)


def test_what_is_no_axes_is_said() -> None:
    with pytest.raises(ValueError, match="axes must be matplotlib axes, got 3"):
        plot(W, 3)
    with pytest.raises(ValueError, match="result must be a phase transition without penalty"):
        plot(phase_transitions((1, 1), "1/1000")[0])
    with pytest.raises(ValueError, match="result must be a phase diagram with two axes"):
        plot(phase_diagram([0.1, 0.2], 1.0))


def test_what_a_notebook_sets_with_its_first_figure_holds_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its backend is loaded by the first figure, within the style's context, and turns `interactive` on: otherwise the second
    picture of a notebook would not show."""

    def subplots() -> Any:
        matplotlib.interactive(True)
        return made()

    made = pyplot.subplots
    monkeypatch.setattr(pyplot, "subplots", subplots)
    monkeypatch.setitem(matplotlib.rcParams, "interactive", False)
    plot(W)
    assert matplotlib.is_interactive()
