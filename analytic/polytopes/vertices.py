r"""Exact unit vertices of polytopes, as columns of SymPy matrices (m × n)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from math import prod

import sympy
from sympy import Expr, ImmutableMatrix, MatrixBase, Rational, cos, pi, sin, sqrt

from ..exact.closed_forms import exact_number
from ..exact.rationals import instance, whole


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


def cube(d: int = 3) -> ImmutableMatrix:
    """d × 2^d: (±1, …, ±1)/√d."""
    return _columns([[sign / sqrt(d) for sign in signs] for signs in product((1, -1), repeat=whole(d, "d", 1))])


def demicube(d: int) -> ImmutableMatrix:
    """d × 2^(d−1): every other vertex of the cube, those whose signs have product 1."""
    return _columns(
        [[s / sqrt(d) for s in (*signs, prod(signs))] for signs in product((1, -1), repeat=whole(d, "d", 2) - 1)]
    )


def rectified_simplex(d: int) -> ImmutableMatrix:
    """d × d(d + 1)/2: middles of the edges of the simplex, pairs (i, j) in order, scaled to norm 1: |v_i + v_j|² = 2 − 2/d."""
    corners, scale = simplex(whole(d, "d", 2)), sqrt(Rational(d, 2 * (d - 1)))
    middles = [scale * (corners[:, i] + corners[:, j]) for i, j in combinations(range(d + 1), 2)]
    return ImmutableMatrix(ImmutableMatrix.hstack(*middles).applyfunc(sympy.expand))


def rectified_simplex_gram(d: int) -> ImmutableMatrix:
    """Edges with a common end at cosine (d − 3)/(2d − 2), others at −2/(d − 1)."""
    pairs = [set(pair) for pair in combinations(range(whole(d, "d", 2) + 1), 2)]
    cosine = {2: sympy.Integer(1), 1: Rational(d - 3, 2 * d - 2), 0: Rational(-2, d - 1)}
    return ImmutableMatrix(len(pairs), len(pairs), lambda i, j: cosine[len(pairs[i] & pairs[j])])


def harmonic(n: int, frequencies: Sequence[int]) -> ImmutableMatrix:
    """2f × n: (cos 2πkj/n, sin 2πkj/n)/√f for each of f frequencies k, in column j: a tight frame where these are distinct."""
    angles = [[2 * pi * (k * j % n) / n for k in frequencies] for j in range(n)]
    scale = 1 / sqrt(len(frequencies))
    return _columns([[scale * wave(a) for a in row for wave in (cos, sin)] for row in angles])


def harmonic_gram(n: int, frequencies: Sequence[int]) -> ImmutableMatrix:
    """n × n: the mean of cos 2πk(i − j)/n over the frequencies."""
    row = [sympy.Add(*(cos(2 * pi * (k * j % n) / n) for k in frequencies)) / len(frequencies) for j in range(n)]
    return ImmutableMatrix(n, n, lambda i, j: sympy.expand(row[abs(i - j)]))


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
    _given(a, b)
    return ImmutableMatrix(sympy.diag(a, b))


def product_of(a: ImmutableMatrix, b: ImmutableMatrix) -> ImmutableMatrix:
    """(d₁ + d₂) × n₁n₂, the Cartesian product of two tight frames: (√d₁ u, √d₂ v)/√(d₁ + d₂), tight as well."""
    _given(a, b)
    first, second = (sqrt(Rational(part.rows, a.rows + b.rows)) for part in (a, b))
    return _columns([[*(first * a[:, i]), *(second * b[:, j])] for i in range(a.cols) for j in range(b.cols)])


def product_gram(a: ImmutableMatrix, b: ImmutableMatrix, shares: tuple[Rational, Rational]) -> ImmutableMatrix:
    """n₁n₂ × n₁n₂: the mean of the cosines of the parts, with shares d₁/(d₁ + d₂) and d₂/(d₁ + d₂)."""
    _given(a, b)
    for share in shares:
        instance(share, "shares", Rational, "a pair of SymPy rationals")
    k, n = b.rows, a.rows * b.rows
    return ImmutableMatrix(n, n, lambda i, j: sympy.expand(shares[0] * a[i // k, j // k] + shares[1] * b[i % k, j % k]))


def _given(a: ImmutableMatrix, b: ImmutableMatrix) -> None:
    for name, matrix in (("a", a), ("b", b)):
        instance(matrix, name, MatrixBase, "a SymPy matrix")


def _columns(columns: list[list[Expr]]) -> ImmutableMatrix:
    return ImmutableMatrix(columns).T
