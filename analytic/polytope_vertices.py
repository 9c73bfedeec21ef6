r"""Exact unit vertices of polytopes, as columns of SymPy matrices (m × n)."""

from __future__ import annotations

from itertools import product

import sympy
from sympy import Expr, ImmutableMatrix, MatrixBase, Rational, cos, pi, sin, sqrt

from .closed_form import exact_number
from .rational import instance, whole


def polygon(k: int) -> ImmutableMatrix:
    """2 × k: (cos 2πj/k, sin 2πj/k); for k = 2 the digon, 1 × 2."""
    if whole(k, "k", 2) == 2:
        return orthoplex(1)
    angles = [2 * pi * j / k for j in range(k)]
    return ImmutableMatrix([[cos(a) for a in angles], [sin(a) for a in angles]])


def polygon_gram(k: int) -> ImmutableMatrix:
    """k × k: cos 2π(i − j)/k, by the addition theorem."""
    cosines = [cos(2 * pi * j / k) for j in range(whole(k, "k", 2))]
    return ImmutableMatrix(k, k, lambda i, j: cosines[abs(i - j)])


def simplex(d: int) -> ImmutableMatrix:
    """d × (d + 1), every two columns at cosine −1/d: the triangular factor of that Gram matrix, row by row."""
    rows = []
    for k in range(whole(d, "d", 1)):
        first = sqrt(Rational((d + 1) * (d - k), d * (d - k + 1)))
        rows.append([0] * k + [first] + [-first / (d - k)] * (d - k))
    return ImmutableMatrix(rows)


def simplex_gram(d: int) -> ImmutableMatrix:
    """(d + 1) × (d + 1): 1 on the diagonal, −1/d beside it."""
    whole(d, "d", 1)
    return ImmutableMatrix(d + 1, d + 1, lambda i, j: sympy.Integer(1) if i == j else Rational(-1, d))


def orthoplex(d: int) -> ImmutableMatrix:
    """d × 2d: e₁, −e₁, e₂, −e₂, …"""
    whole(d, "d", 1)
    return ImmutableMatrix(d, 2 * d, lambda i, j: (1 - 2 * (j % 2)) * int(j // 2 == i))


def cube() -> ImmutableMatrix:
    """3 × 8: (±1, ±1, ±1)/√3."""
    return _columns([[sign / sqrt(3) for sign in signs] for signs in product((1, -1), repeat=3)])


def tetrahedron() -> ImmutableMatrix:
    """3 × 4: every other vertex of the cube."""
    return _columns([[s / sqrt(3), t / sqrt(3), s * t / sqrt(3)] for s, t in product((1, -1), repeat=2)])


def icosahedron() -> ImmutableMatrix:
    """3 × 12: cyclic shifts of (0, ±1, ±φ)/√(1 + φ²), φ the golden ratio; 1/(1 + φ²) = (5 − √5)/10."""
    short, long = sqrt(Rational(1, 2) - sqrt(5) / 10), sqrt(Rational(1, 2) + sqrt(5) / 10)
    corners = [[sympy.Integer(0), s * short, t * long] for s, t in product((1, -1), repeat=2)]
    return _columns([corner[shift:] + corner[:shift] for shift in range(3) for corner in corners])


def dodecahedron() -> ImmutableMatrix:
    """3 × 20: the cube's vertices, and cyclic shifts of (0, ±1/φ, ±φ)/√3."""
    golden = (1 + sqrt(5)) / 2
    short, long = (sympy.expand(length / sqrt(3)) for length in (golden - 1, golden))
    corners = [[sympy.Integer(0), s * short, t * long] for s, t in product((1, -1), repeat=2)]
    rest = [corner[shift:] + corner[:shift] for shift in range(3) for corner in corners]
    return ImmutableMatrix.hstack(cube(), _columns(rest))


def antiprism(k: int, height: Expr) -> ImmutableMatrix:
    """3 × 2k: a k-gon at z = height and one turned by π/k at z = −height, both on the unit sphere."""
    height = exact_number(height, "height")
    radius = sqrt(sympy.expand(1 - height**2))
    columns = []
    for j in range(2 * whole(k, "k", 2)):
        angle = pi * j / k
        columns.append([radius * cos(angle), radius * sin(angle), -height if j % 2 else height])
    return _columns(columns)


def antiprism_gram(k: int, height: Expr) -> ImmutableMatrix:
    """2k × 2k: (1 − h²) cos π(i − j)/k ± h², plus within a ring."""
    k, height = whole(k, "k", 2), exact_number(height, "height")
    square = sympy.expand(height**2)
    row = [sympy.expand((1 - square) * cos(pi * j / k) + (-1) ** j * square) for j in range(2 * k)]
    return ImmutableMatrix(2 * k, 2 * k, lambda i, j: row[abs(i - j)])


def tegum(a: ImmutableMatrix, b: ImmutableMatrix) -> ImmutableMatrix:
    """(m₁ + m₂) × (n₁ + n₂): both, in orthogonal spaces."""
    for name, matrix in (("a", a), ("b", b)):
        instance(matrix, name, MatrixBase, "a SymPy matrix of vertices")
    return ImmutableMatrix(sympy.diag(a, b))


def _columns(columns: list[list[Expr]]) -> ImmutableMatrix:
    return ImmutableMatrix(columns).T
