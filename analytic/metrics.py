r"""How exact weights store features: D, superposition and coherence of any W, as `numeric.metrics` has them in floats.

All three follow from the Gram matrix G = WᵀW, so they are rational for rational W, but for a coherence, which is the root of a
rational.
"""

from __future__ import annotations

import sympy
from sympy import Expr, ImmutableMatrix, MatrixBase

from .exact import closed_form, is_zero, sign
from .exact.closed_forms import exact_number, numbered
from .exact.weights import Weights, weights


def feature_dimensionality(W: Weights) -> tuple[Expr, ...]:
    r"""D_i = ‖W_i‖² / Σ_j (Ŵ_i·W_j)² of W (m, n), for each column; 0 for a zero column.

    W holds exact real numbers; ValueError for floats and for rows of unequal lengths or none.

    >>> feature_dimensionality([[1, "-1/2"], [0, "3/4"]])
    (4/5, 169/233)
    """
    return dimensionality_of(gram(W))


def superposition(W: Weights) -> tuple[Expr, ...]:
    """Σ_{j≠i} (Ŵ_i·W_j)² of W (m, n), for each column: how much of the others lies along it; 0 for a zero column.

    Errors as above.

    >>> superposition([[1, "-1/2"], [0, "3/4"]])
    (1/4, 4/13)
    """
    G = gram(W)
    return tuple(
        sympy.Integer(0)
        if is_zero(G[i, i])
        else closed_form(sympy.Add(*(G[i, j] ** 2 for j in range(G.rows) if j != i)) / G[i, i])
        for i in range(G.rows)
    )


def coherence(W: Weights) -> Expr:
    """max over i ≠ j of |Ŵ_i·Ŵ_j| over the nonzero columns of W (m, n); 0 where fewer than two are nonzero. Errors as above.

    >>> coherence([[1, "-1/2"], [0, "3/4"]])
    2*sqrt(13)/13
    """
    return coherence_of(gram(W))


def gram(W: Weights) -> ImmutableMatrix:
    """G = WᵀW (n, n), entries in closed form. Errors as above."""
    columns = [*zip(*weights(W, exact_number), strict=True)]
    n = len(columns)

    def entry(i: int, j: int) -> Expr:
        pairs = zip(columns[min(i, j)], columns[max(i, j)], strict=True)
        return closed_form(sympy.Add(*(a * b for a, b in pairs)))

    return ImmutableMatrix(n, n, entry)


def dimensionality_of(gram: MatrixBase) -> tuple[Expr, ...]:
    """D_i = G_ii² / Σ_j G_ij² from an exact Gram matrix."""
    squares = gram.applyfunc(lambda entry: closed_form(entry**2))
    return tuple(
        sympy.Integer(0) if is_zero(squares[i, i]) else closed_form(squares[i, i] / sympy.Add(*squares.row(i)))
        for i in range(squares.rows)
    )


def coherence_of(gram: MatrixBase) -> Expr:
    """The largest |G_ij|/√(G_ii G_jj) of an exact Gram matrix, over nonzero columns."""
    kept = [i for i in range(gram.rows) if not is_zero(gram[i, i])]
    cosines = numbered(
        closed_form(gram[i, j] / sympy.sqrt(gram[i, i] * gram[j, j])) for i in kept for j in kept if j < i
    )
    largest = sympy.Integer(0)
    for cosine in cosines:
        size = cosine if sign(cosine) >= 0 else -cosine
        largest = size if sign(size - largest) > 0 else largest
    return largest
