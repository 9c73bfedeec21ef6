r"""T data points memorised in two dimensions: the regular T-gon, its loss at any norm and bias, and why no network is smaller.

**Points.** T unit vectors x_t with entries ≥ 0, orthogonal; for such entries that means disjoint supports, so feature i
belongs to at most one point t(i). Points with a common active feature are outside of what follows.

**Network.** Unit vectors u_t at the corners of a regular T-gon, W = √a Σ_t u_t x_tᵀ, b_i = b x_{t(i),i} (0 outside all
supports). Hidden vectors are h_t = √a u_t, and feature i has the output x_{t(i),i} (a cos(2π(t − t(i))/T) + b)₊ at x_t.
The entries of a point square to 1 together, so with the training loss L = (1/T) Σ_t ‖x_t − f(x_t)‖² they drop out,

.. math:: L(a, b) = \bigl(1 - (a + b)_+\bigr)^2 + \sum_{k=1}^{T-1} (a c_k + b)_+^2, \quad c_k = \cos(2πk/T), \qquad
          \|W\|_F^2 = T a, \quad \|b\|^2 = T b^2 :

those of one-hot points. L = 0 exactly where a + b = 1 and a c_1 + b ≤ 0; its edge a* = 1/(1 − c_1), b* = 1 − a* is the
published solution. b* is positive for T = 2, 3 (½ and ⅓), 0 for the square, negative from the pentagon on.

**No smaller network.** Let any W with two rows and any b have loss 0 on T ≥ 2 such points, h_t = W x_t, β_t = b·x_t. On the
support of t outputs are x_t and elsewhere 0; weighted with x_t and summed: ‖h_t‖² + β_t = 1 and h_s·h_t + β_s ≤ 0 for s ≠ t,
so h_s·(h_s − h_t) ≥ 1 for both orders of each pair. Let r ≤ r′ be two norms, φ the angle. If cos φ ≥ 0, then r² (1 − cos φ) ≥
r² − r r′ cos φ ≥ 1; if not, the sum of both gives (r² + r′²)(1 − cos φ) ≥ 2. Either way (r² + r′²)/2 ≥ g(φ) = 1/(1 − cos φ).
In the order of their angles the gaps between neighbours add to 2π and g is convex on (0, 2π), so

.. math:: \|W\|_F^2 \ge \sum_t \|h_t\|^2 \ge \sum_t g(φ_t) \ge T g(2π/T) = T a^* .

And ‖W‖² + ‖b‖² ≥ Σ_t (‖h_t‖² + (1 − ‖h_t‖²)²), convex and increasing in a mean that is at least a* ≥ ½: least there as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import sympy
from sympy import Expr, ImmutableMatrix, Rational

from .exact import Exact, closed_form, is_zero, sign
from .exact.closed_forms import exact_number, short_form
from .exact.rationals import entries, matrix, whole
from .exact.weights import Weights
from .exact.weights import weights as weights_of

_A, _B, _COSINE = sympy.symbols("a b c", real=True)
_ON, _SUM, _SQUARES = sympy.symbols("N S Q", real=True)

Points = Sequence[Sequence[Exact | Expr]]


class Network(NamedTuple):
    """W: (2, n), b: n entries, exact."""

    W: ImmutableMatrix
    b: tuple[Expr, ...]


@dataclass(frozen=True)
class TGon:
    """T points stored as a regular T-gon: a = ‖h_t‖² and the bias b in units of the entries; exact. `t_gon` builds one."""

    points: int
    squared_norm: Expr
    bias: Expr

    @property
    def training_loss(self) -> Expr:
        """L(a, b), exact."""
        on = _cosines_on(self.points, self.squared_norm, self.bias)
        own = self.squared_norm + self.bias
        missing = 1 - own if sign(own) > 0 else sympy.Integer(1)
        interference = sympy.Add(*(count * (self.squared_norm * c + self.bias) ** 2 for c, count in on))
        return _short(missing**2 + interference)

    @property
    def weight_norm(self) -> Expr:
        """‖W‖_F = √(T a)."""
        return sympy.sqrt(self.points * self.squared_norm)

    @property
    def bias_norm(self) -> Expr:
        """‖b‖ = √T |b|."""
        return sympy.sqrt(self.points) * self.bias * (1 if sign(self.bias) >= 0 else -1)

    @property
    def example_dimensionality(self) -> Rational:
        """D_X = 1/Σ_t cos²(2πt/T): m/T = 2/T, since Σ_t e^{4πit/T} = 0 unless T divides 2; ½ and 1 for T = 2 and 1.

        0 where a = 0: nothing is stored.
        """
        if sign(self.squared_norm) == 0:
            return sympy.Integer(0)
        return 1 / (Rational(self.points, 2) + (Rational(self.points, 2) if 2 % self.points == 0 else 0))

    def scaled(self, weights: Exact | Expr, biases: Exact | Expr) -> TGon:
        """The T-gon with W and b multiplied by these factors: what decay leaves of it."""
        by, shift = exact_number(weights, "weights"), exact_number(biases, "biases")
        return t_gon(self.points, _short(by**2 * self.squared_norm), _short(shift * self.bias))

    def network(self, points: Points) -> Network:
        """W and b that store these points: T rows of n entries ≥ 0, exact, of norm 1, with disjoint supports.

        ValueError for points that are not.
        """
        rows = matrix(points, "points", exact_number)
        T, n = len(rows), len(rows[0])
        if self.points != T:
            raise ValueError(f"points must be the {self.points} rows that this T-gon stores, got {T}")
        owners = [[t for t in range(T) if rows[t][i]] for i in range(n)]
        for i, owner in enumerate(owners):
            if len(owner) > 1:
                raise ValueError(f"points must have disjoint supports, got feature {i} in points {owner}")
        for t, point in enumerate(rows):
            if any(sign(entry) < 0 for entry in point):
                raise ValueError(f"points must have entries >= 0, got {[*point]} as point {t}")
            if not is_zero(sympy.Add(*(entry**2 for entry in point)) - 1):
                raise ValueError(f"points must have norm 1, got {[*point]} as point {t}")
        radius = sympy.sqrt(self.squared_norm)
        turns = [2 * sympy.pi * t / sympy.Integer(T) for t in range(T)]
        waves = ImmutableMatrix([[sympy.cos(turn) for turn in turns], [sympy.sin(turn) for turn in turns]])
        entries = sympy.Matrix(rows)
        return Network(
            ImmutableMatrix(radius * waves * entries), tuple(self.bias * sum(entries.col(i)) for i in range(n))
        )


def t_gon(points: int, squared_norm: Exact | Expr, bias: Exact | Expr) -> TGon:
    """The T-gon of norm √a and bias b, exact. ValueError unless T ≥ 1 and a ≥ 0."""
    a, b = exact_number(squared_norm, "squared_norm"), exact_number(bias, "bias")
    if sign(a) < 0:
        raise ValueError(f"squared_norm must be at least 0, got {a}")
    return TGon(whole(points, "points", 1), a, b)


def memorised(points: int) -> TGon:
    """The network with loss 0 of least ‖W‖_F: the edge of the zero-loss family. ValueError unless T ≥ 1.

    A single point needs no weights at all: a = 0, b = 1.

    >>> memorised(6).squared_norm, memorised(6).bias
    (2, -1)
    """
    points = whole(points, "points", 1)
    if points == 1:
        return TGon(1, sympy.Integer(0), sympy.Integer(1))
    return TGon(points, *(_short(value.subs(_COSINE, _cosine(points, 1))) for value in _edge()))


def best_bias(points: int, squared_norm: Exact | Expr) -> TGon:
    """The T-gon of this norm with the bias of least loss, exact. ValueError unless T ≥ 1 and a ≥ 0.

    Where none but the nearest neighbours are on, that loss is ⅔ (1 − a/a*)² (T ≥ 3); for a ≥ a* it is 0, with b = 1 − a.
    L is convex in b where a + b ≥ 0, and 1 or more elsewhere; so the one chamber that holds its own stationary point has
    the minimum.
    """
    points = whole(points, "points", 1)
    a = t_gon(points, squared_norm, 0).squared_norm
    on: list[tuple[Expr, int]] = []
    for k in range(1, points // 2 + 2):
        number, total, squares = (sympy.Add(*(count * c**power for c, count in on)) for power in (0, 1, 2))
        b = _short(_stationary().subs({_A: a, _ON: number, _SUM: total, _SQUARES: squares}))
        if k > points // 2 or sign(a * _cosine(points, k) + b) <= 0:
            break
        on.append((_cosine(points, k), _copies(points, k)))
    return TGon(points, a, b)


def training_loss(W: Weights, b: Sequence[Exact | Expr], points: Points) -> Expr:
    """(1/T) Σ_t ‖x_t − ReLU(WᵀW x_t + b)‖² as it is defined, exact; any exact points, T rows of n entries.

    W: (m, n), b: n entries. ValueError for shapes that do not match and entries that are not exact.
    """
    rows = matrix(points, "points", exact_number)
    columns = sympy.Matrix(weights_of(W, exact_number))
    bias = entries(b, "b", exact_number)
    if not columns.cols == len(bias) == len(rows[0]):
        raise ValueError(
            f"W, b and points must have the same number of features, got {columns.cols}, {len(bias)} and {len(rows[0])}"
        )
    gram = (columns.T * columns).applyfunc(closed_form)
    total = sympy.Integer(0)
    for point in rows:
        inputs = gram * sympy.Matrix(point)
        for entry, z in zip(point, (inputs[i] + bias[i] for i in range(len(point))), strict=True):
            total += (entry - z) ** 2 if sign(z) > 0 else entry**2
    return _short(total / len(rows))


@lru_cache(maxsize=1)
def _edge() -> tuple[Expr, Expr]:
    """(a*, b*) in terms of c_1: the own output is 1 and the neighbours' inputs are 0."""
    found = sympy.solve([_A + _B - 1, _A * _COSINE + _B], [_A, _B])
    return sympy.factor(found[_A]), sympy.factor(found[_B])


@lru_cache(maxsize=1)
def _stationary() -> Expr:
    """The bias at which (1 − a − b)² + Σ_k (a c_k + b)² is least, with N, S, Q the sums of 1, c_k, c_k² over those on."""
    loss = (1 - _A - _B) ** 2 + _ON * _B**2 + 2 * _A * _B * _SUM + _A**2 * _SQUARES
    (bias,) = sympy.solve(loss.diff(_B), _B)
    return bias


def _cosines_on(T: int, a: Expr, b: Expr) -> list[tuple[Expr, int]]:
    """(c_k, number of points at it) of the other points whose features are on; c_k falls with k, so they are the nearest."""
    first_off, end = 1, T // 2 + 1
    while first_off < end:
        middle = (first_off + end) // 2
        if sign(a * _cosine(T, middle) + b) > 0:
            first_off = middle + 1
        else:
            end = middle
    return [(_cosine(T, k), _copies(T, k)) for k in range(1, first_off)]


def _cosine(T: int, k: int) -> Expr:
    return sympy.cos(2 * sympy.pi * k / sympy.Integer(T))


def _copies(T: int, k: int) -> int:
    return 1 if 2 * k == T else 2


def _short(number: Expr) -> Expr:
    short = short_form(number)
    return number if short is None else short
