r"""The 4-gon beside dropped features with b > 0: quadratic growth, where the Hessian of the smooth terms is indefinite.

In the letters of `analytic.learning_coefficient.kink`, q(v) = vᵀSv + 2Σφ over the kinked pairs. By Cauchy's inequality with the
weight x, φ(a, b) ≥ (a + 3b/2)₊². A **side** of the square, corners i and j, has a = δ(Wᵢ·Wⱼ) in both pairs, which by convexity
come to 2m₊² or more, m = a + ¾(bᵢ + bⱼ). The four a add up to 0 (the gaps between corners to 2π), so m = m′ + σ with Σm′ = 0 and
4σ = 3/2 Σb. If k of the m′ are positive, Σm′² ≤ (1 + k) Σ₊m′², since the others add up to no more; and (x − |σ|)₊² ≥
x²/(1 + η) − σ²/η for x > 0. So for each η > 0

.. math:: \sum m_+^2 \ge \tfrac14 \sum m'^2 \;(\sigma \ge 0), \qquad
          \sum m_+^2 \ge \frac{\sum m'^2}{(1 + k)(1 + \eta)} - \frac{k \sigma^2}\eta \;(\sigma < 0,\; k = 1, 2, 3) .

A **spoke**, opposite corners i and j and a dropped feature with x = Wᵢ·δW, has φ(x, bᵢ) + φ(−x, bⱼ) ≥ y²/(1 + η) − s²/η in the
same way, y = x + ¾(bᵢ − bⱼ), s = ¾(bᵢ + bⱼ). With these in place of 2Σφ, or a part t ≤ 1 of them, q is bounded by four quadratic
forms; where each is positive across the directions in which K is constant, for some η and t, all in rationals, q is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from flint import fmpq

from ..one_sparse.potential import Derivatives, slope
from ..one_sparse.signs import pivots, rotations

Vector = list[fmpq]
Matrix = list[list[fmpq]]
Choice = tuple[fmpq, fmpq, fmpq, fmpq]
_CORNERS = ((1, 0), (0, 1), (-1, 0), (0, -1))
CHOICES: tuple[Choice, ...] = (
    (fmpq(4), fmpq(9, 10), fmpq(6), fmpq(1)),
    (fmpq(8), fmpq(1), fmpq(4), fmpq(1)),
    (fmpq(6), fmpq(1), fmpq(6), fmpq(3, 10)),
    (fmpq(6), fmpq(1), fmpq(4), fmpq(3, 10)),
)
"""(η, t) of the sides and of the spokes that are tried."""


def grows(found: Derivatives, free: Sequence[int]) -> bool:
    """Whether q is proved to be positive across the turns of W and the `free` coordinates. False also where W is not the square,
    its corners first and all other columns 0, or a corner has a bias."""
    c = len(found.b)
    if len(found.W) != 2 or c < 4 or any(bias != 0 for bias in found.b[:4]):
        return False
    if [list(row) for row in found.W] != [[corner[a] for corner in _CORNERS] + [0] * (c - 4) for a in range(2)]:
        return False
    flat = rotations(found.W, c) + [_unit(place, len(found.hessian)) for place in free]
    sides, spokes = sides_of(found), list(spokes_of(found))
    return all(_case(found, sides, spokes, flat, k) for k in range(4))


def _case(
    found: Derivatives, sides: list[Vector], spokes: list[tuple[Vector, Vector]], flat: list[Vector], k: int
) -> bool:
    """Some choice has nothing but positive pivots."""
    turned = [(fmpq(1), tangent) for tangent in flat]
    return any(set(pivots(_with(bound(found, sides, spokes, choice, k), turned))) == {1} for choice in CHOICES)


def bound(
    found: Derivatives, sides: list[Vector], spokes: list[tuple[Vector, Vector]], choice: Choice, k: int
) -> Matrix:
    """The quadratic form below q for σ < 0 and k positive m′, or for σ ≥ 0 (k = 0)."""
    eta, share, spread, part = choice
    sigma = [sum(entries, fmpq(0)) / 4 for entries in zip(*sides, strict=True)]
    apart = [[entry - mean for entry, mean in zip(side, sigma, strict=True)] for side in sides]
    weight = 4 * share / ((1 + k) * (1 + eta)) if k else share
    terms = [(weight, side) for side in apart] + [(-4 * share * k / eta, sigma)]
    for y, s in spokes:
        terms += [(2 * part / (1 + spread), y), (-2 * part / spread, s)]
    return _with(found.hessian, terms)


def sides_of(found: Derivatives) -> list[Vector]:
    """m of each side."""
    return [_form(found, (i, (i + 1) % 4), {i: fmpq(3, 4), (i + 1) % 4: fmpq(3, 4)}) for i in range(4)]


def spokes_of(found: Derivatives) -> Iterator[tuple[Vector, Vector]]:
    """(y, s) of each pair of opposite corners and each dropped feature."""
    for dropped, i in product(range(4, len(found.b)), (0, 1)):
        y = _form(found, (i, dropped), {i: fmpq(3, 4), i + 2: fmpq(-3, 4)})
        yield y, _form(found, None, {i: fmpq(3, 4), i + 2: fmpq(3, 4)})


def _form(found: Derivatives, pair: tuple[int, int] | None, biases: dict[int, fmpq]) -> Vector:
    """δ(W_i·W_j) of a pair, and multiples of biases, as a row."""
    row = [fmpq(0)] * len(found.hessian)
    for place, entry in (slope(found.W, *pair) if pair else {}).items():
        row[place] += entry
    for i, entry in biases.items():
        row[len(found.W) * len(found.b) + i] += entry
    return row


def _unit(place: int, size: int) -> Vector:
    return [fmpq(int(j == place)) for j in range(size)]


def _with(matrix: Sequence[Sequence[fmpq]], terms: Sequence[tuple[fmpq, Vector]]) -> Matrix:
    """Σ weight · row rowᵀ added."""
    found = [list(row) for row in matrix]
    for weight, row in terms:
        places = [i for i, entry in enumerate(row) if entry != 0]
        for i, j in product(places, places):
            found[i][j] += weight * row[i] * row[j]
    return found
