r"""Minima with kinks under exactly one active feature: quadratic growth from one-sided forms, in rationals.

Where g_ij = 0 and b_i = 0 the pair costs φ(δg, δb) = 3∫(x δg + δb)₊² to second order: not a quadratic form, but one that is never
negative, continuous and homogeneous of degree 2. So 2H ≈ q(v) = vᵀSv + 2Σφ, S the Hessian of all other terms. Let S be
positive semidefinite. Then q(v) = 0 exactly where Sv = 0, δb_i ≤ 0 and δg_ij + δb_i ≤ 0 for each such pair: a cone {Av ≤ 0} in
the kernel of S. If a combination of the rows of A with positive coefficients vanishes on the kernel, Av ≤ 0 means Av = 0
(Stiemke), and the cone is the subspace {Sv = 0, Av = 0}. If that is no more than the directions in which H is constant, q is
positive across them, bounded below on the sphere by continuity, and vol{H < H* + ε} ≍ ε^{r/2} with r their codimension.
For the 4-gon the combination is that the gaps between neighbours add up to 2π.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from flint import fmpq, fmpq_mat
from sympy.solvers.simplex import InfeasibleLPError, lpmin

from ..one_sparse.potential import Derivatives, slope
from ..one_sparse.signs import pivots

Vector = list[fmpq]


def kinked(found: Derivatives) -> list[tuple[int, int]]:
    """The pairs (i, j), i ≠ j, with b_i = 0 and W_i·W_j = 0, exactly (a ball is 0 only if its radius is)."""
    c = len(found.b)
    return [
        (i, j)
        for i in range(c)
        if found.b[i] == 0
        for j in range(c)
        if i != j and sum((row[i] * row[j] for row in found.W[1:]), found.W[0][i] * found.W[0][j]) == 0
    ]


def zero_set(found: Derivatives, pairs: Sequence[tuple[int, int]]) -> int | None:
    """The dimension of {q = 0} where it is proved to be a subspace, otherwise None; the Hessian must be rational."""
    S, size = found.hessian, len(found.hessian)
    if None in (signs := pivots(S)) or -1 in signs:
        return None
    constraints: list[Vector] = []
    for i, j in pairs:
        bias: Vector = [fmpq(0)] * size
        bias[len(found.W) * len(found.b) + i] = fmpq(1)
        both = list(bias)
        for place, entry in slope(found.W, i, j).items():
            both[place] += entry
        constraints += [row for row in (bias, both) if row not in constraints]
    kernel = _kernel(S)
    rows = [[sum((x * y for x, y in zip(row, v, strict=True)), fmpq(0)) for v in kernel] for row in constraints]
    rows = [row for row in rows if any(entry != 0 for entry in row)]
    if not rows:
        return len(kernel)
    if not _positively_dependent(rows):
        return None
    return len(kernel) - int(fmpq_mat(rows).rank())


def _kernel(S: Sequence[Sequence[fmpq]]) -> list[Vector]:
    """A basis of {v: Sv = 0}, from the reduced row echelon form."""
    reduced, rank = fmpq_mat([list(row) for row in S]).rref()
    size = len(S)
    leading = [next(j for j in range(size) if reduced[i, j] != 0) for i in range(rank)]
    found = []
    for free in (j for j in range(size) if j not in leading):
        vector = [fmpq(int(j == free)) for j in range(size)]
        for i, place in enumerate(leading):
            vector[place] = -reduced[i, free]
        found.append(vector)
    return found


def _positively_dependent(rows: Sequence[Vector]) -> bool:
    """Whether Σ y_k row_k = 0 for some y ≥ 1: a linear program in rationals."""
    y = sympy.symbols(f"y:{len(rows)}")
    columns = [
        sympy.Add(*(sympy.Rational(int(row[j].p), int(row[j].q)) * y[k] for k, row in enumerate(rows)))
        for j in range(len(rows[0]))
    ]
    conditions = [variable >= 1 for variable in y] + [sympy.Eq(column, 0) for column in columns if column != 0]
    try:
        lpmin(sympy.Add(*y), conditions)
    except InfeasibleLPError:
        return False
    return True
