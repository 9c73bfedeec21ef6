"""Which polygon infinite data would store: savings against the loss of the network itself, and their order."""

from fractions import Fraction
from itertools import pairwise

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Integer, Rational, cos, pi, sin, sqrt

from analytic.exact import is_zero, sign
from analytic.infinite_data import best_polygon, polygon_saving, polygon_savings
from analytic.loss import sparse_limit
from analytic.memorised import memorised
from analytic.polytope_loss import sparse_loss
from analytic.polytopes import polytope

LARGEST = 14


def overlap(k: int) -> sympy.Expr:
    """Σ_j (cos 2πj/k)₊², term by term."""
    cosines = [cos(2 * pi * j / Integer(k)) for j in range(k)]
    return sympy.Add(*(c**2 for c in cosines if sign(c) > 0))


@pytest.mark.parametrize("k", range(4, LARGEST + 1))
@pytest.mark.slow
def test_the_sum_of_the_derivation(k: int) -> None:
    found = polygon_saving(k)
    side = {1: 1, 3: -1}.get(k % 4, 0)
    closed = Rational(k, 4) if side == 0 else Rational(k + side, 4) - side / cos(pi / k) / 4
    assert is_zero(overlap(k) - closed)
    assert is_zero(found.zero_bias - k / overlap(k))
    assert is_zero(found.zero_bias - 4 / (1 - side * (1 / cos(pi / k) - 1) / k))
    assert is_zero(found.square_norm - 1 / overlap(k))
    assert is_zero(found.unit_norm - k * (2 - overlap(k)))


def test_the_identity_that_sums_it() -> None:
    j, theta = sympy.symbols("j theta", real=True)
    gap = 2 * sin(theta) * cos(2 * j * theta) - sin((2 * j + 1) * theta) + sin((2 * j - 1) * theta)
    assert sympy.expand(gap.rewrite(sympy.exp)) == 0


@given(st.integers(2, 9), st.fractions(0, 3, max_denominator=20))
def test_no_other_norm_saves_more_at_bias_zero(k: int, t: Fraction) -> None:
    """3 L_1 for U[0, 1], whose second moment is 1/3: a saving of k − 3 L_1 at any norm."""
    found = polygon_saving(k)
    saved = k - 3 * sparse_loss(polytope(f"{k}-gon"), t, 0)
    assert sign(found.zero_bias - saved) >= 0
    assert is_zero(found.zero_bias - k + 3 * sparse_loss(polytope(f"{k}-gon"), found.square_norm, 0))
    assert is_zero(found.unit_norm - k + 3 * sparse_loss(polytope(f"{k}-gon"), 1, 0))


@given(st.integers(2, 9), st.fractions(0, 3, max_denominator=20), st.fractions(-3, 0, max_denominator=20))
def test_no_norm_and_bias_save_more_than_the_best(k: int, t: Fraction, b: Fraction) -> None:
    best = polygon_saving(k).best_bias
    assert sign(best.midpoint + best.radius - k + 3 * sparse_loss(polytope(f"{k}-gon"), t, b)) >= 0
    assert best.radius <= Rational(1, 10**20)


def test_dropped_features_add_their_second_moment() -> None:
    """n = 7 features, a hexagon at norm 1/2 (rational Gram matrix) and one dropped: K/p → M (n − saving), M = 1/3."""
    W = (polytope("hexagon").vertices / 2).col_insert(6, sympy.zeros(2, 1))
    order, loss = sparse_limit(W, [0] * 7)
    saved = 6 - 3 * sparse_loss(polytope("hexagon"), "1/4", 0)
    assert (order, loss) == (1, (7 - saved) / 3)


@pytest.mark.slow
def test_at_bias_zero_the_pentagon_saves_most() -> None:
    savings = polygon_savings(LARGEST)
    assert best_polygon(LARGEST, "zero_bias").corners == 5
    assert best_polygon(LARGEST, "unit_norm").corners == 5
    assert polygon_saving(5).zero_bias == 5 * (7 + sqrt(5)) / 11
    assert polygon_saving(5).unit_norm == 5 * (1 + sqrt(5)) / 4
    assert [one.corners for one in savings if sign(one.zero_bias - 4) > 0] == [5, 9, 13]
    # Of the proof for all k: (sec(π/k) − 1)/k falls, and at norm 1 the bound beyond k = 5 is below the pentagon.
    excess = [(1 / cos(pi / k) - 1) / k for k in range(5, LARGEST + 1)]
    assert all(sign(one - other) > 0 for one, other in pairwise(excess))
    assert sign(polygon_saving(5).unit_norm - 6 * (2 - (7 - 1 / cos(pi / 5)) / 4)) > 0


@pytest.mark.slow
def test_with_the_best_bias_for_uniform_values_the_heptagon_does() -> None:
    assert best_polygon(LARGEST, "best_bias").corners == 7
    assert [best_polygon(k, "best_bias").corners for k in (4, 5, 6, 7, 8)] == [4, 5, 6, 7, 7]
    for one in polygon_savings(LARGEST):
        assert sign(one.best_bias.midpoint + one.best_bias.radius - one.zero_bias) >= 0
    # 3 L_1 = h: Chen et al. 2023 print 0.23738 and 0.86746
    for k, potential in ((5, "0.23738"), (6, "0.86746")):
        assert abs(k - polygon_saving(k).best_bias.midpoint - Rational(potential)) <= Rational(1, 2 * 10**5)


@pytest.mark.parametrize("k", range(2, 9))
def test_a_fixed_value_is_stored_without_loss_in_any_polygon(k: int) -> None:
    """Then active features are one-hot points of norm 1: k of them save k."""
    assert k * (1 - memorised(k).training_loss) == k


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: polygon_saving(1), "corners must be a whole number of at least 2, got 1"),
        (lambda: polygon_savings(1), "largest must be a whole number of at least 2, got 1"),
        (lambda: best_polygon(5, "norm"), "rule must be .* got 'norm'"),  # type: ignore[arg-type]
    ],
)
def test_bad_input(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()  # type: ignore[operator]
