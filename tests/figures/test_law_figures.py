"""The figures of the laws: what they draw is what one finds by other means."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from captions import checked
from matplotlib import pyplot
from scipy.optimize import minimize

from analytic import law
from analytic.exact import rational
from analytic.loss import expected_loss, least_linear_loss, loss_of_floats
from analytic.n2m1 import SmallestModel
from analytic.n2m1.bias import Certified, certify
from figures.shapes import binary_polytopes, partial_correlation, trees, untied
from figures.smallest_model import signed_and_binary
from numeric.law import Tree
from numeric.minimise import minimise_loss

pytestmark = pytest.mark.slow
EPS = float(np.finfo(float).eps)


def ignore(share: float) -> None:
    assert 0 <= share <= 1


def test_signed_and_binary_features() -> None:
    """Rays with exact losses; the branches against their formulas, minimised by another method; slopes by exact differences."""
    shown = signed_and_binary.numbers(progress=ignore)
    unit, signed, binary = shown.losses
    p = signed_and_binary.DENSITY
    digon, alike = (int(np.abs(shown.angles - angle).argmin()) for angle in (-np.pi / 4, np.pi / 4))
    assert signed == pytest.approx(np.full_like(signed, 3 / 4), rel=16 * EPS)
    assert binary[[digon, alike]] == pytest.approx([p, (1 - p) / 2], rel=64 * EPS)
    best = next(one for one in SmallestModel("7/10").global_minima() if one.phase == "antipodal")
    assert unit[digon] == pytest.approx(float(best.loss) / (2 * p / 3), rel=64 * EPS)
    ends = law.Independent(Fraction(7, 10), magnitude=law.Magnitude.binary())
    for slope, step in zip(shown.slopes, (Fraction(1, 10**7), -Fraction(1, 10**7)), strict=True):
        rise = expected_loss([[1, -1 + step]], [0, 0], ends) - expected_loss([[1, -1]], [0, 0], ends)
        # K is a polynomial of degree 4 on each side, whose second derivative is below 100 here.
        assert slope == pytest.approx(float(rise / abs(step)), abs=1e-5)
    for density, (apart, one) in zip(shown.densities, shown.least, strict=True):
        assert one == pytest.approx(1 - density, rel=1e-9)
        assert apart == pytest.approx(_partial_digon(float(density)), rel=1e-9)
    assert shown.margins[0] < 0 < shown.margins[1]
    checked(signed_and_binary.caption(shown))
    pyplot.close(signed_and_binary.draw(shown))


def _partial_digon(p: float) -> float:
    """The least K/p of W = (a, −c), a ≥ c ≥ 0, over the four inputs."""

    def loss(weights: np.ndarray) -> float:
        a, c = weights
        alone = (1 - a * a) ** 2 + (1 - c * c) ** 2
        both = (1 - max(a * a - a * c, 0)) ** 2 + (1 - max(c * c - a * c, 0)) ** 2
        return float((1 - p) * alone + p * both)

    starts = [(1.0, 0.9), (1.0, 0.5), (1.1, 0.1)]
    return min(
        float(minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-14}).fun)
        for start in starts
    )


def test_a_pair_between_independent_and_always_together() -> None:
    """At ρ = 0 the certified least loss; at ρ = 1 both are given their mean, E (x − y)²/2 = 1/12."""
    shown = partial_correlation.numbers(progress=ignore)
    assert (shown.correlations[0], shown.correlations[-1]) == (0, 1)
    assert max(shown.deviation, shown.ends) < 1e-9
    for p, row, together in zip(partial_correlation.DENSITIES, shown.least, shown.together, strict=True):
        apart = certify(1 - p)
        assert isinstance(apart, Certified)
        assert row[0] == pytest.approx(float(apart) / float(p), rel=1e-9)
        assert row[-1] == pytest.approx(1 / 12, rel=1e-9)
        assert not together[0]
        assert together[-1]
        assert (np.diff(together.astype(int)) >= 0).all()
    checked(partial_correlation.caption(shown))
    pyplot.close(partial_correlation.draw(shown))


def test_what_a_tree_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shares explained, feature by feature from exact losses of the model of one dimension."""
    shown = trees.numbers(progress=ignore)
    assert shown.deviation < 1e-9
    assert (np.diff(shown.losses) < 0).all()
    exactly = law.Tree(trees.EDGES, trees.HALF)
    one = minimise_loss(7, 1, law=Tree(trees.EDGES, tuple(map(float, trees.HALF))), starts=4, seed=trees.SEED)
    moments = exactly.moments(7)
    for (_, which), explained in zip(trees.DEPTHS, shown.explained[0], strict=True):
        left = rational(loss_of_floats(one.W, one.b, exactly, [int(i in which) for i in range(7)]), "loss")
        variance = sum((moments.square[i] - moments.mean[i] ** 2 for i in which), Fraction(0))
        assert explained == pytest.approx(float(1 - left / variance), rel=1e-9)
    assert shown.norms[0] == pytest.approx(np.abs(one.W[0]), rel=1e-12)
    checked(trees.caption(shown))
    pyplot.close(trees.draw(shown))


def test_pentagon_and_digons_of_binary_features() -> None:
    """By all 32 inputs and another method; no loss drawn as the least is above the two."""
    shown = binary_polytopes.numbers(progress=ignore)
    assert shown.deviation < 1e-9
    assert (shown.least <= np.minimum(shown.pentagon, shown.digons) * (1 + 4 * EPS)).all()
    for p, pentagon, digons in list(zip(shown.densities, shown.pentagon, shown.digons, strict=True))[::3]:
        assert pentagon == pytest.approx(_regular(5, p) / p, rel=1e-6)
        assert digons == pytest.approx((_regular(4, p) + p * (1 - p)) / p, rel=1e-6)
    checked(binary_polytopes.caption(shown))
    pyplot.close(binary_polytopes.draw(shown))


def _regular(k: int, p: float) -> float:
    """The least K of a regular k-gon of one norm and one bias."""
    x = np.array(list(product((0.0, 1.0), repeat=k)))
    chance = (p**x * (1 - p) ** (1 - x)).prod(1)
    cosines = np.cos(2 * np.pi * np.subtract.outer(np.arange(k), np.arange(k)) / k)

    def loss(at: np.ndarray) -> float:
        return float(chance @ ((x - np.maximum(at[0] ** 2 * x @ cosines + at[1], 0)) ** 2).sum(1))

    starts = [(1.0, 0.0), (0.9, 0.1), (1.1, -0.3), (1.0, -0.2)]
    return min(float(minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-8}).fun) for start in starts)


def test_tied_and_untied_least_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tied ones of another search, the linear ones exactly."""
    monkeypatch.setattr(untied, "SIZES", ((3, 1), (3, 2)))
    shown = untied.numbers(progress=ignore)
    for one in shown:
        unit = one.n * one.density / 3
        for k, p in enumerate(one.density.tolist()):
            tied = minimise_loss(one.n, one.m, 1 - p, starts=12).value / unit[k]
            assert one.tied[k] == pytest.approx(tied, rel=1e-6)
            assert one.untied[k] <= one.tied[k] + 1e-9
        for at in (0, -1):
            p = Fraction(one.fine[at])
            linear = float(least_linear_loss(one.n, one.m, law.Independent(1 - p))) / float(one.n * p / 3)
            assert one.linear[at] == pytest.approx(linear, rel=1e-12)
    checked(untied.caption(shown))
    pyplot.close(untied.draw(shown))
