r"""The quadratic task of Scherlis et al. 2022, derived: its error from moments, its loss as a function of capacity.

Target :math:`y = \sum_i v_i x_i^2`, model :math:`f = \|Wx\|^2 + c`, features independent, with mean 0, variance 1 and
fourth moment β. With G = WᵀW and q = G − diag(v) the error is :math:`f - y = \sum_{ij} q_{ij} x_i x_j + c`. The best c
takes its mean away, so the loss is the variance of the quadratic form: a sum of
:math:`q_{ij} q_{kl}\,(E\, x_i x_j x_k x_l - E\, x_i x_j\, E\, x_k x_l)`, in each term of which at most four features
occur. So the identity that SymPy finds for n = 4 holds for every n.

The capacity :math:`C_i = G_{ii}^2 / \sum_j G_{ij}^2` says :math:`\sum_{j \ne i} G_{ij}^2 = a_i^2 (1/C_i - 1)` with
:math:`a_i = \|W_i\|^2`. Given the capacities, the loss is then a sum over features, each with its own norm to choose:
what is left is one function L(C) for each feature.

Which fourth moment. Features need mean 0 but not symmetry: the third moment drops out. So for x ~ U[0, 1] with density
p, β is that of the *standardised* feature (x − E x)/σ. The ratio E x⁴/(E x²)² of the raw feature, 9/(5p), is the β
of U[−1, 1] only: with a mean, the variance has terms in the row sums Σ_j q_ij besides, and is no function of capacity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Literal

import sympy
from sympy import Expr

from ..exact import Exact, rational, to_sympy
from ..exact.rationals import choice, entries, instance, matrix, whole

kurtosis = sympy.Symbol("beta", positive=True)
value = sympy.Symbol("v", nonnegative=True)
capacity = sympy.Symbol("C", positive=True)
norm = sympy.Symbol("a", nonnegative=True)
density = sympy.Symbol("p", positive=True)
skewness = sympy.Symbol("gamma", real=True)
ratio = sympy.Symbol("r", positive=True)
total = sympy.Symbol("t", positive=True)

Uniform = Literal["symmetric", "positive"]
_LOWEST = {"symmetric": -1, "positive": 0}
_TOGETHER = 4
"""Features that occur together in a term of the variance."""


@dataclass(frozen=True, kw_only=True)
class Derivation:
    r"""What follows from the moments, as SymPy expressions in β, v, C and a.

    `diagonal` and `pair`: the variance is diagonal · Σ_i q_ii² + pair · Σ_{i≠j} q_ij². `given_norm`: a feature's share
    of it at a = ‖W_i‖² and capacity C; `best_norm` the a that makes it least, `loss` the least value L(C). `scale` is
    a/C at the best norm: where columns are eigenvectors of WWᵀ, their eigenvalue. `marginal_benefit` −∂L/∂C equals
    pair · scale²; `slope` is its derivative in C and `turning_kurtosis` the β at which that vanishes for every C. The
    slope has the sign of turning_kurtosis − β: its other factors are squares, and powers of 2(1 − C) + (β − 1)C > 0.
    """

    diagonal: Expr
    pair: Expr
    given_norm: Expr
    best_norm: Expr
    loss: Expr
    scale: Expr
    marginal_benefit: Expr
    slope: Expr
    turning_kurtosis: Expr


@dataclass(frozen=True)
class Sharing:
    """Two features and one dimension, r = v₂/v₁, as SymPy expressions in β and r: the phase diagram.

    Diminishing benefits (β above the turning kurtosis): feature 2 is ignored for r ≤ `ignored`, has the dimension whole
    for r ≥ `whole`, and in between they share it. Otherwise the larger value has the dimension whole, and the boundary
    is r = `tie`, where the two curves meet. `shared` is feature 2's capacity where both share a budget of t.
    """

    ignored: Expr
    whole: Expr
    shared: Expr
    tie: Expr


def coefficients(n: int) -> sympy.Matrix:
    """The symmetric matrix of symbols q_ij, n × n."""
    whole(n, "n", 1)
    return sympy.Matrix(n, n, lambda i, j: sympy.Symbol(f"q_{min(i, j) + 1}{max(i, j) + 1}", real=True))


def variance(q: sympy.MatrixBase, moments: Sequence[Expr]) -> Expr:
    """Var Σ_ij q_ij x_i x_j, expanded, for independent features with E x^k = moments[k − 1], k = 1 to 4.

    q: (n, n), symmetric. The expectation of a monomial is the product of the moments of its powers.
    """
    q, moments = sympy.Matrix(matrix(q, "q", _expression)), entries(moments, "moments", _expression, 4)
    n = q.rows
    if q.cols != n:
        raise ValueError(f"q must be square, got shape {q.shape}")
    form = sum(
        (sympy.Poly({_exponents(n, i, j): q[i, j]}, *_inputs(n)) for i, j in product(range(n), repeat=2)),
        sympy.Poly(0, *_inputs(n)),
    )
    return sympy.expand(_expectation(form * form, moments) - _expectation(form, moments) ** 2)


@lru_cache(maxsize=1)
def derivation() -> Derivation:
    """The derivation, with skewed features. ArithmeticError should the variance not be a sum of squares of q_ij."""
    q = coefficients(_TOGETHER)
    found = variance(q, (sympy.Integer(0), sympy.Integer(1), skewness, kurtosis))
    diagonal = found.coeff(q[0, 0], 2)
    pair = found.coeff(q[0, 1], 2) / 2  # q_12 and q_21 are one symbol
    pairs = product(range(_TOGETHER), repeat=2)
    squares = sum(((diagonal if i == j else pair) * q[i, j] ** 2 for i, j in pairs), sympy.Integer(0))
    if sympy.expand(found - squares) != 0:
        raise ArithmeticError(f"the variance must be a sum of squares of q_ij, got {found}")
    given_norm = diagonal * (norm - value) ** 2 + pair * norm**2 * (1 / capacity - 1)
    # A convex parabola in a: least where its slope vanishes.
    best_norm = sympy.factor(sympy.solve(given_norm.diff(norm), norm)[0])
    loss = sympy.factor(given_norm.subs(norm, best_norm))
    marginal_benefit = sympy.factor(-loss.diff(capacity))
    slope = sympy.factor(marginal_benefit.diff(capacity))
    # At β = 1 benefits vanish altogether.
    (turning,) = set(sympy.solve(slope.subs({value: 1, capacity: sympy.Rational(1, 2)}), kurtosis)) - {1}
    scale = sympy.factor(best_norm / capacity)
    return Derivation(
        diagonal=diagonal,
        pair=pair,
        given_norm=given_norm,
        best_norm=best_norm,
        loss=loss,
        scale=scale,
        marginal_benefit=marginal_benefit,
        slope=slope,
        turning_kurtosis=turning,
    )


@lru_cache(maxsize=1)
def sharing() -> Sharing:
    """Boundaries: the last bit of one feature brings what the first bit of the other does. Inside: equal benefits.

    Benefits are 2·scale² with scale > 0, so equal benefits are equal scales, and those are linear equations.
    """
    found = derivation()
    first, second = (found.scale.subs(value, v) for v in (1, ratio))
    ignored = sympy.solve(second.subs(capacity, 0) - first.subs(capacity, 1), ratio)[0]
    whole = sympy.solve(second.subs(capacity, 1) - first.subs(capacity, 0), ratio)[0]
    shared = sympy.solve(second - first.subs(capacity, total - capacity), capacity)[0]
    tie = ignored.subs(kurtosis, found.turning_kurtosis)
    return Sharing(sympy.factor(ignored), sympy.factor(whole), sympy.factor(shared), tie)


def kurtosis_of_density(law: Uniform = "symmetric") -> Expr:
    """β of the standardised feature as an expression in the density p: U[−1, 1] ("symmetric") or U[0, 1] ("positive").

    With probability p the feature is uniform, otherwise 0. ValueError for another law.
    """
    return _kurtosis_of_density(choice(law, "law", _LOWEST))


@lru_cache(maxsize=2)
def _kurtosis_of_density(law: str) -> Expr:
    low, x = _LOWEST[law], sympy.Symbol("x", real=True)
    mean = density * sympy.integrate(x, (x, low, 1)) / (1 - low)
    second, fourth = (
        density * sympy.integrate((x - mean) ** k, (x, low, 1)) / (1 - low) + (1 - density) * mean**k for k in (2, 4)
    )
    return sympy.factor(fourth / second**2)


def sparse_kurtosis(density_: Exact, law: Uniform = "symmetric") -> sympy.Rational:
    """β at a density in (0, 1], exact. ValueError otherwise."""
    p = rational(density_, "density")
    if not 0 < p <= 1:
        raise ValueError(f"density must lie in (0, 1], got {p}")
    return kurtosis_of_density(law).subs(density, to_sympy(p))


def turning_density(law: Uniform = "symmetric") -> Expr:
    """The density in (0, 1] at which benefits turn: sparser features have diminishing, denser ones increasing benefits."""
    return _turning_density(choice(law, "law", _LOWEST))


@lru_cache(maxsize=2)
def _turning_density(law: str) -> Expr:
    numerator = sympy.fraction(sympy.together(_kurtosis_of_density(law) - derivation().turning_kurtosis))[0]
    (root,) = (root for root in sympy.Poly(numerator, density).real_roots() if 0 < root <= 1)
    return root


def exact_function(expression: Expr, arguments: Sequence[sympy.Symbol]) -> Callable[..., Fraction]:
    """A rational expression as a function of Fractions, exact: numerator and denominator with integer coefficients."""
    # Integer coefficients, or the compiled function would divide them as floats.
    instance(expression, "expression", Expr, "a SymPy expression")
    arguments = entries(arguments, "arguments", _symbol)
    if not arguments or expression.free_symbols - set(arguments):
        raise ValueError(f"arguments must be symbols, all of {expression}'s among them, got {arguments}")
    parts = [sympy.Poly(part, *arguments, domain="ZZ") for part in sympy.fraction(sympy.together(expression))]
    top, bottom = (sympy.lambdify(arguments, part.as_expr(), modules=[{}]) for part in parts)
    return lambda *values: Fraction(top(*values)) / Fraction(bottom(*values))


def _expression(value: object, name: str) -> Expr:
    return value if isinstance(value, Expr) and not value.has(sympy.Float) else to_sympy(rational(value, name))


def _symbol(value: object, name: str) -> sympy.Symbol:
    return instance(value, name, sympy.Symbol, "SymPy symbols")


def _inputs(n: int) -> tuple[sympy.Symbol, ...]:
    return tuple(sympy.symbols(f"x_1:{n + 1}"))


def _exponents(n: int, i: int, j: int) -> tuple[int, ...]:
    return tuple((k == i) + (k == j) for k in range(n))


def _expectation(polynomial: sympy.Poly, moments: Sequence[Expr]) -> Expr:
    powers = (sympy.Integer(1), *moments)
    return sum((c * sympy.prod(powers[k] for k in key) for key, c in polynomial.terms()), sympy.Integer(0))
