r"""Certificates of the smallest model with bias: f(x) = ReLU(WᵀWx + b), n = 2, m = 1, K = Σ I_i E(x_i − f_i)² + 2λw₁²w₂².

Why it is a proof. Flipping the sign of w₂ where w₁w₂ > 0 does not raise min_b K (lemma 1 of `analytic.n2m1.bias`). So let
t > 0 be the square of the larger weight, −1 ≤ q ≤ 0 the ratio of the two and β = b/t: z₁ = t(x₁ + qx₂ + β₁),
z₂ = t(q²x₂ + qx₁ + β₂), and K = C − 2tL + t²Q with C = (I₁ + I₂)p/3, L = Σ I_i E x_i z_i⁺, Q = Σ I_i E(z_i⁺)² + 2λq²
at t = 1. K > κ for every t where (C − κ)Q > L². A tree of bisections covers all (q, β₁, β₂); on a leaf one of these holds.

* Angle bound. √Q is the norm of Z = (√I₁ z₁⁺, √I₂ z₂⁺, √(2λ) q), and ‖Z‖ ‖Z₀‖ ≥ ⟨Z, Z₀⟩ ≥ T, which has z_i for z_i⁺ in Z
  and so is linear in (1, q, q², β₁, β₂). L is convex. So (C − κ)T² > Q₀L² with T > 0 at the vertices of a polytope proves
  K > κ inside; (q, q²) lies in the triangle of (q₀, q₀²), ((q₀ + q₁)/2, q₀q₁), (q₁, q₁²). Where a leaf is unbounded in
  β_i, the same is asked of its direction, along which L grows by at most I_i p/2.
* β₁ ≤ −c < 0: feature 1 is not seen below x₁ = c, so K ≥ I₁pc³/3.
* |q|, |β₁| ≤ 1/2 and β₂ ≥ |q|: f₂ is linear. With the best b₂ and t, K > κ where N = (I₁p/3 + I₂v − κ)(I₁A + I₂v(q² + q⁴)
  + 2λq²) − (I₁B + I₂vq²)² > 0, v = p/3 − p²/4, A = E(z₁⁺)², B = E x₁z₁⁺: polynomials on four wedges, positive by their
  Bernstein coefficients. For κ = I₂v, the loss of dropping feature 2, they are divided by x² first.

A certificate for a range of sparsities proves that dropping is best for all p in [p₀, p₁]: T, L and Q₀ are quadratic in p, and
inequalities between polynomials of p are proved by their Bernstein coefficients; a quadratic is given by its polar form at
(p₀, p₀), (p₀, p₁), (p₁, p₁). At a smaller r or a larger λ dropping is the better still: the least loss is concave in (r, λ), at
most rv, and 0 at r = 0.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

from .angle import ONE, Side, Weights, angle, highest, mix
from .tree import Rejected, leaves
from .wedges import Level, positive, wedges

MOST_LEAVES = 200_000
ROOT: list[Side] = [(-ONE, 0), (-ONE, None), (-ONE, None)]
"""q and β. For β ≤ −1 all is as at −1."""


def halves(cell: list[Side], axis: int) -> tuple[list[Side], list[Side]]:
    """An unbounded side is cut at twice its start, or at 1."""
    low, high = cell[axis]
    middle = max(2 * low, ONE) if high is None else (low + high) // 2
    lower, higher = cell[:], cell[:]
    lower[axis], higher[axis] = (low, middle), (middle, high)
    return lower, higher


def chart(document: Any, ends: list[Fraction], weights: Weights, upper: Level, lower: Level) -> set[str]:
    """Cover one chart; what is proved of the minimisers in it, in words. `ends`: of p, one or two."""
    polar = [(ends[0], ends[0]), (ends[0], ends[-1]), (ends[-1], ends[-1])][: 2 * len(ends) - 1]
    laws = [mix(*pair) for pair in polar]
    above, within = (
        [(weights[0] + weights[1]) * (p + q) / 6 - a - k * ((p + q) / 6 - p * q / 4) for p, q in polar]
        for a, k in (upper, lower)
    )
    dense = ends[0]  # the least density: κ/p is largest there
    most = upper[0] + upper[1] * (dense / 3 - dense**2 / 4)
    proved, linear = set(), False
    for cell in leaves(document["tree"], ROOT, 3, halves, MOST_LEAVES):
        (q, _), (low, high), (second, _) = cell
        if high is not None and 2 * max(-q, -low, high) <= ONE and second >= -q:
            linear = True
        elif high is not None and high < 0 and weights[0] * dense * Fraction(-high, ONE) ** 3 > 3 * most:
            continue
        elif not angle(cell, laws, weights, above):
            if lower == upper or not angle(cell, laws, weights, within):
                raise Rejected("a leaf of the tree is not above the lower bound")
            clipped = all(end is not None and end < -(cell[0][1] or 0) for _, end in cell[1:])
            proved.add("both outputs are clipped" if clipped else "any outputs may be clipped")
    if linear:
        level = upper if lower == upper or document["linear"] == "above" else lower
        if not all(positive(n) for n in wedges(ends, weights, level)):
            raise Rejected("the bound does not hold where the output of the weaker feature is never clipped")
        if level != upper:
            proved.add("the output of the weaker feature is never clipped")
        elif upper == (0, weights[1]):
            proved.add("one feature has w = 1 and b = 0, the other w = 0 and b = p/2")
    return proved


def theorem(document: Any) -> str:
    given = document["sparsity"]
    ends = [1 - Fraction(s) for s in (reversed(given) if isinstance(given, list) else [given])]
    one, other = (Fraction(i) for i in document["importance"])
    penalty = Fraction(document["penalty"])
    if not (0 < ends[0] <= ends[-1] < 1 and min(one, other) > 0 <= penalty and len(ends) < 3):
        raise Rejected("s must lie in (0, 1), importances must be positive, and λ ≥ 0")
    scale = lcm(*(number.denominator for number in (one, other, penalty)))
    first, second, strength = (int(number * scale) for number in (one, other, penalty))
    weights = ((first, second, strength), (second, first, strength))
    if len(document["charts"]) != (1 if first == second else 2):
        raise Rejected("there must be a tree for each chart")
    drop = Fraction(0), min(first, second)
    if isinstance(given, list):
        if one <= other or len(ends) != 2:
            raise Rejected("a range is between two sparsities, with the more important feature first")
        for row, w in zip(document["charts"], weights, strict=False):
            chart(row, ends, w, drop, drop)
        return (
            f"For s in [{1 - ends[1]}, {1 - ends[0]}], I = (1, r), r <= {other / one}, λ >= {penalty / one} the least loss over "
            f"all W and b is r v, v = p/3 - p^2/4, and at every minimiser with w1 w2 <= 0 feature 2 is dropped."
        )
    p, lower, upper = ends[0], Fraction(document["lower"]), Fraction(document["upper"])
    reached = dropped = drop[1] * (p / 3 - p * p / 4)
    if document["point"] is not None:
        reached = min(dropped, highest(document["point"]["at"], p, weights[document["point"]["chart"]]))
    if not (0 < lower <= upper and reached <= upper * scale <= dropped):
        raise Rejected("the upper bound is not reached, or lies above the loss of dropping a feature")
    levels = [drop if bound * scale == dropped else (bound * scale, 0) for bound in (upper, lower)]
    rows = zip(document["charts"], weights, strict=False)
    known = sorted(set().union(*(chart(row, ends, w, levels[0], levels[1]) for row, w in rows)))
    return (
        f"At s = {1 - p}, I = ({one}, {other}), λ = {penalty} the least loss over all W and b lies in [{lower}, {upper}] "
        f"({float(lower):.12g}, width {float(upper - lower):.1g}), and at every minimiser with w1 w2 <= 0 {' or '.join(known)}."
    )
