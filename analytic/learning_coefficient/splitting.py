r"""Pitchforks of the penalised smallest model, two features in one dimension without bias and with 2λw₁²w₂² added to K.

With ρ = w₁² and u = w₂/w₁ in a chamber (`analytic.n2m1.derivation`), and P = 2L′Q − LQ′,

.. math:: K = C - \rho L + \rho^2 Q = f(u) + Q\,\Bigl(\rho - \frac L{2Q}\Bigr)^2, \qquad
          f = C - \frac{L^2}{4Q}, \quad f' = -\frac{LP}{4Q^2} .

Let P vanish at u₀ = ±1 and grow like :math:`\delta^{k-1}`, δ = u − u₀, so that on either side f − f(u₀) is between multiples of
:math:`|\delta|^k`. In (δ, η), η = ρ − L/2Q, a Lipschitz change of coordinates both ways, K − K* is between multiples of
:math:`\eta^2 + |\delta|^k`: its volume below ε is :math:`\varepsilon^{1/2 + 1/k}`, so λ = ½ + 1/k and m = 1. (Where the two sides
differ the larger k counts.)

For equal importances (1, 1) both symmetric pairs come to a pitchfork, where P′(u₀) = 0: the aligned pair at λ = p²(3p + 4)/16,
with k = 4; the antipodal pair at λ = p(59p² − 120p + 64)/(96(p + 2)), where the third derivative changes its sign between the
chambers on both sides, with k = 3. Both follow here by SymPy. They are global minima for large and for small p.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import sympy
from sympy import Expr, Poly

from ..exact import Exact, is_zero, to_sympy
from ..exact.rationals import choice, sparsity_between
from ..law import Independent
from ..n2m1 import OPPOSITE_FIRST, OPPOSITE_SECOND, PARAMETERS, SAME_SIGN, SmallestModel
from ..n2m1.derivation import Radial, u
from .point import Point

Phase = Literal["aligned", "antipodal"]
_SIDES = {1: ((SAME_SIGN, -1), (SAME_SIGN, 1)), -1: ((OPPOSITE_SECOND, 1), (OPPOSITE_FIRST, 1))}
"""The chambers on both sides of u₀, and the sign of δ there: each in its own chart, u = w₁/w₂ in the second of those."""


def pitchfork(phase: Phase, sparsity: Exact) -> Point:
    """The pair of equal sizes, W = (w, w) or (w, −w), at the penalty where it splits; importances (1, 1), sparsity in (0, 1).
    ValueError for anything else.

    >>> aligned = pitchfork("aligned", "1/2")
    >>> aligned.penalty, aligned.W[0][0] ** 2
    (11/128, 8/19)
    """
    place = 1 if choice(phase, "phase", ("aligned", "antipodal")) == "aligned" else -1
    s = to_sympy(sparsity_between(sparsity))
    strength = PARAMETERS[3]
    free = _SIDES[place][1][0].radial
    slope = free.stationarity.diff(u).subs({**dict(zip(PARAMETERS, (s, 1, 1), strict=False)), u: place})
    (penalty,) = sympy.solve(slope, strength)
    (ray, _), _ = _sides(SmallestModel(s, penalty=penalty), place)
    size = sympy.sqrt(ray.scale.subs(u, place))
    return Point([[size, place * size]], None, Independent(s), None, penalty)


def growth(weights: Sequence[Any], model: SmallestModel) -> tuple[int, int] | None:
    """k on both sides, negative where K falls there; None where (w₁, w₂) is not proved to be a critical point with w₂ = ±w₁."""
    first, second = weights
    if not (isinstance(first, Expr) and isinstance(second, Expr)) or is_zero(first):
        return None
    place = next((sign for sign in (1, -1) if is_zero(second - sign * first)), None)
    if place is None:
        return None
    sides = _sides(model, place)
    if not all(is_zero(first**2 - ray.scale.subs(u, place)) for ray, _ in sides):
        return None
    left, right = (_order(ray, place, side) for ray, side in sides)
    return None if left is None or right is None else (left, right)


def _sides(model: SmallestModel, place: int) -> list[tuple[Radial, int]]:
    """C, L and Q of the chambers on both sides, at the model's parameters."""
    at = dict(zip(PARAMETERS, map(to_sympy, model.parameters), strict=True))
    found = []
    for chamber, side in _SIDES[place]:
        free = chamber.radial
        found.append(
            (Radial(free.chart, *(form.subs(at) for form in (free.constant, free.linear, free.quartic))), side)
        )
    return found


def _order(ray: Radial, place: int, side: int) -> int | None:
    """k, negative where f falls; None where P does not vanish at u₀, or does everywhere."""
    shifted = Poly(sympy.expand(ray.stationarity.subs(u, u + place)), u).all_coeffs()[::-1]
    order = next((k for k, coefficient in enumerate(shifted) if coefficient != 0), 0)
    rises = -int(sympy.sign(shifted[order] * ray.linear.subs(u, place))) * side ** (order + 1)
    return rises * (order + 1) if order else None
