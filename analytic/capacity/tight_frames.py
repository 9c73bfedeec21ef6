r"""Which weights realise capacities: block-semi-orthogonal W, recognised and constructed exactly.

With S = WWᵀ the capacity is :math:`C_i = \|W_i\|^4 / W_i^T S W_i`, and by Cauchy-Schwarz
:math:`\|W_i\|^4 = (S^{1/2} W_i \cdot S^{-1/2} W_i)^2 \le W_i^T S W_i \; W_i^T S^+ W_i`. The last factors add up to
tr(S⁺S) = rank W, so Σ C_i ≤ rank W, with equality exactly when every column is an eigenvector of S. Columns of
different eigenvalues λ are orthogonal, so such a W falls into *blocks*: each block spans a space of its own, on which
its columns are a tight frame, :math:`\sum_i W_i W_i^T = \lambda P`, and :math:`C_i = \|W_i\|^2 / \lambda`. The
capacities of a block add up to its dimension, and by Schur-Horn every list of numbers in [0, 1] with a whole sum d is
one: the diagonal of a projector of rank d.

The optimum of the quadratic task is of this kind. Features that share have one scale, hence one block, whole ones a
dimension each, and the budget is whole, so the shared capacities add up to a whole number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import sympy
from sympy import Expr

from ..exact import Exact, is_zero, rational, to_sympy
from ..exact.closed_forms import exact_number
from ..exact.rationals import entries, instance, whole
from ..exact.weights import weights
from .quadratic_model import QuadraticModel
from .quadratic_task import derivation, kurtosis


@dataclass(frozen=True)
class Block:
    """Features (indices from 0) whose columns are a tight frame of a space of `dimension`, Σ W_i W_iᵀ = scale · P."""

    features: tuple[int, ...]
    dimension: int
    scale: Expr


def capacities(W: sympy.MatrixBase) -> tuple[Expr, ...]:
    """C_i = (W_i·W_i)²/Σ_j (W_i·W_j)², (n,), exact; 0 for a zero column. W: (m, n), exact SymPy numbers."""
    return _capacities(_exact(W))


def _capacities(W: sympy.Matrix) -> tuple[Expr, ...]:
    gram = _expanded(W.T * W)
    return tuple(
        sympy.radsimp(gram[i, i] ** 2 / sympy.expand(sum(gram[i, j] ** 2 for j in range(W.shape[1]))))
        if not is_zero(gram[i, i])
        else sympy.Integer(0)
        for i in range(W.shape[1])
    )


def blocks(W: sympy.MatrixBase) -> tuple[Block, ...] | None:
    """The blocks of W in order of their first feature; None where W is not block-semi-orthogonal (Σ C_i < rank W).

    Features with zero columns are in no block. Two spaces with one scale are one block. W: (m, n), exact; entries are
    rationals and square roots of rationals.
    """
    W = _exact(W)
    frame = _expanded(W * W.T)
    found: dict[Expr, list[int]] = {}
    for i in range(W.shape[1]):
        column = W[:, i]
        square = sympy.expand(column.dot(column))
        if is_zero(square):
            continue
        image = _expanded(frame * column)
        scale = sympy.radsimp(sympy.expand(column.dot(image)) / square)
        if not all(is_zero(entry) for entry in image - scale * column):
            return None
        found.setdefault(scale, []).append(i)
    shares = _capacities(W)
    return tuple(
        Block(tuple(features), int(sympy.expand(sum(shares[i] for i in features))), scale)
        for scale, features in found.items()
    )


def tight_frame(diagonal: Sequence[Exact]) -> sympy.Matrix:
    """d × k with orthonormal rows and ‖column i‖² = diagonal[i]; every entry is ± the root of a rational.

    `diagonal`: (k,) exact numbers in [0, 1] with a whole sum d ≥ 1; ValueError otherwise. Begin with d unit vectors e
    and k − d zero columns, and rotate pairs of *orthogonal* columns, which keeps the rows orthonormal. The column in
    hand, of squared norm r, is rotated with a fresh e if the next entry c > r, with a fresh zero if c < r, by the angle
    that brings it to c; what becomes of the fresh one, of squared norm r + 1 − c or r − c, is the next in hand. Both
    stay in [0, 1], and the sum says that the fresh ones last.
    """
    wanted = entries(diagonal, "diagonal", rational)
    if outside := [c for c in wanted if not 0 <= c <= 1]:
        raise ValueError(f"diagonal must lie in [0, 1], got {outside[0]}")
    dimension = sum(wanted, Fraction(0))
    if dimension.denominator != 1 or dimension == 0:
        raise ValueError(f"diagonal must have a whole sum of at least 1, got the sum {dimension}")
    d, k = int(dimension), len(wanted)
    # Columns are lists of (sign, square) of their entries: products of roots stay roots.
    units, zeros = iter(range(d)), k - d
    hand = _unit(next(units), d)
    columns = []
    for c in wanted[:-1]:
        r = sum((square for _, square in hand), Fraction(0))
        unit = next(units) if c > r or (c == r and zeros == 0) else None
        zeros -= unit is None
        # cos² of the rotation: cos²·r + sin²·(squared norm of the fresh one) = c; c = r needs none.
        cosine = Fraction(1) if c == r else (1 - c) / (1 - r) if unit is not None else c / r
        fresh = [(0, Fraction(0))] * d if unit is None else _unit(unit, d)
        columns.append(_rotated(hand, fresh, cosine, 1 - cosine, 1))
        hand = _rotated(hand, fresh, 1 - cosine, cosine, -1)
    columns.append(hand)
    return sympy.Matrix(d, k, lambda row, i: columns[i][row][0] * sympy.sqrt(to_sympy(columns[i][row][1])))


def realise(model: QuadraticModel, dimensions: int) -> sympy.Matrix:
    """Weights (m, n) that reach the least loss of the quadratic task in m = `dimensions`, exact.

    Rows of whole features come first, then the block of those that share. The capacities of W are those of
    `model.allocate(m)`, but for features that capacity brings nothing (v = 0, β = 1): their columns are zero.
    ValueError unless m is a whole number in [1, n].
    """
    dimensions = whole(dimensions, "dimensions", 1, _given(model).n)
    shares = model.allocate(dimensions)
    scales = model.scales(shares)
    W = sympy.zeros(dimensions, model.n)
    alone = [i for i, c in enumerate(shares) if c == 1]
    for row, i in enumerate(alone):
        W[row, i] = sympy.sqrt(scales[i])
    if shared := [i for i, c in enumerate(shares) if 0 < c < 1]:
        frame = tight_frame([shares[i] for i in shared])
        for column, i in enumerate(shared):
            W[len(alone) :, i] = sympy.sqrt(scales[i]) * frame[:, column]
    return W


def weights_loss(model: QuadraticModel, W: sympy.MatrixBase) -> Expr:
    """The variance of ‖Wx‖² − Σ v_i x_i², the loss of any W (m, n) with its best constant: exact, expanded.

    W: exact SymPy numbers, one column for each value; ValueError otherwise.
    """
    given, beta = _given(model).parameters
    W = _exact(W)
    if W.shape[1] != model.n:
        raise ValueError(f"W must have one column for each of the {model.n} values, got shape {W.shape}")
    q = _expanded(W.T * W) - sympy.diag(*map(to_sympy, given))
    found = derivation()
    diagonal = found.diagonal.subs(kurtosis, to_sympy(beta))
    pairs = product(range(model.n), repeat=2)
    return sympy.expand(sum((diagonal if i == j else found.pair) * q[i, j] ** 2 for i, j in pairs))


def _given(model: QuadraticModel) -> QuadraticModel:
    return instance(model, "model", QuadraticModel, "a QuadraticModel of analytic.capacity")


def _exact(W: sympy.MatrixBase) -> sympy.Matrix:
    return sympy.Matrix(weights(W, exact_number))


_Column = list[tuple[int, Fraction]]


def _unit(row: int, d: int) -> _Column:
    return [(int(k == row), Fraction(int(k == row))) for k in range(d)]


def _rotated(hand: _Column, fresh: _Column, first: Fraction, second: Fraction, sign: int) -> _Column:
    """√first · hand + sign · √second · fresh, two columns without a common entry."""
    return [
        (a, a_square * first) if a else (sign * b, b_square * second)
        for (a, a_square), (b, b_square) in zip(hand, fresh, strict=True)
    ]


def _expanded(matrix: sympy.MatrixBase) -> sympy.MatrixBase:
    return matrix.applyfunc(sympy.expand)
