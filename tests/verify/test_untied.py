"""The suite of untied networks and its figure: they hold, and they can fail."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib import pyplot

from analytic.loss import expected_loss
from figures.shapes import untied as figure
from verify.suites import untied


def ignore(share: float) -> None:
    assert 0 <= share <= 1


def passes(outcome: untied.Outcome) -> bool:
    return outcome.deviation <= outcome.tolerance


def test_routes_and_what_is_derived(monkeypatch: pytest.MonkeyPatch) -> None:
    """They hold; a W_out that is turned, or a loss a little off, is seen."""
    assert passes(untied.routes(4, ignore))
    assert passes(untied.pair(ignore))
    assert passes(untied.moment_curve((3, 5), ignore))
    monkeypatch.setattr(untied, "expected_loss", lambda W, b, law, W_out, output="relu": expected_loss(W, b, law) + 1)
    assert not passes(untied.routes(2, ignore))
    assert not passes(untied.pair(ignore))
    assert not passes(untied.moment_curve((3,), ignore))


@pytest.mark.slow
def test_least_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    assert passes(untied.linear(1, ignore))
    same = SimpleNamespace(value=0.3, converged=True, W=np.ones((2, 5)), b=np.zeros(5), W_out=None)
    monkeypatch.setattr(untied, "minimise_loss", lambda *_, **__: same)
    assert not passes(untied.linear(1, ignore))
    assert not passes(untied.least(1, ignore))


@pytest.mark.slow
def test_the_figure_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure, "SIZES", ((3, 1), (3, 2)))
    monkeypatch.setattr(figure, "_ITERATIONS", 30)
    shown = figure.numbers(progress=ignore)
    for one in shown:
        assert (one.untied <= one.tied + 1e-3).all()
    assert "linear output" in str(figure.caption(shown))
    pyplot.close(figure.draw(shown))
