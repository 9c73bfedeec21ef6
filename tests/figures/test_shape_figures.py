"""Figures of how features lie in the plane, held to exact values, bounds and what a rotation leaves alone."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from captions import checked
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib import pyplot

from analytic.polytope_loss import best_loss
from analytic.polytopes import polytope
from figures.directions import almost_orthogonal, bases, five_features
from figures.motifs.arrows import turned
from figures.shapes import correlated_sets, set_models, uneven_branches, uneven_sparsity, why_these_shapes
from numeric.minimise import descend

EPS = float(np.finfo(np.float64).eps)


def silent(share: float) -> None:
    assert 0 <= share <= 1


def dropped(p: Fraction) -> Fraction:
    """Var x of a feature of density p."""
    return p / 3 - p**2 / 4


# Entries 0 or of a size at which squares neither vanish nor overflow.
ENTRIES = st.one_of(st.just(0.0), st.floats(1e-3, 2), st.floats(-2, -1e-3))


@given(arrays(np.float64, (2, 4), elements=ENTRIES))
def test_turning_columns_changes_no_model(W: np.ndarray) -> None:
    there = turned(W)
    # An orthogonal map of float entries: products of two entries of at most 2√2 each, a few roundings.
    np.testing.assert_allclose(there.T @ there, W.T @ W, rtol=0, atol=64 * EPS)
    norms = np.linalg.norm(W, axis=0)
    if norms.max() > 0:
        first = int(np.argmax(norms >= 0.95 * norms.max()))
        assert there[:, first] == pytest.approx([0, norms[first]], abs=8 * EPS)


@pytest.mark.slow
def test_five_features_lie_as_published_and_no_lower_than_without_noise() -> None:
    shown = five_features.compute(seeds=2, starts=6, steps=3000, device="cpu", progress=silent)
    free = [case.noise_free for case in shown.cases]
    assert [model.geometry for model in free] == ["2 dedicated + 3 unlearned", "2 digons + 1 unlearned", "pentagon"]
    for case in shown.cases:
        assert case.trained.loss > case.noise_free.loss
        assert 1 <= case.noise_free.count <= case.noise_free.tried == 6
    # Two features without loss, the others at their variances: descent stops at gradients of 1e-10, far below rounding.
    importance = five_features.IMPORTANCE
    assert free[0].loss == pytest.approx(float(sum(importance[2:]) * dropped(Fraction(1))), rel=16 * EPS)
    # Any weights bound the least loss: one norm and bias for all vertices, each feature's share by its importance.
    for s, model, name, stored in zip(
        five_features.SPARSITIES[1:], free[1:], ("digon", "pentagon"), (4, 5), strict=True
    ):
        found = best_loss(polytope(name), s, 20)
        each = found.loss.midpoint / found.polytope.gram.rows
        rest = sum(importance[stored:]) * dropped(1 - s)
        bound = float(each) * float(sum(importance[:stored])) + float(rest)
        assert model.loss < bound
    checked(five_features.caption(shown))
    pyplot.close(five_features.draw(shown))


@pytest.mark.slow
def test_pentagon_and_digons_cross_where_exact_losses_change_sign() -> None:
    shown = uneven_branches.compute(points=10, ratios=3, seeds=1, steps=500, starts=2, device="cpu", progress=silent)
    crossing, pentagon, digons = shown.crossing, shown.pentagon, shown.digons
    assert crossing.gap_lower > 0 > crossing.gap_upper
    assert 0 < Fraction(crossing.upper) - Fraction(crossing.lower) <= uneven_branches.WIDTH
    # Nearer to equal than the last point of the branch, and sparser than the published 2.5 times.
    assert pentagon.ratio[0] < crossing.ratio < 1 / uneven_branches.PUBLISHED
    # At equal densities the branch is the regular pentagon with its best norm and bias: descent stops 1e-10²/1e-3 above.
    regular = best_loss(polytope("pentagon"), Fraction(19, 20), 20)
    k = int(np.flatnonzero(pentagon.ratio == 1)[0])
    assert pentagon.loss[k] == pytest.approx(float(regular.loss.midpoint), abs=16 * EPS)
    np.testing.assert_allclose(np.linalg.norm(pentagon.W[k], axis=0), float(regular.norm.midpoint), atol=1e-7)
    # The digons, exact, are where descent on the expected loss rests.
    for j in (0, -1):
        rest = descend(digons.W[j][None], digons.b[j][None], uneven_branches.sparsities(digons.ratio[j]))
        assert digons.loss[j] == pytest.approx(rest.loss[0], abs=16 * EPS)
    # Training ends above the least of the two branches at its own ratio.
    for ratio, loss in zip(shown.trained.ratio, shown.trained.loss, strict=True):
        near = int(np.abs(pentagon.ratio - ratio).argmin())
        starts = np.stack([pentagon.W[near], digons.W[0]]), np.stack([pentagon.b[near], digons.b[0]])
        assert loss > descend(*starts, uneven_branches.sparsities(ratio)).loss.min()
    checked(uneven_sparsity.caption(shown))
    pyplot.close(uneven_sparsity.draw(shown))


@pytest.mark.slow
def test_the_loss_by_active_features_adds_up_to_the_best_loss() -> None:
    shown = why_these_shapes.compute(points=8, progress=silent)
    # Norm, cosines and bias are off by 5e-8 each, some 20 numbers: second order in that, curvatures below 10 in this unit.
    np.testing.assert_allclose(shown.parts.sum(axis=2), shown.total, rtol=0, atol=20 * 10 * (2 * 5e-8) ** 2 + 64 * EPS)
    assert (shown.parts >= 0).all()
    # Dense: all five are always active. None active costs only where a bias is positive.
    np.testing.assert_array_equal(shown.parts[:, 0, :5], 0)
    # With one active, digons lose next to nothing on the four stored and a fifth of everything on the dropped: that fifth is
    # p (s⁴/3 - p s⁴/2 + p² s⁴/4), and each of the other four meets the dropped one's bias, p²/4.
    for s, digons in zip(shown.sparsity, shown.parts[0], strict=True):
        p = 1 - s
        own = p * s**4 * (1 / 3 - p / 2 + p**2 / 4) + 4 * p * s**4 * p**2 / 4
        assert digons[1] * 5 * float(dropped(Fraction(p))) >= own - 64 * EPS
    # The winner of the proved sequence has the least total.
    names = ("2 digons + 1 dropped", "triangle + 2 dropped", "pentagon")
    for k, s in enumerate(shown.sparsity):
        winner = shown.winners[sum(s > crossing for crossing in shown.crossings)]
        assert names[int(shown.total[:, k].argmin())] == winner
    checked(why_these_shapes.caption(shown))
    pyplot.close(why_these_shapes.draw(shown))


@given(st.fractions(0, 1, max_denominator=50))
def test_a_pair_is_alone_twice_p_times_one_less_p(p: Fraction) -> None:
    two = why_these_shapes.pair(p)
    assert (two.alone, two.both, two.none) == (2 * p * (1 - p), p**2, (1 - p) ** 2)


def test_a_pair_present_a_quarter_of_the_time_is_alone_three_eighths_of_it() -> None:
    two = why_these_shapes.pair(why_these_shapes.PRESENT)
    assert (two.alone, two.both) == (Fraction(3, 8), Fraction(1, 16))


@given(st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3), min_size=2, max_size=2))
def test_the_gram_matrix_of_more_features_than_dimensions_is_singular_and_does_not_turn(rows: list[list[int]]) -> None:
    W = sympy.Matrix(rows)
    assert bases.same_gram(W, bases.TURN * W)
    one = bases.example("any", W)
    assert (one.singular, one.determinant, one.eigenvalues.count("0") > 0) == (True, "0", True)
    # Exact: the rank, and whether more columns are nonzero than it.
    assert one.rank == W.rank()
    assert one.superposed == (sum(not W[:, j].is_zero_matrix for j in range(3)) > W.rank())


@pytest.mark.slow
def test_a_hidden_relu_privileges_the_axes_and_nothing_else_does() -> None:
    shown = bases.numbers(progress=silent)
    assert shown.unchanged == (True, True)
    assert not bases.same_gram(bases.DEDICATED, 2 * bases.DEDICATED)
    assert [one.superposed for one in shown.examples] == [False, False, True, True, False]
    assert [one.singular for one in shown.examples] == [True, True, True, True, False]
    assert [one.aligned for one in shown.examples] == [True, False, False, False, True]
    # A hidden layer without ReLU: the same loss at every angle but for rounding; two stored, one lost: p/3.
    p = 1 - bases.SPARSITY
    np.testing.assert_allclose(shown.linear[0], p / 3, rtol=0, atol=64 * EPS)
    assert np.ptp(shown.linear[1]) < 64 * EPS
    # A sample of 2^17 values x² of variance at most p/5: five deviations, a false alarm in 2·10⁶.
    assert shown.relu[0, 0] == pytest.approx(p / 3, abs=5 * (p / 5 / 2**17) ** 0.5)
    # Turned away, x ≥ 0 is cut: on the axes is best, up to a quarter of a turn; at half a turn nothing is left.
    assert shown.relu[0].argmin() == 0
    assert shown.relu[0, -1] == pytest.approx(p, abs=3 * 5 * (p / 5 / 2**17) ** 0.5)
    checked(bases.caption(shown))
    pyplot.close(bases.draw(shown))


@pytest.mark.slow
def test_almost_orthogonal_directions_stay_within_welch_and_reach_it() -> None:
    shown = almost_orthogonal.compute(steps=2, largest=(3, 4, 3), starts=4, draws=9, progress=silent)
    for curve in shown.curves:
        assert (curve.found >= curve.bound - 16 * EPS).all()
        assert (curve.random >= curve.bound - 16 * EPS).all()
    # Equiangular tight frames, which are known: cosines exact to the descent's stopping rule, never below.
    assert len(shown.reached) == len(almost_orthogonal.EXACT)
    for gap in shown.reached:
        assert -16 * EPS < gap < almost_orthogonal.SLACK
    half, third, _ = shown.counts
    # 60° and more apart: three lines in the plane, six in space (Welch would allow nine). At 1/3 Welch's bound is met.
    assert half.optimised.tolist() == [3, 6]
    assert third.optimised.tolist() == [2, 4, 6]
    for count in shown.counts:
        allowed = dict(zip(count.bound_m.tolist(), count.bound.tolist(), strict=True))
        for m, n in zip(count.optimised_m.tolist(), count.optimised.tolist(), strict=True):
            assert m <= n <= allowed.get(m, n)
        # What exists by the union bound is allowed by Welch.
        assert all(n <= allowed.get(m, n) for m, n in zip(count.random_m.tolist(), count.union.tolist(), strict=True))
    assert almost_orthogonal.welch_count(1 / 2, 4) is None
    assert almost_orthogonal.welch_count(1 / 3, 8) == 64
    checked(almost_orthogonal.caption(shown))
    pyplot.close(almost_orthogonal.draw(shown))


@pytest.mark.slow
def test_correlated_sets_collapse_and_anticorrelated_ones_cost_nothing() -> None:
    shown = set_models.compute(seeds=2, starts=6, points=4, steps=300, tens=20, device="cpu", progress=silent)
    for case in shown.cases:
        assert case.noise_free.loss < case.trained.loss
    sparse, anti, _, _, dense = shown.cases
    # Two of a set are never on together: as antipodal pairs of norm 1 without bias they are given back, K = 0 at any density.
    pair = np.array([[1.0, -1, 0, 0], [0, 0, 1, -1]])
    law = set_models.laws("anticorrelated", set_models.TWO, set_models.SPARSE)[1]
    assert set_models.exact_loss(pair, np.zeros(4), law) == 0
    assert 0 <= anti.noise_free.loss < 1e-15
    # The mean of two independent x ~ U[0, 1] for each: both are off by half their difference, E (x - y)²/4 = 1/24.
    line = np.array([[1.0, 1, 0, 0], [0, 0, 1, 1]]) / 2**0.5
    law = set_models.laws("correlated", set_models.TWO, set_models.DENSE)[1]
    # (1/√2)² is 1/2 but for rounding.
    assert float(set_models.exact_loss(line, np.zeros(4), law)) == pytest.approx(1 / 12, rel=16 * EPS)
    assert dense.noise_free.geometry == "2 aligned pairs"
    assert dense.noise_free.loss == pytest.approx(1 / 12, abs=1e-13)
    # Sparse: each of a set is almost orthogonal to the other, so that pairs form across the sets.
    assert sparse.noise_free.geometry == "2 digons"
    units = sparse.noise_free.W / np.linalg.norm(sparse.noise_free.W, axis=0)
    assert abs(units[:, 0] @ units[:, 1]) < 0.1
    assert float(sparse.density) / 6 > sparse.noise_free.loss
    collapse = shown.collapse
    assert collapse.gap_lower < 0 <= collapse.gap_upper
    assert 0 < Fraction(collapse.upper) - Fraction(collapse.lower) <= set_models.WIDTH
    assert (np.diff(collapse.stored / collapse.density) > 0).all()
    for p, principal in zip(collapse.density, collapse.principal, strict=True):
        law = set_models.laws("correlated", set_models.TWO, Fraction(p))[1]
        assert float(set_models.exact_loss(line, np.zeros(4), law)) == pytest.approx(principal, rel=16 * EPS)
    checked(correlated_sets.caption(shown))
    pyplot.close(correlated_sets.draw(shown))


def test_interference_is_shared_out_between_the_own_set_and_the_others() -> None:
    W = np.array([[1.0, 2, 0, 0], [0, 0, 1, -3]])
    assert set_models.shares(W, ((0, 1), (2, 3))) == ((4 + 1 + 9 + 1) / 4, 0)
    assert set_models.shares(W, ((0, 2), (1, 3))) == (0, (4 + 1 + 9 + 1) / 4)
