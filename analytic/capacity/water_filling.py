r"""Any curves of marginal benefit and a budget: the allocation of capacity that brings the most, exactly.

Feature i has a curve :math:`b_i(C)` on [0, 1] (`analytic.capacity.benefit_curve`) and gains :math:`B_i(C) = \int_0^C b_i`.
Wanted are capacities in [0, 1] with Σ C_i = t and the largest Σ B_i(C_i). Where curves fall, equal benefits decide (water
filling); where they rise that rule finds a minimum, or the wrong end. Here the problem is solved whole, one feature at
a time:

.. math:: V_k(t) = \max_c\; V_{k-1}(t - c) + B_k(c).

(The rule "features with increasing benefit end at 0 or 1" is nearly true: two that rise inside would gain by trading, so
at most one rests inside a rising stretch. One can, beside a curve that falls faster.)

V is the maximum of finitely many *branches*, quadratics in t on rational intervals, each with capacities affine in t.
For one quadratic piece of each side the best c is at an end of either piece or, where their sum is strictly concave in
c, where its slope vanishes: five branches again, all rational.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy

from ..exact import Exact, rational, to_sympy
from ..exact.rationals import entries, instance
from .benefit_curve import Curve, Quadratic
from .upper_envelope import Branch, with_branch

Choice = tuple[sympy.Rational, sympy.Rational]


@dataclass(frozen=True)
class Allocation:
    """The best use of a budget: `capacities` (n,), the `benefit` Σ B_i(C_i) that they bring, and how free they are.

    `choices[i]` are all the values that C_i has in some best allocation: closed intervals in order, a point as one with
    equal ends. All exact.
    """

    capacities: tuple[sympy.Rational, ...]
    benefit: sympy.Rational
    choices: tuple[tuple[Choice, ...], ...]

    @property
    def unique(self) -> bool:
        return all(len(intervals) == 1 and intervals[0][0] == intervals[0][1] for intervals in self.choices)


def allocate(curves: Sequence[Curve], total: Exact) -> Allocation:
    """The global optimum for Σ C_i = total. ValueError for no curves or a total outside [0, n].

    Of several best allocations `capacities` is one that gives most to the features that come first.
    """
    budget, curves = rational(total, "total"), _given(curves)
    if not 0 <= budget <= len(curves):
        raise ValueError(f"total must lie in [0, {len(curves)}], the number of curves, got {budget}")
    here = [branch for branch in best_branches(curves) if branch.value.low <= budget <= branch.value.high]
    best = max(branch.value.at(budget) for branch in here)
    capacities = max(branch.at(budget) for branch in here if branch.value.at(budget) == best)
    choices = tuple(_choices(curves, i, budget, best) for i in range(len(curves)))
    return Allocation(tuple(map(to_sympy, capacities)), to_sympy(best), choices)


def best_branches(curves: Sequence[Curve]) -> tuple[Branch, ...]:
    """V for every budget at once, by lower end: at each t in [0, n] the best value is the largest of those that hold t."""
    curves = _given(curves)
    branches = [Branch(piece, ((Fraction(0), Fraction(1)),)) for piece in curves[0].pieces]
    for curve in curves[1:]:
        longer: list[Branch] = []
        for branch in branches:
            for piece in curve.pieces:
                for candidate in _joined(branch, piece):
                    longer = with_branch(longer, candidate)
        branches = longer
    return tuple(sorted(branches, key=lambda branch: (branch.value.low, branch.value.high)))


def _given(curves: Sequence[Curve]) -> tuple[Curve, ...]:
    found = entries(
        curves, "curves", lambda curve, name: instance(curve, name, Curve, "Curves of analytic.capacity.benefit_curve")
    )
    if not found:
        raise ValueError(f"curves must hold at least one curve, got {curves!r}")
    return found


def _joined(branch: Branch, piece: Quadratic) -> list[Branch]:
    """The branches of max_c V(t − c) + B(c) for one quadratic of each: c = c₀ + c₁ t on [low, high]."""
    v, none, one = branch.value, Fraction(0), Fraction(1)
    low, high = v.low + piece.low, v.high + piece.high
    ways = [
        (low, v.high + piece.low, piece.low, none),
        (v.low + piece.high, high, piece.high, none),
        (low, v.low + piece.high, -v.low, one),
        (v.high + piece.low, high, -v.high, one),
    ]
    curvature = v.square + piece.square
    if curvature < 0:
        # V′(t − c) = B′(c), as far as c and t − c stay in their intervals.
        c0, c1 = (v.linear - piece.linear) / (2 * curvature), v.square / curvature
        for a, b, least, most in ((c0, c1, piece.low, piece.high), (-c0, 1 - c1, v.low, v.high)):
            if b:
                ends = sorted(((least - a) / b, (most - a) / b))
                low, high = max(low, ends[0]), min(high, ends[1])
            elif not least <= a <= most:
                high = low
        ways.append((low, high, c0, c1))
    return [_along(branch, piece, way) for way in ways if way[0] < way[1]]


def _along(branch: Branch, piece: Quadratic, way: tuple[Fraction, Fraction, Fraction, Fraction]) -> Branch:
    """V(t − c) + B(c) and the capacities at c = c₀ + c₁ t."""
    low, high, c0, c1 = way
    constant = linear = square = Fraction(0)
    for q, a, b in ((branch.value, -c0, 1 - c1), (piece, c0, c1)):
        constant += q.at(a)
        linear += b * (q.linear + 2 * q.square * a)
        square += q.square * b * b
    before = tuple((a - b * c0, b * (1 - c1)) for a, b in branch.capacities)
    return Branch(Quadratic(low, high, constant, linear, square), (*before, (c0, c1)))


def _choices(curves: Sequence[Curve], feature: int, budget: Fraction, best: Fraction) -> tuple[Choice, ...]:
    """All c with B(c) + V(budget − c) = best, V of the other features."""
    others = [curve for i, curve in enumerate(curves) if i != feature]
    branches = best_branches(others) if others else (Branch(Quadratic(*[Fraction(0)] * 5), ()),)
    found: list[tuple[Fraction, Fraction]] = []
    for v in (branch.value for branch in branches):
        for piece in curves[feature].pieces:
            low, high = max(piece.low, budget - v.high), min(piece.high, budget - v.low)
            if low > high:
                continue
            # B(c) + V(budget − c) is a quadratic in c that never exceeds `best`.
            square = piece.square + v.square
            linear = piece.linear - v.linear - 2 * v.square * budget
            if square == linear == 0:
                candidates = [(low, high)]
            else:
                places = {low, high} | ({-linear / (2 * square)} if square else set())
                candidates = [(c, c) for c in places if low <= c <= high]
            found += [ends for ends in candidates if piece.at(ends[0]) + v.at(budget - ends[0]) == best]
    merged: list[tuple[Fraction, Fraction]] = []
    for low, high in sorted(found):
        if merged and low <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], high)
        else:
            merged.append((low, high))
    return tuple((to_sympy(low), to_sympy(high)) for low, high in merged)
