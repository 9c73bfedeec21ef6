"""The suite of the basins, its descents, and its figure: they hold, and they can fail."""

import pytest
from matplotlib import pyplot

from figures.smallest_model import basins as figure
from numeric.dynamics import FlowEnds, flow_ends
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
def test_a_bias_changes_the_answer() -> None:
    """At s = 1/2 and σ = 0.1: 0.15 of the flow ends antipodal without bias, nearly half with one; ten errors apart."""
    without, biased = (flow_ends(0.5, scale=0.1, bias=bias, models=150) for bias in (False, True))
    assert biased.antipodal - without.antipodal > 0.15
    assert without.antipodal + without.aligned + without.single == pytest.approx(1)


@pytest.mark.slow
def test_descents_go_on_until_their_end_is_plain() -> None:
    """After a fixed number of steps one in eighty was still on its way, near an axis."""
    assert flow_ends(0.9, scale=0.1, bias=True, models=200).single == 0


def test_a_common_factor_of_the_importances_changes_no_end() -> None:
    assert flow_ends(0.5, (2.0**600, 2.0**599), models=20) == flow_ends(0.5, (1.0, 0.5), models=20)


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
