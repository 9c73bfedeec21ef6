"""The figures of capacity: their numbers against the exact values they show, and that each is drawn."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from captions import checked
from matplotlib import pyplot

from analytic.capacity import QuadraticModel, sparse_kurtosis
from analytic.n2m1 import SmallestModel
from figures.capacity import capacity_panels, capacity_sparsity, marginal_benefit


def silent(share: float) -> None:
    assert 0 <= share <= 1


def drawn(module: Any, numbers: Any) -> None:
    figure = module.draw(numbers)
    assert any(axes.get_xlabel() for axes in figure.axes)
    pyplot.close(figure)
    checked(module.caption(numbers))


@pytest.fixture(scope="module")
def panels() -> capacity_panels.Panels:
    return capacity_panels.numbers(progress=silent)


@pytest.fixture(scope="module")
def settings() -> tuple[marginal_benefit.Setting, ...]:
    return marginal_benefit.numbers(progress=silent)


@pytest.mark.slow
def test_panels_are_cases_of_the_quadratic_task(panels: capacity_panels.Panels) -> None:
    """The curves and the task agree on who is ignored, shares or is whole, and a search finds the task's capacities."""
    for name, panel in panels.panels.items():
        if name != "C":
            roles = [0 if c == 0 else 1 if c == 1 else 0.5 for c in panel.allocation.capacities]
            assert roles == [0 if c == 0 else 1 if c == 1 else 0.5 for c in panel.task]
    assert capacity_panels.deviation(panels) < 1e-6
    assert panels.turning == 0.6


def test_diagram_shows_the_exact_allocation(panels: capacity_panels.Panels) -> None:
    for row, column in ((0, 100), (60, 20), (120, 90), (120, 150), (190, 60), (190, 140)):
        p, r = Fraction(panels.densities[row]), Fraction(panels.ratios[column])
        exact = QuadraticModel((1, r), sparse_kurtosis(p)).allocate(1)[1]
        assert panels.second[row, column] == pytest.approx(float(exact), abs=1e-13)
    # β = 9/(5p) = 9 at p = 1/5: ignored up to 2/(β − 1) = 1/4.
    assert np.interp(0.2, panels.sparse, panels.ignored) == pytest.approx(1 / 4, abs=1e-4)
    np.testing.assert_allclose(panels.ignored * panels.whole, 1, rtol=1e-14)


@pytest.mark.slow
def test_curves_lead_to_the_exact_minimum(settings: tuple[marginal_benefit.Setting, ...]) -> None:
    assert [setting.best[0] for setting in settings] == ["aligned", "antipodal"]
    for setting in settings:
        (point,) = SmallestModel(setting.sparsity, marginal_benefit.IMPORTANCE).global_minima()
        w1, w2 = point.floats
        assert setting.best == (
            point.phase,
            pytest.approx(w2**2 / (w1**2 + w2**2), rel=1e-13),
            pytest.approx(float(point.value), rel=1e-13),
        )
    assert marginal_benefit.deviation(settings) < 1e-13


@pytest.mark.slow
def test_area_under_a_curve_is_the_fall_of_the_loss(settings: tuple[marginal_benefit.Setting, ...]) -> None:
    for setting in settings:
        for curve in setting.curves.values():
            c, benefit = curve.benefit
            inside = (c >= 0.2) & (c <= 0.8)
            area = np.trapezoid(benefit[inside], c[inside])
            first, last = np.interp([c[inside][0], c[inside][-1]], *curve.loss)
            # The trapezoid rule: spacing below 1/40 and |b″| below 20 on 0.6 of the axis leave h²·0.6·20/12.
            assert area == pytest.approx(first - last, abs=0.6 * 20 / 12 / 40**2)
            for low, high in curve.rising:
                there = benefit[(c > low) & (c < high)]
                assert (np.diff(there) > 0).all()


@pytest.mark.slow
def test_spending_is_dense_and_sparse() -> None:
    """Density 1: the two most important features alone. Density 0.1: five, and a start beside is no better."""
    found = capacity_sparsity.spending({1.0: [0], 0.1: range(9, 11)}, silent)
    assert found.converged.all()
    np.testing.assert_allclose(found.capacities[0], [1, 1, 0, 0, 0, 0], atol=1e-6)
    assert capacity_sparsity.stored(found).tolist() == [2, 5]
    assert (found.capacities.sum(axis=1) <= 2 + 1e-12).all()
    alone = capacity_sparsity.spending({0.1: [capacity_sparsity.LOWEST[0.1]]}, silent)
    assert alone.losses[0] == pytest.approx(found.losses[1], rel=1e-9)
    # Dense, x_i ~ U[0, 1]: a feature that is not stored is replaced by its mean, at a loss of I_i/12.
    assert found.losses[0] == pytest.approx(sum(capacity_sparsity.IMPORTANCE[2:]) / 12, rel=1e-9)
    drawn(capacity_sparsity, found)


@pytest.mark.slow
def test_every_figure_draws(panels: capacity_panels.Panels, settings: tuple[marginal_benefit.Setting, ...]) -> None:
    drawn(capacity_panels, panels)
    drawn(marginal_benefit, settings)
