"""Where a third feature on an axis is dropped: what is proved of a place, beside the loss of a small third weight there."""

from fractions import Fraction

import pytest
from scipy.optimize import minimize

from analytic.law import Independent
from analytic.loss import expected_loss
from analytic.one_axis import certification
from analytic.one_axis.cells import ONE, Bound, Side
from analytic.one_axis.certification import Proof
from analytic.one_axis.dropping import third_dropped
from analytic.one_axis.minimum import lowest

SMALL = Fraction(1, 1000)


def loss(sparsity: Fraction, W: tuple[Fraction, ...], b: tuple[Fraction, ...]) -> Fraction:
    found = expected_loss([list(W)], list(b), Independent(sparsity))
    return Fraction(int(found.p), int(found.q))


def best_pair(s: Fraction) -> tuple[Fraction, Fraction]:
    """w and b of the best (w, −w), both outputs clipped, to nine digits."""

    def value(at: tuple[float, float]) -> float:
        w, b = (Fraction(round(x * 10**9), 10**9) for x in at)
        return float(loss(s, (w, -w), (b, b)))

    w, b = minimize(value, (0.75, 0.32), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-17}).x
    return Fraction(round(w * 10**9), 10**9), Fraction(round(b * 10**9), 10**9)


@pytest.mark.parametrize(("sparsity", "dropped"), [("6/25", False), ("27/100", True)])
@pytest.mark.slow
def test_the_third_is_dropped_where_a_small_weight_costs_more_than_none(sparsity: str, dropped: bool) -> None:
    """With w₃ the other biases take back the mean of what it sends, and b₃ is the best: then K changes as the bracket says."""
    s = Fraction(sparsity)
    p, mean = 1 - s, (1 - s) / 2
    w, b = best_pair(s)
    moved = (b - w * SMALL * mean, b + w * SMALL * mean, mean - SMALL**2 * mean)
    change = loss(s, (w, -w, SMALL), moved) - loss(s, (w, -w, Fraction(0)), (b, b, mean))
    assert (change > 0) == dropped
    beta, alone = (round(x / w**2 * ONE) for x in (b, mean))
    place: tuple[Side, ...] = ((-ONE, -ONE), (0, 0), (beta, beta), (beta, beta), (alone, alone))
    assert third_dropped(p, [place]) == dropped


def test_biases_of_a_cell_hold_those_of_its_points() -> None:
    """β_i = γ_i − σ(c + e) at corners and the centre."""
    shift = 5
    cell: tuple[Side, ...] = ((-ONE, -ONE // 3), (-ONE // 7, ONE // 5), (-ONE, 0), (-7, 11), (ONE, None))
    sides = Bound(Fraction(1, 2), shift).biases(cell)
    assert sides[:2] == cell[:2]
    assert sides[4][1] is None
    for q2 in (-ONE, -ONE // 2, -ONE // 3):
        for q3 in (-ONE // 7, ONE // 5):
            sent = (q2 + q3, q2 + Fraction(q2 * q3, ONE), q3 + Fraction(q2 * q3, ONE))
            for i in range(3):
                low, high = cell[2 + i]
                for bias in (low, low if high is None else high):
                    place = bias - Fraction(shift, 16) * sent[i]
                    assert sides[2 + i][0] <= place <= (place if high is None else sides[2 + i][1])


@pytest.mark.slow
def test_a_cell_too_wide_is_divided_until_it_says_how_many_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = Bound(Fraction(121, 1000), 1)
    point, upper = lowest(bound)
    wide: tuple[Side, ...] = tuple((c - (ONE >> 11), c + (ONE >> 11)) for c in point)
    found = Proof(bound, upper - Fraction(1, 10**10), upper, Fraction(0))
    found.near = [wide]
    assert found.used() == 2
    monkeypatch.setattr(certification, "_CROWD", 100)
    found.near = [wide]
    assert found.used() is None
