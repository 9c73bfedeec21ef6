"""Pentagons for small densities: each constant of the proof against a second route, and what is refused."""

import math
from fractions import Fraction

import flint
import numpy as np
import pytest
from flint import arb

from analytic.law import Independent
from analytic.loss import loss_of_floats
from analytic.one_sparse import polygons
from analytic.polygon_proof import CertifiedPolygon, certify_polygon, density, pentagon_density
from analytic.polygon_proof.contact import contact
from analytic.polygon_proof.convexity import in_gap
from analytic.polygon_proof.link import energy
from analytic.polygon_proof.search import ONE, near_contact


@pytest.mark.slow
def test_pentagons_up_to_one_in_a_million() -> None:
    found = pentagon_density()
    assert found.density == Fraction(1, 10**6)
    assert found.bend < found.convexity
    assert repr(found).startswith("SmallDensity: regular pentagons for 0 < p <= 1/1000000 (2012 leaves, 1727 pieces")


def test_the_cost_of_the_pentagon_is_that_of_floats() -> None:
    """Φ = 3K/(pq⁴) at p = 1/1000 from the loss in floats, good to 1e-12; and M is 7.35p."""
    at, p = contact(5), 1e-3
    angles = 2 * np.pi * np.arange(5) / 5
    W = float(at.squared_norm) ** 0.5 * np.stack([np.cos(angles), np.sin(angles)])
    loss = loss_of_floats(W, np.full(5, float(at.bias)), Independent(1 - Fraction(1, 1000)))
    cost = float(density._cost(at, Fraction(1, 1000)))
    assert cost == pytest.approx(3 * float(loss) / (p * (1 - p) ** 4), abs=1e-9)
    assert (cost - float(at.potential)) / p == pytest.approx(7.37, abs=0.03)


def test_the_hessian_in_the_gap_is_that_of_the_link() -> None:
    at = np.array([1.2, 1.25, -0.3, -0.25, 1.1])

    def cost(rows: np.ndarray) -> np.ndarray:
        return energy(rows[:2], rows[2:4], np.cos(rows[4]))

    with flint.ctx.workprec(64):
        exact = [[float(y) for y in row] for row in in_gap(*(arb(float(x)) for x in (*at[:4], math.cos(at[4]))))]
    h = 1e-4
    steps = h * np.eye(5)
    for i in range(5):
        for j in range(5):
            moved = [cost(at + s * steps[i] + t * steps[j]) * s * t for s in (1, -1) for t in (1, -1)]
            assert sum(moved) / (4 * h * h) == pytest.approx(exact[i][j], abs=1e-5)


@pytest.mark.slow
def test_the_rest_is_nowhere_more_concave_than_is_proved() -> None:
    """M along random lines through the box, by second differences of h = 0.01: −∂²M is below the bound, and not always zero."""
    rng, p, at = np.random.default_rng(5), 0.01, contact(5)
    bound = float(density.bend(Fraction(1, 100), near_contact(at, ONE // 250, ONE // 125)))
    centre = np.concatenate(
        [np.full(5, float(at.squared_norm) ** 0.5), np.full(5, float(at.bias)), np.full(5, 2 * np.pi / 5)]
    )
    found = []
    for _ in range(12):
        line = rng.normal(size=15)
        line[10:] -= line[10:].mean()
        line /= np.linalg.norm(line)
        values = [_several_active(centre + 0.01 * k * line, p) for k in (-1, 0, 1)]
        found.append(-(values[0] - 2 * values[1] + values[2]) / 1e-4)
    assert max(found) < bound
    assert min(abs(value) for value in found) > 0.01


def _several_active(place: np.ndarray, p: float) -> float:
    """M of norms, biases and gaps: 3K/(pq⁴) less its part of one active feature."""
    norms, biases, angles = place[:5], place[5:10], np.cumsum(place[10:])
    W = norms * np.stack([np.cos(angles), np.sin(angles)])
    whole = 3 * float(loss_of_floats(W, biases, Independent(1 - Fraction(p)))) / (p * (1 - p) ** 4)
    links = [[k, (k + 1) % 5] for k in range(5)]
    gap = np.cos(np.roll(place[10:], -1))
    single = sum(
        float(energy(norms[pair][:, None], biases[pair][:, None], gap[k : k + 1])[0]) for k, pair in enumerate(links)
    )
    return whole - single


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("_PAIRS", 7, "the pentagon costs more than the excess"),
        ("_LEAST", Fraction(1, 5), "the links are not convex in the box"),
        ("_LEAST", Fraction(1, 200), "may bend the loss too much"),
        ("_BIAS_REACH", ONE // 10, "the box around the contact is too wide"),
        ("_REACH", ONE // 100_000, "did not close in 2 seconds"),
    ],
)
def test_a_constant_that_does_not_close_is_said(
    name: str, value: object, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(density, name, value)
    with pytest.raises(ArithmeticError, match=message):
        pentagon_density(budget=2 if "close" in message else 60)


@pytest.mark.slow
@pytest.mark.parametrize("features", [5, 6])
def test_the_certified_polygon_is_the_critical_one(features: int) -> None:
    """Norm, bias and potential of `analytic.one_sparse.polygons`, found by isolation of roots, lie in the certified intervals."""
    found, (other,) = certify_polygon(features), polygons(features)
    assert isinstance(found, CertifiedPolygon)
    for name in ("norm", "bias", "potential"):
        low, high = getattr(found, name)
        near = getattr(other, name).enclose(40)
        assert low <= near.midpoint + near.radius
        assert near.midpoint - near.radius <= high
        assert near.radius < high - low
