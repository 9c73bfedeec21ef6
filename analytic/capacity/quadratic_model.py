r"""How a model of the quadratic task spends its dimensions: loss, marginal benefit and allocation of capacity, exactly.

With the loss :math:`\sum_i L(v_i, C_i)` and the scale λ(v, C) of `analytic.capacity.quadratic_task`, a feature's marginal benefit
is 2λ². For n features and a budget Σ C_i = t the least loss is found in closed form:

* β > 3, diminishing benefits: the loss is convex, so the optimum is where all features that share (0 < C_i < 1) have one
  scale λ, ignored ones (C_i = 0) at most it, whole ones (C_i = 1) at least it. 1/λ is affine in C: a feature enters
  at 1/λ = w₀, is whole at w₁ > w₀, and C = (w − w₀)/(w₁ − w₀) in between. The total is piecewise linear in w, so
  everything is rational.
* β ≤ 3: the loss is concave, so a vertex of {0 ≤ C_i ≤ 1, Σ C_i = t} is optimal, and a vertex has at most one fraction.
  L = v² g(C) with g falling, so larger values come first: whole, whole, …, the fraction, ignored.

This is the least loss over all W of m = t rows too. Below it no W can get: its own capacities have a total of at most
its rank (Cauchy-Schwarz), more capacity never hurts, and Σ L(v_i, C_i) is its loss at the best norms. And some W
reaches it (`analytic.capacity.tight_frames`), because features that share have one scale.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

import sympy

from ..exact import Exact, rational, to_sympy
from ..exact.rationals import entries
from .quadratic_task import capacity, derivation, exact_function, kurtosis, value

Role = Literal["ignored", "shared", "whole"]
Change = Literal["enters", "whole"]


class Breakpoint(NamedTuple):
    """At a budget of `total` feature number `feature` (from 0) enters (leaves 0) or is whole (reaches 1).

    `marginal_benefit` is what the next bit of capacity brings there, to the feature that changes.
    """

    total: sympy.Rational
    feature: int
    change: Change
    marginal_benefit: sympy.Rational


@dataclass(frozen=True)
class QuadraticModel:
    r"""n features of the quadratic task: `values` v_i ≥ 0 (n,) and their common fourth moment `kurtosis` β ≥ 1, exact.

    .. math:: \min_W E(f - y)^2 = \min_{\sum C_i \le m} \sum_i \frac{2(\beta - 1) v_i^2 (1 - C_i)}{2 + (\beta - 3) C_i}

    β = 1 is the law ±1, whose squares are constant: every loss is 0. ValueError for no values, a negative value,
    β < 1 (E x⁴ ≥ (E x²)² = 1 for every law), and floats.

    >>> QuadraticModel((1, "1/2"), 6).allocate(1)
    (8/9, 1/9)
    """

    values: Sequence[Exact] = field(compare=False)
    kurtosis: Exact = field(compare=False)
    parameters: tuple[tuple[Fraction, ...], Fraction] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        given = entries(self.values, "values", rational)
        if not given:
            raise ValueError(f"values must be a sequence of at least one number, got {self.values!r}")
        beta = rational(self.kurtosis, "kurtosis")
        if negative := [v for v in given if v < 0]:
            raise ValueError(f"values must not be negative, got {negative[0]}")
        if beta < 1:
            raise ValueError(f"kurtosis must be at least 1, the fourth moment of ±1 at unit variance, got {beta}")
        object.__setattr__(self, "parameters", (given, beta))

    @property
    def n(self) -> int:
        return len(self.parameters[0])

    @property
    def diminishing(self) -> bool:
        """Whether marginal benefits fall with capacity (β > 3); at β = 3 they are constant, below they rise."""
        return bool(self.parameters[1] > derivation().turning_kurtosis)

    def loss(self, capacities: Sequence[Exact]) -> sympy.Rational:
        """Σ_i L(v_i, C_i), the loss at the best norms. `capacities`: (n,) in [0, 1], exact; ValueError otherwise."""
        return to_sympy(sum(self._each(_functions().loss, capacities), Fraction(0)))

    def marginal_benefits(self, capacities: Sequence[Exact]) -> tuple[sympy.Rational, ...]:
        """−∂L/∂C_i at `capacities`, (n,)."""
        return tuple(map(to_sympy, self._each(_functions().marginal_benefit, capacities)))

    def norms(self, capacities: Sequence[Exact]) -> tuple[sympy.Rational, ...]:
        """The best squared norms ‖W_i‖² at `capacities`, (n,)."""
        return tuple(map(to_sympy, self._each(_functions().best_norm, capacities)))

    def scales(self, capacities: Sequence[Exact]) -> tuple[sympy.Rational, ...]:
        """λ_i = ‖W_i‖²/C_i at the best norms (its limit where C_i = 0), (n,): equal where features share."""
        return tuple(map(to_sympy, self._each(_functions().scale, capacities)))

    def allocate(self, total: Exact) -> tuple[sympy.Rational, ...]:
        """The capacities of least loss with Σ C_i = total, (n,).

        Where the optimum is not unique (equal values at β ≤ 3, values 0, β = 1) the first features get the most.
        ValueError unless 0 ≤ total ≤ n.
        """
        budget = rational(total, "total")
        if not 0 <= budget <= self.n:
            raise ValueError(f"total must lie in [0, {self.n}], the number of features, got {budget}")
        given, _ = self.parameters
        if self.diminishing:
            shares = self._equal_benefit(budget)
            left = budget - sum(shares, Fraction(0))  # once every value above 0 is whole
            order = [i for i, v in enumerate(given) if v == 0]
        else:
            shares, left = [Fraction(0)] * self.n, budget
            order = sorted(range(self.n), key=lambda i: -given[i])
        for i in order:
            shares[i] = min(Fraction(1), left)
            left -= shares[i]
        return tuple(map(to_sympy, shares))

    def roles(self, total: Exact) -> tuple[Role, ...]:
        """What each feature is under `allocate`: ignored (C = 0), shared (0 < C < 1) or whole (C = 1)."""
        return tuple("ignored" if c == 0 else "whole" if c == 1 else "shared" for c in self.allocate(total))

    def breakpoints(self) -> tuple[Breakpoint, ...]:
        """Budgets at which `allocate` changes form, in order; between them every capacity is affine in the total.

        Features of value 0 have none: capacity brings them nothing.
        """
        given, beta = self.parameters
        if self.diminishing:
            found = [(corner.total, corner.feature, corner.end) for corner in self._corners]
        else:
            order = [i for i in sorted(range(self.n), key=lambda i: -given[i]) if given[i] > 0]
            found = [(Fraction(k + end), i, end) for k, i in enumerate(order) for end in (0, 1)]
        benefit = _functions().marginal_benefit
        return tuple(
            Breakpoint(
                to_sympy(total),
                i,
                "whole" if end else "enters",
                to_sympy(benefit(given[i], end, beta) if beta > 1 else Fraction(0)),
            )
            for total, i, end in found
        )

    def _each(self, function: Callable[..., Fraction], capacities: Sequence[Exact]) -> list[Fraction]:
        given, beta = self.parameters
        found = []
        for v, c in zip(given, entries(capacities, "capacities", rational, self.n), strict=True):
            if not 0 <= c <= 1:
                raise ValueError(f"capacities must lie in [0, 1], got {c}")
            # At β = 1 nothing is to be gained; the formulas have 0/0 at C = 1.
            found.append(function(v, c, beta) if beta > 1 else Fraction(0))
        return found

    @cached_property
    def _thresholds(self) -> dict[int, tuple[Fraction, Fraction]]:
        """1/λ at which each feature of value above 0 enters and is whole."""
        given, beta = self.parameters
        scale = _functions().scale
        return {i: (1 / scale(v, 0, beta), 1 / scale(v, 1, beta)) for i, v in enumerate(given) if v > 0}

    @cached_property
    def _corners(self) -> tuple[_Corner, ...]:
        """Where the total, as a function of 1/λ, changes slope."""
        events = sorted((w, i, end) for i, ends in self._thresholds.items() for end, w in enumerate(ends))
        corners: list[_Corner] = []
        total = slope = last = Fraction(0)
        for w, i, end in events:
            total += slope * (w - last)
            enters, whole = self._thresholds[i]
            slope += (-1 if end else 1) / (whole - enters)
            last = w
            corners.append(_Corner(total, w, i, end))
        return tuple(corners)

    def _equal_benefit(self, budget: Fraction) -> list[Fraction]:
        """Shares at the 1/λ where they add up to the budget, or all whole where the budget is larger."""
        shares = [Fraction(0)] * self.n
        corners = self._corners
        k = bisect_left(corners, budget, key=lambda corner: corner.total)
        if k == 0:
            return shares
        w = corners[k - 1].w
        if k < len(corners):
            below, above = corners[k - 1], corners[k]
            w += (budget - below.total) * (above.w - below.w) / (above.total - below.total)
        for i, (enters, whole) in self._thresholds.items():
            # 1/λ is affine in C.
            shares[i] = min(max((w - enters) / (whole - enters), Fraction(0)), Fraction(1))
        return shares


class _Corner(NamedTuple):
    """At 1/λ = w all shares together are `total`, and a feature enters (end 0) or is whole (end 1)."""

    total: Fraction
    w: Fraction
    feature: int
    end: int


class _Functions(NamedTuple):
    """The derived expressions as functions of (v, C, β) on Fractions."""

    best_norm: Callable[..., Fraction]
    loss: Callable[..., Fraction]
    scale: Callable[..., Fraction]
    marginal_benefit: Callable[..., Fraction]


@lru_cache(maxsize=1)
def _functions() -> _Functions:
    found, arguments = derivation(), (value, capacity, kurtosis)
    expressions = (found.best_norm, found.loss, found.scale, found.marginal_benefit)
    return _Functions(*(exact_function(expression, arguments) for expression in expressions))
