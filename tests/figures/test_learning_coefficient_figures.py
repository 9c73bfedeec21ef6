"""Figures of learning coefficients: their numbers against exact values."""

from typing import Any

import numpy as np
import pytest
from captions import checked
from matplotlib import pyplot

from analytic.learning_coefficient import phases
from figures.learning_coefficients import (
    coefficients_at_n,
    estimator_board,
    phase_shares,
    polygon_plate,
    staircase,
    step_bias,
)  # fmt: skip
from numeric.learning_coefficient import ESTIMATORS, STANDARD, benchmark, sgld_step_bias, temperature
from numeric.learning_coefficient.phases import phase_levels


def silent(share: float) -> None:
    assert 0 <= share <= 1


@pytest.mark.slow
def test_the_plate_shows_minima_to_nine_corners() -> None:
    corners = polygon_plate.numbers(progress=silent)
    assert [corner.k for corner in corners if corner.negative] == list(range(10, 17))
    assert [corner.coefficient for corner in corners[:7]] == [3, 5.5, 7, 8.5, 10, 11.5, 13]
    assert corners[7].potential == 5
    assert "To 9 corners" in checked(polygon_plate.caption(corners))
    pyplot.close(polygon_plate.draw(corners))


@pytest.mark.slow
def test_curves_end_near_their_coefficients() -> None:
    """At n = 500,000 regular minima and kinks are within 2 % of λ, and what is computed again agrees within five errors."""
    curves = coefficients_at_n.numbers(progress=silent)
    for curve in curves:
        n, value, error = curve.rows[-1]
        assert n == curve.again[0]
        assert abs(value - curve.again[1]) <= 5 * np.hypot(error, curve.again[2])
        if curve.name != "x²y²":
            assert abs(value / curve.coefficient - 1) < 0.02
    assert "9.68 where λ = 8.5" in checked(coefficients_at_n.caption(curves))
    pyplot.close(coefficients_at_n.draw(curves))


def test_the_board_is_drawn_with_its_refusals() -> None:
    rows = {name: tuple(benchmark(ESTIMATORS[name], STANDARD)) for name in ("Laplace", "Hessian rank")}
    board = estimator_board.Board(rows)
    errors = estimator_board.errors(board)
    assert errors.shape == (len(STANDARD), 2)
    names = [one.name for one in STANDARD]
    assert errors[names.index("6-gon"), 0] < 1e-3
    assert np.isnan(errors[names.index("4-gon"), 0])
    assert not np.isnan(errors[:, 1]).any()
    assert f"refused, {int(np.isnan(errors).sum())} times" in checked(estimator_board.caption(board))
    pyplot.close(estimator_board.draw(board))


def lines(axis: Any) -> dict[str, Any]:
    """(2, points) of each labelled line, error bars' included."""
    handles, labels = axis.get_legend_handles_labels()
    found = {}
    for handle, label in zip(handles, labels, strict=True):
        line = handle[0] if hasattr(handle, "lines") else handle
        found[label] = np.array(line.get_data())
    return found


@pytest.mark.slow
def test_sgld_is_drawn_beside_the_closed_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """At n = 500,000, where the minimum is quadratic to 1/1000, within five errors of 200 chains; MALA within five of λ(τ)."""
    monkeypatch.setattr(step_bias, "SHARES", (0.2, 0.6))
    panels = step_bias.numbers(progress=silent)
    hexagon = next(one for one in STANDARD if one.name == step_bias.TARGET)
    for panel, axis in zip(panels, step_bias.draw(panels).axes, strict=True):
        tau, gamma = temperature(panel.n), step_bias.GAMMA
        stable = 4 / (tau * float(hexagon.target.spectrum[-1]) + gamma)
        for share, value in panel.formula[::20]:
            assert value == sgld_step_bias(hexagon.target.spectrum, tau, gamma, share * stable)
        known = hexagon.at(panel.n)
        assert known is not None
        assert abs(panel.reference - known[0]) <= 5 * np.hypot(panel.reference_error, known[1])
        drawn = lines(axis)
        assert (drawn["SGLD"] == panel.measured[:, :2].T).all()
        assert (drawn["closed form"] == panel.formula.T).all()
    for share, value, error in panels[-1].measured:
        formula = sgld_step_bias(hexagon.target.spectrum, tau, gamma, share * stable)
        assert abs(value - formula) <= 5 * error + 1e-3 * formula
    assert "9." in checked(step_bias.caption(panels))
    pyplot.close("all")


@pytest.mark.slow
def test_the_shares_of_phases_are_drawn_with_their_switch() -> None:
    """Shares add up to 1; the switch from 5− to 6 lies between Laplace's 112 and the logarithm's 445, and log Z of two
    routes is the same within five errors."""
    transition = phase_shares.numbers(progress=silent)
    figure = phase_shares.draw(transition)
    for panel, axis in zip(transition.panels, figure.axes, strict=True):
        found = panel.sampled
        assert abs(found.shares.sum(0) - 1).max() < 1e-12
        for name, drawn in lines(axis).items():
            assert (drawn == np.array([found.n, found.share(name)])).all()
        assert panel.switch in {line.get_xdata()[0] for line in axis.get_lines()}
        before, after = (found.share(name) for name in phase_shares.FROM_TO[panel.c])
        place = int(np.searchsorted(found.n, panel.switch))
        assert before[place - 1] >= after[place - 1]
        assert after[place] >= before[place]
    six = transition.panels[-1]
    assert six.approximate["everything"] < six.switch < six.approximate["logarithm"]
    assert [round(six.approximate[keep], 1) for keep in ("logarithm", "norm")] == [445.1, 601.0]
    (first, error), (second, other) = transition.sampled, transition.local
    assert abs(first - second) <= 5 * np.hypot(error, other)
    assert "at n = 445" in checked(phase_shares.caption(transition))
    pyplot.close(figure)


@pytest.mark.slow
def test_chains_come_down_the_stairs() -> None:
    """Langevin chains end below the 4-gons; batches alone never leave 4−−. Losses and shares are drawn as they were found."""
    stairs = staircase.numbers(progress=silent)
    levels, come, stay = phase_levels(staircase.FEATURES), stairs.langevin, stairs.descent
    assert {phase.name: float(phase.loss) for phase in phases(6)}["5−"] == pytest.approx(levels["5−"], abs=1e-12)
    assert come.share("4−−")[0] == 1
    assert sum(come.share(name)[-1] for name in come.phases if name[0] == "4") == 0
    assert stay.share("4−−")[-1] > 0
    assert sum(stay.share(name)[-1] for name in stay.phases if name[0] in "56") == 0
    assert stairs.coefficient()[0] == 7.5
    figure = staircase.draw(stairs)
    path, share, alone = figure.axes
    drawn = np.array(path.collections[0].get_offsets())
    assert any((drawn[:, 1] == come.loss[:, chain]).all() for chain in range(come.loss.shape[1]))
    for axis, run in ((share, come), (alone, stay)):
        for name, line in lines(axis).items():
            assert (line == np.array([run.steps, run.share(name)])).all()
    assert "7.5 at first" in checked(staircase.caption(stairs))
    pyplot.close(figure)


def test_words_on_the_board() -> None:
    said = [estimator_board._share(error) for error in (0.0, 3e-4, 0.024, 1.4)]
    assert said == ["< 1e-05", "3.0e-04", "2.4 %", "140 %"]
    assert [estimator_board._time(seconds) for seconds in (1e-5, 0.0301, 2.0)] == ["< 1 ms", "30 ms", "2 s"]
