r"""The inertia of a symmetric matrix of balls, and of a Hessian that rotations leave a kernel.

LDLᵀ without ever dividing by what may be 0: by Sylvester's law the signs of the pivots are those of the eigenvalues. A Hessian
H with tangents t₁, … of a known kernel has the same inertia on its complement as :math:`H + \Sigma t t^T`, which on the
kernel is positive definite: so zero eigenvalues are never to be told from small ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import flint
from flint import fmpq

from .entries import MOST_BITS
from .pair import Undecided, sign, vanishes
from .potential import Derivatives

Matrix = Sequence[Sequence[Any]]


def pivots(matrix: Matrix) -> list[int | None]:
    """The signs of the pivots of LDLᵀ with diagonal pivoting, largest first.

    0 for a remainder that is exactly 0, None for each of a remainder without a diagonal entry whose ball excludes 0. The
    negative ones are a lower bound on the number of negative eigenvalues, the positive ones on that of positive ones.
    """
    A, live = [list(row) for row in matrix], list(range(len(matrix)))
    signs: list[int | None] = []
    while live:
        k = max(live, key=lambda i: abs(float(A[i][i])))
        if not (A[k][k] > 0 or A[k][k] < 0):
            nothing = all(A[i][j] == 0 for i in live for j in live)
            return signs + [0 if nothing else None] * len(live)
        signs.append(sign(A[k][k]))
        live.remove(k)
        for i in live:
            factor = A[i][k] / A[k][k]
            if not vanishes(factor):
                for j in live:
                    A[i][j] = A[i][j] - factor * A[k][j]
    return signs


def rotations(W: Matrix, biases: int) -> list[list[Any]]:
    """The tangents of W ↦ AW, A in so(m), in the coordinates of `Derivatives.gradient`; m(m − 1)/2 of them."""
    c = len(W[0])
    found = []
    for a, b in combinations(range(len(W)), 2):
        tangent: list[Any] = [fmpq(0)] * (len(W) * c + biases)
        for j in range(c):
            tangent[a * c + j], tangent[b * c + j] = -W[b][j], W[a][j]
        found.append(tangent)
    return found


def independent(vectors: Matrix) -> int:
    """Their rank, from the pivots of their Gram matrix."""
    gram = [[sum((x * y for x, y in zip(u, v, strict=True)), fmpq(0)) for v in vectors] for u in vectors]
    signs = pivots(gram)
    if None in signs:
        raise Undecided("a Gram determinant")
    return signs.count(1)


def lifted(hessian: Matrix, tangents: Matrix) -> list[list[Any]]:
    """H + Σ t tᵀ."""
    found = [list(row) for row in hessian]
    for t in tangents:
        place = [i for i, entry in enumerate(t) if not (isinstance(entry, fmpq) and entry == 0)]
        for i in place:
            for j in place:
                found[i][j] = found[i][j] + t[i] * t[j]
    return found


def decided(attempt: Callable[[int], Any], bits: int = 128) -> Any:
    """`attempt(bits)` at doubling precision until nothing is undecided; the last `Undecided` where that does not come."""
    while True:
        try:
            with flint.ctx.workprec(bits):
                return attempt(bits)
        except Undecided:
            bits *= 2
            if bits > MOST_BITS:
                raise


def signature(derivatives: Callable[[int], Derivatives]) -> tuple[int, int, int]:
    """(negative, zero, positive) of a Hessian at a critical point, certified, rotations and rows that are exactly 0 known."""

    def attempt(bits: int) -> tuple[int, int, int]:
        found = derivatives(bits)
        dead = zero_rows(found.hessian)
        kept = [i for i in range(len(found.hessian)) if i not in dead]
        tangents = [[t[i] for i in kept] for t in rotations(found.W, len(found.b))]
        signs = pivots(lifted([[found.hessian[i][j] for j in kept] for i in kept], tangents))
        turns = independent(tangents)
        if None in signs:
            raise Undecided("a pivot")
        zeros = len(dead) + signs.count(0) + turns
        return signs.count(-1), zeros, signs.count(1) - turns

    return decided(attempt)  # type: ignore[no-any-return]


def zero_rows(hessian: Matrix) -> list[int]:
    """Coordinates in which the Hessian is exactly 0."""
    return [i for i, row in enumerate(hessian) if all(isinstance(x, fmpq) and x == 0 for x in row)]
