"""Phase diagrams with bias: bounds between published, least and trained losses, and exact published ones."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from captions import checked
from matplotlib import pyplot

from analytic.fixed_weights import fixed_weights
from analytic.law import Independent
from analytic.loss import expected_loss
from figures.motifs.phase_panel import PHASES, classified, fixed_losses
from figures.sparsity import phase_diagrams_bias
from figures.sparsity.phase_diagrams_bias import Diagram, Setting

SMALL = (Setting(2, 7, 2, 2, 200, 256), Setting(3, 5, 3, 2, 200, 256))
EPS = float(np.finfo(float).eps)


def silent(share: float) -> None:
    assert 0 <= share <= 1


@pytest.fixture(scope="module")
def diagrams() -> tuple[Diagram, ...]:
    return tuple(phase_diagrams_bias.diagram(setting, "cpu", silent) for setting in SMALL)


def unit(shown: Diagram) -> np.ndarray:
    """What no weights at all cost, Σ_i I_i p/3."""
    return shown.least.density[:, None] / 3 * (shown.n - 1 + shown.least.importance)


@pytest.mark.slow
def test_published_losses_are_exact_ones(diagrams: tuple[Diagram, ...]) -> None:
    for shown in diagrams:
        settings = fixed_weights(shown.n)
        for row, column in ((0, 0), (2, 4), (4, 1)):
            p, r = (
                Fraction(float(axis[k])) for axis, k in ((shown.least.density, row), (shown.least.importance, column))
            )
            exact = []
            for one in settings:
                b = [entry.subs(sympy.Symbol("p", positive=True), sympy.Rational(p)) for entry in one.b]
                exact.append(expected_loss(one.W, b, Independent(1 - p), [1] * (shown.n - 1) + [r]))
            floats = fixed_losses(shown.n, np.array([float(p)]), np.array([float(r)]))[:, 0, 0]
            # A handful of roundings of terms no larger than (1 + r) p/3.
            np.testing.assert_allclose(floats, np.array(exact, dtype=float), atol=16 * EPS * unit(shown)[row, column])
            best = exact.index(min(exact))
            assert PHASES[shown.published.phase[row, column]] == settings[best].phase
            assert shown.published.loss[row, column] == pytest.approx(float(min(exact)), rel=64 * EPS)


@pytest.mark.slow
def test_the_minimum_lies_below_published_and_trained(diagrams: tuple[Diagram, ...]) -> None:
    for shown in diagrams:
        # A descent ends within d γ²/2λ of its minimum: 1e-10 for d = 9, γ = 1e-7, λ ≥ 1e-3, in units of `unit`.
        rounding = 1e-10 * unit(shown)
        assert (shown.least.loss > 0).all()
        assert (shown.least.loss <= shown.published.loss + rounding).all()
        assert (shown.least.loss <= shown.trained.loss + rounding).all()
        assert shown.gap.loss == (shown.published.loss - shown.least.loss).max() > 0
        assert 0 < shown.gap.relative < 1
        # So few short runs find many local minima, but hardly anything worse than dropping every feature.
        dropped = unit(shown) * (1 - 0.75 * shown.least.density[:, None])
        assert np.median(shown.trained.loss / dropped) < 1
        assert 0 < shown.excess[0] < shown.excess[1]
        assert shown.settled[-1] == 0
        assert (
            shown.least.phase < PHASES.index("aligned")
        ).all()  # with bias: see `analytic.n2m1.critical_points` for what is without
        assert shown.wrong.shape == shown.least.loss.shape


@pytest.mark.slow
def test_two_features_may_be_exchanged(diagrams: tuple[Diagram, ...]) -> None:
    """K at importances (1, r) is r times K at (1, 1/r): the map is its own mirror image, and "dropped" that of "alone"."""
    least, published = diagrams[0].least, diagrams[0].published
    np.testing.assert_allclose(least.loss, least.importance * least.loss[:, ::-1], rtol=1e-8)
    apart = np.abs(np.log10(least.importance)) > 0.1  # at r = 1 both have the same loss
    assert (published.phase[:, apart] == np.array([1, 0, 2])[published.phase[:, ::-1]][:, apart]).all()


@pytest.mark.slow
def test_phases_far_from_the_boundaries(diagrams: tuple[Diagram, ...]) -> None:
    """Sparse: all in antipodal pairs, of three features the two least important; dense: the least important is dropped."""
    two, three = diagrams
    for panel in (two.published, two.least):
        assert (panel.phase[0] == 2).all()
        assert (panel.phase[-1, 0], panel.phase[-1, -1]) == (0, 1)
    for panel in (three.published, three.least):
        assert (panel.phase[0, 0], panel.phase[0, -1]) == (2, 1)
        assert (panel.phase[-1, 0], panel.phase[-1, -1]) == (0, 1)


def test_the_rule() -> None:
    """m = 1: the extra column after the other one."""
    columns = {
        (1.0, 0.4): "dropped",
        (0.6, 0.9): "alone",
        (1.0, -0.6): "antipodal",
        (0.8, 0.6): "aligned",
        (0.0, 1.0): "alone",
    }
    W = np.array(list(columns))[None, :, None, :]
    found = classified(np.ones(1), np.ones(len(columns)), W, np.ones((1, len(columns)))).phase
    assert [PHASES[k] for k in found[0]] == list(columns.values())


def test_the_caption_and_the_drawing(diagrams: tuple[Diagram, ...]) -> None:
    text = checked(phase_diagrams_bias.caption(diagrams))
    assert "r = 1, p = 4/7, with K = 16/147" in text
    pyplot.close(phase_diagrams_bias.draw(diagrams))
