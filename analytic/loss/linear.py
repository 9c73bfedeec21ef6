r"""Networks with a linear output, x' = W_out W x + b or WᵀWx + b: their loss is a polynomial in the weights.

With μ = E x, M = E xxᵀ and row i of A = W_out W, g, and targets y = x, or |x|,

.. math:: E (y_i - b_i - g \cdot x)^2 = M_{ii} - 2 (b_i E y_i + g \cdot E y_i x) + b_i^2 + 2 b_i\, g \cdot \mu + g^T M g .

The least loss of y = x over all A of rank m is known (reduced-rank regression; Eckart and Young 1936). The best bias is μ - Aμ;
with C = M - μμᵀ and D the square roots of the importances on a diagonal, what is left is ‖D C^½ - D A C^½‖², and so the sum of
all but the m largest eigenvalues of D C D, which are those of C D². Where all importances are equal, the best A is the projection
onto the first m principal components, which is symmetric: a tied model does as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy
from flint import fmpq_mat
from sympy import Expr

from ..exact import Exact, rational, to_flint, to_sympy
from ..exact.rationals import entries, from_flint, instance, whole
from ..law import Law, Moments


class Aim(NamedTuple):
    """E y_i and E y_i x_j of the targets y."""

    mean: tuple[Fraction, ...]
    product: tuple[tuple[Fraction, ...], ...]


def absolute_aim(law: Law, n: int) -> Aim:
    """Of y = |x|."""
    each = law.magnitudes(n)
    single = [law.inclusion((i,), n) for i in range(n)]
    size = [sum((w * (a + b) / 2 for w, a, b in one.signed), Fraction(0)) for one in each]
    turned = [sum((w * (a * a + a * b + b * b) / 3 for w, a, b in one.signed), Fraction(0)) for one in each]  # E |x| x
    product = tuple(
        tuple(single[i] * turned[i] if i == j else law.inclusion((i, j), n) * size[i] * each[j].mean for j in range(n))
        for i in range(n)
    )
    return Aim(tuple(p * mean for p, mean in zip(single, size, strict=True)), product)


def linear_row(
    row: Sequence[Any], bias: Any, feature: int, moments: Moments, aim: Aim, number: Callable[[Fraction], Any]
) -> Any:
    """E (y_i - b_i - g·x)², in the arithmetic of the numbers put in; `number` takes a moment to that kind."""
    mean = [number(value) for value in moments.mean]
    product = [[number(value) for value in line] for line in moments.product]
    along = [sum((p * g for p, g in zip(line, row, strict=True)), number(Fraction(0))) for line in product]  # M g
    level = sum((g * mu for g, mu in zip(row, mean, strict=True)), number(Fraction(0)))
    square = sum((g * v for g, v in zip(row, along, strict=True)), bias * bias + 2 * bias * level)
    cross = bias * number(aim.mean[feature])
    cross = sum((g * number(value) for g, value in zip(row, aim.product[feature], strict=True)), cross)
    return number(moments.square[feature]) - 2 * cross + square


def least_linear_loss(
    n: int, m: int, law: Law, importance: Sequence[Exact] | None = None, *, bias: bool = True
) -> Expr:
    """The least K of x' = W_out W x + b over all W (m, n), W_out (n, m) and b (n,), b = 0 unless `bias`: exact.

    Rational for independent features with a bias, otherwise a sum of roots of a polynomial (`CRootOf`). `importance` (n,), exact
    numbers ≥ 0, or None for 1. ValueError on bad input.

    >>> from analytic.law import Independent
    >>> least_linear_loss(3, 2, Independent("1/2"))  # Var x = p/3 - p²/4
    5/48
    """
    n, m = whole(n, "n", 1), whole(m, "m", 1)
    instance(law, "law", Law, "a law of analytic.law, such as Independent('9/10')")
    instance(bias, "bias", bool, "True or False")
    values = entries([1] * n if importance is None else importance, "importance", rational, n)
    if negative := [value for value in values if value < 0]:
        raise ValueError(f"importance must not be negative, got {negative[0]}")
    mean, _, product = law.moments(n)
    shift = mean if bias else (Fraction(0),) * n
    entry = [[(product[i][j] - shift[i] * shift[j]) * values[j] for j in range(n)] for i in range(n)]
    characteristic = fmpq_mat([[to_flint(value) for value in line] for line in entry]).charpoly()
    coefficients = [to_sympy(from_flint(characteristic[k])) for k in reversed(range(n + 1))]
    eigenvalues = sympy.real_roots(sympy.Poly(coefficients, sympy.Dummy("lambda")))
    return sympy.Add(*eigenvalues[: max(0, n - m)])
