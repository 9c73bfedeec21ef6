"""The proof that the pentagon and the hexagon are optimal: its forms against the loss, its bounds against what they bound."""

from fractions import Fraction

import flint
import numpy as np
import pytest
from flint import arb

from analytic.law import OneHot
from analytic.loss import expected_loss, loss_of_floats
from analytic.polygon_proof import CertifiedPolygon, UncertifiedPolygon, certify_polygon
from analytic.polygon_proof.certification import dead_costs
from analytic.polygon_proof.contact import contact
from analytic.polygon_proof.convexity import convex, hessian
from analytic.polygon_proof.link import Masked, energy, link, parts
from analytic.polygon_proof.search import BITS, ONE, near_contact

RNG = np.random.default_rng(19)


def own(a: float, b: float) -> float:
    """3E(x − (ax + b)⁺)², by the midpoint rule: to some 1e-6."""
    x = (np.arange(20_000) + 0.5) / 20_000
    return float(3 * np.mean((x - np.maximum(a * x + b, 0)) ** 2))


@pytest.mark.parametrize("features", [5, 6])
def test_the_potential_is_the_loss_of_the_polygon(features: int) -> None:
    at = contact(features)
    angles = 2 * np.pi * np.arange(features) / features
    W = float(at.squared_norm) ** 0.5 * np.stack([np.cos(angles), np.sin(angles)])
    loss = loss_of_floats(W, np.full(features, float(at.bias)), OneHot())
    assert 0 <= 3 * features * float(loss) - float(at.potential) < 1e-14


@pytest.mark.parametrize("features", [5, 6])
def test_the_contact_is_a_critical_point_of_its_link_on_the_line(features: int) -> None:
    one = link(features)
    at = np.array([float(one.at.squared_norm) ** 0.5] * 2 + [float(one.at.bias)] * 2 + [float(one.at.cosine)])

    def above(rows: np.ndarray) -> np.ndarray:
        return energy(rows[:2], rows[2:4], rows[4]) - one.line(rows[4])

    assert abs(above(at)) < 1e-15
    step = 1e-5
    for axis in np.eye(5):
        assert abs(above(at + step * axis) - above(at - step * axis)) / (2 * step) < 1e-8


def test_two_features_cost_own_and_what_they_see_of_each_other() -> None:
    """3cK for c = 2, exactly: columns (p, 0) and (r, t) with biases of all signs."""
    for _ in range(30):
        p, r, t, b1, b2 = (Fraction(int(k), 16) for k in RNG.integers([1, 0, 0, -24, -24], [32, 24, 24, 12, 12]))
        exact = 6 * Fraction(str(expected_loss([[p, r], [0, t]], [b1, b2], OneHot())))
        norms = np.array([[float(p)], [float(r * r + t * t) ** 0.5]])
        cosine = np.array([float(r) / norms[1, 0] if norms[1, 0] else 0.0])
        found = np.sum(parts(norms, np.array([[float(b1)], [float(b2)]]), cosine))
        assert found == pytest.approx(float(exact), abs=1e-12)


@pytest.mark.parametrize("features", [5, 6])
@pytest.mark.slow
def test_a_bound_is_below_and_close_to_the_least_over_the_biases(features: int) -> None:
    one = link(features)
    for _ in range(5):
        low = RNG.uniform([0.3, 0.3, 0.3], [2, 2, 0.9])
        for width in (0.2, 0.02):
            cell = np.stack([low, low + width * RNG.uniform(0.3, 1, 3)], axis=1)
            cell[2, 1] = min(cell[2, 1], 1)
            bound = one.bound(cell.reshape(1, 6))
            norms, cosine = cell[:2].mean(axis=1), np.array(cell[2].mean())
            at = np.meshgrid(*(np.linspace(-norm * norm, 0.5, 300) for norm in norms), indexing="ij")
            biases = np.stack([b.ravel() for b in at])
            costs = energy(np.repeat(norms[:, None], biases.shape[1], 1), biases, np.full(biases.shape[1], cosine))
            if one.most is not None:
                pair = parts(np.repeat(norms[:, None], biases.shape[1], 1), biases, np.full(biases.shape[1], cosine))
                costs = costs[np.add(*pair).max(axis=0) <= one.most]
            if len(costs):
                assert bound.link[0] <= costs.min() + 1e-12
                assert bound.above_line[0] <= costs.min() - one.line(cosine) + 1e-12
                assert width > 0.1 or bound.link[0] >= costs.min() - 0.2


def test_slabs_left_out_raise_the_bound_at_the_contact() -> None:
    one = link(5)
    near = near_contact(one.at)
    cell = np.array([[*near.norm, *near.norm, *near.cosine]]) / ONE
    assert one.bound(cell).above_line[0] < 0
    mask = Masked(0, -0.35, -0.2)
    assert one.bound(cell, mask).above_line[0] > 0


@pytest.mark.parametrize("features", [5, 6])
def test_the_hessian_is_that_of_the_link_above_its_line(features: int) -> None:
    one = link(features)
    at = np.array([1.2, 1.25, -0.3, -0.25, 0.45])

    def above(rows: np.ndarray) -> np.ndarray:
        return energy(rows[:2], rows[2:4], rows[4]) - one.line(rows[4])

    with flint.ctx.workprec(64):
        exact = [[float(y) for y in row] for row in hessian(one.at.multiplier, *(arb(float(x)) for x in at))]
    h = 1e-4
    steps = h * np.eye(5)
    for i in range(5):
        for j in range(5):
            moved = [above(at + s * steps[i] + t * steps[j]) * s * t for s in (1, -1) for t in (1, -1)]
            assert sum(moved) / (4 * h * h) == pytest.approx(exact[i][j], abs=1e-5)


def test_a_wide_box_is_not_convex() -> None:
    at = contact(5)
    norm, bias, cosine = near_contact(at).box[0], near_contact(at).box[2], near_contact(at).box[4]
    assert not convex(at, (norm, norm, (-(1 << BITS), 0), bias, cosine), BITS)


def test_features_of_small_norm_cost_more_than_the_sixth() -> None:
    level = float(contact(6).potential) - float(contact(5).potential)
    bound = float(dead_costs(Fraction(9, 100), Fraction(59, 20)))
    assert level < bound
    for norm, bias in RNG.uniform([0, -0.5], [0.09, 1], (40, 2)):
        g = 0.09 * 2.95
        x = (np.arange(2000) + 0.5) / 2000
        seen = 3 * np.mean(np.maximum(bias - g * x, 0) ** 2)
        assert own(norm**2, bias) + 5 * seen > bound - 1e-4


def test_long_norms_cost_more() -> None:
    for a in (1.0, 2.0, 5.4756):
        least = min(own(a, b) for b in np.linspace(-a, 0, 400))
        assert least == pytest.approx(((a - 1) / (a + 1)) ** 2, abs=1e-4)


@pytest.mark.slow
def test_the_pentagon_is_certified() -> None:
    found = certify_polygon(5)
    assert isinstance(found, CertifiedPolygon)
    norm, bias = (float(ends[0]) for ends in (found.norm, found.bias))
    assert (norm, bias) == pytest.approx((1.170459639, -0.282297283))
    assert float(found) == pytest.approx(0.0158256270745, abs=1e-13)
    assert all(0 < high - low < Fraction(1, 10**30) for low, high in (found.norm, found.potential, found.zero_gap))
    assert "regular 5-gon" in found.theorem


def test_a_budget_that_is_too_small_leaves_cells() -> None:
    found = certify_polygon(5, budget=1e-9)
    assert isinstance(found, UncertifiedPolygon)
    assert repr(found) == "UncertifiedPolygon: 5 features, 1 cells left"
    assert [len(cell) for cell in found.left] == [6]


@pytest.mark.parametrize("features", [4, 7, 8])
def test_other_numbers_are_not_certified(features: int) -> None:
    with pytest.raises(ValueError, match=f"not certified: c must be 5 or 6, got {features}"):
        certify_polygon(features)
