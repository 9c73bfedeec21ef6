"""The suite of the basins, its descents, and its figure: they hold, and they can fail."""

import numpy as np
import pytest
from matplotlib import pyplot
from scipy.integrate import solve_ivp

from figures.smallest_model import basins as figure
from numeric.dynamics import FlowEnds, flow_ends
from numeric.dynamics.ends import _descended
from numeric.population import value_and_gradient
from verify.suites import basins


def ignore(share: float) -> None:
    assert 0 <= share <= 1


@pytest.mark.slow
def test_descents_end_where_the_curves_say(monkeypatch: pytest.MonkeyPatch) -> None:
    one = basins.SETTINGS[3:4]
    assert basins.descents(one, 200, ignore).deviation < 5
    monkeypatch.setattr(basins, "flow_ends", lambda *_, **__: FlowEnds(200, 0.3, 0.7, 0.0))
    assert basins.descents(one, 200, ignore).deviation > 5


@pytest.mark.slow
def test_descents_beside_the_separatrix_end_on_its_sides() -> None:
    """Its angle at radius 0.1 by bisection with an adaptive method of eighth order, to 2e-4 of the 1e-3 asked."""

    def antipodal(angle: float) -> bool:
        start = 0.1 * np.array([np.cos(angle), -np.sin(angle)])
        down = lambda _, w: -value_and_gradient(w[None], None, 0.5).W.ravel()  # noqa: E731
        end = solve_ivp(down, (0, 200), start, method="DOP853", rtol=1e-10, atol=1e-12).y[:, -1]
        return bool(end.prod() < 0)

    low, high = 0.588, 0.594
    assert not antipodal(low)
    assert antipodal(high)
    for _ in range(5):
        middle = (low + high) / 2
        low, high = (low, middle) if antipodal(middle) else (middle, high)
    angles = np.array([low - 1e-3, high + 1e-3])
    W = 0.1 * np.stack([np.cos(angles), -np.sin(angles)], axis=1)[:, None]
    ends = _descended(W, 0.5, np.ones(2), False)[:, 0].prod(axis=1)
    assert ends[0] > 0 > ends[1]


@pytest.mark.slow
def test_a_bias_changes_the_answer() -> None:
    """At s = 1/2 and σ = 0.1: 0.15 of the flow ends antipodal without bias, nearly half with one; ten errors apart."""
    without, biased = (flow_ends(0.5, scale=0.1, bias=bias, models=150) for bias in (False, True))
    assert biased.antipodal - without.antipodal > 0.15
    assert without.antipodal + without.aligned + without.single == pytest.approx(1)


@pytest.mark.slow
def test_descents_go_on_until_their_end_is_plain() -> None:
    """After a fixed number of steps one in eighty was still on its way, near an axis."""
    assert flow_ends(0.9, scale=0.1, bias=True, models=200).single == 0


@pytest.mark.slow
def test_a_common_factor_of_the_importances_changes_no_end() -> None:
    assert flow_ends(0.5, (2.0**600, 2.0**599), models=20) == flow_ends(0.5, (1.0, 0.5), models=20)


@pytest.mark.slow
def test_the_figure_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure, "_POINTS", (3, 3))
    monkeypatch.setattr(figure, "_BIASED_SCALES", (0.3,))
    monkeypatch.setattr(figure, "flow_ends", lambda *_, **__: FlowEnds(100, 0.5, 0.5, 0.0))
    shown = figure.numbers(progress=ignore)
    assert [one.attracts for one in shown] == [True, False, False]
    for one in shown:
        assert one.probability.sum(axis=0) == pytest.approx(1)
    assert "without bias" in str(figure.caption(shown))
    pyplot.close(figure.draw(shown))
