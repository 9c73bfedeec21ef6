"""Whether the link energy minus its line is convex around the contact; the letters are those of `polygon`."""

from __future__ import annotations

from .contact import Contact
from .intervals import BALL, BITS, Interval, root

WEIGHTS = (1, 1, 2, 2, 1)
Matrix = list[list[Interval]]


def convex(at: Contact, piece: list[int]) -> bool:
    """Whether the Hessian of E − line in (l₁, l₂, b₁, b₂, C) is positive definite on the piece."""
    place = smooth(piece)
    return place is not None and definite(hessian(at.multiplier, *place))


def convex_in_gap(piece: list[int], least: int) -> bool:
    """Whether all eigenvalues of the Hessian of E in (l₁, l₂, b₁, b₂, δ), ∂/∂δ = −sin δ ∂/∂C, exceed `least` on the piece."""
    place = smooth(piece)
    if place is None:
        return False
    l1, l2, b1, b2, x = place
    rows, g, sine = hessian(Interval(0, 0), *place), l1 * l2 * x, root(1 - x * x)
    for row in rows[:4]:
        row[4] = -(sine * row[4])
    rows[4][4] = (1 - x * x) * rows[4][4] - slope(g, b1, b2) * g
    return definite(rows, least)


def smooth(piece: list[int]) -> list[Interval] | None:
    """The piece; None where E may have another form."""
    shift = BALL - BITS
    place = [Interval(low << shift, high << shift) for low, high in zip(piece[::2], piece[1::2], strict=True)]
    l1, l2, b1, b2, x = place
    g = l1 * l2 * x
    return place if all(b < 0 and n * n + b > 0 and g + b > 0 for n, b in ((l1, b1), (l2, b2))) else None


def slope(g: Interval, b1: Interval, b2: Interval) -> Interval:
    """∂E/∂g."""
    v, w = b1 / g, b2 / g
    return 4 * g + 3 * (b1 + b2) - g * (v * v * v + w * w * w)


def hessian(multiplier: Interval, l1: Interval, l2: Interval, b1: Interval, b2: Interval, x: Interval) -> Matrix:
    """The upper half of that of E − line."""
    g = l1 * l2 * x
    ratios = b1 / g, b2 / g
    cubes = ratios[0] * ratios[0] * ratios[0] + ratios[1] * ratios[1] * ratios[1]
    by_g, by_gg = slope(g, b1, b2), 4 + 2 * cubes
    by_gb, by_bb = [3 - 3 * v * v for v in ratios], [6 + 6 * v for v in ratios]
    d = l2 * x, l1 * x, l1 * l2
    h = {(i, j): by_gg * d[i] * d[j] for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))}
    sine2 = 1 - x * x
    matrix = [[Interval(0, 0)] * 5 for _ in range(5)]
    for i, (n, b) in enumerate(((l1, b1), (l2, b2))):
        v, a = b / (n * n), n * n
        matrix[i][i] = h[i, i] - 2 + 10 * v * v * v + 6 * a + 3 * b + 3 * v * v * b
        matrix[i][2 + i] = 3 * n - 6 * v * v / n - 3 * v * v * n + by_gb[i] * d[i]
        matrix[i][3 - i] = by_gb[1 - i] * d[i]
        matrix[i][4] = h[i, 2] + by_g * (l2, l1)[i]
        matrix[2 + i][2 + i] = 3 + 3 * v / a + 3 * v + by_bb[i]
        matrix[2 + i][4] = by_gb[i] * d[2]
    matrix[0][1] = h[0, 1] + by_g * x
    matrix[4][4] = h[2, 2] - multiplier * x / (sine2 * root(sine2))
    return matrix


def definite(matrix: Matrix, least: int = 0) -> bool:
    """Whether all eigenvalues of each symmetric matrix with this upper half exceed `least`, in units of 2^-128."""
    whole = [[matrix[min(i, j)][max(i, j)] for j in range(5)] for i in range(5)]
    centre = [[2 * (y.low + y.high) for y in row] for row in whole]
    for i, row in enumerate(whole):
        centre[i][i] -= sum((y.high - y.low) * 2 * w // WEIGHTS[i] + 1 for y, w in zip(row, WEIGHTS, strict=True))
        centre[i][i] -= 4 * least
    return positive(centre)


def positive(m: list[list[int]]) -> bool:
    """Whether a symmetric matrix of whole numbers is positive definite: LDLᵀ without fractions, all leading minors > 0."""
    m, last = [row[:] for row in m], 1
    for k in range(len(m)):
        if m[k][k] <= 0:
            return False
        for i in range(k + 1, len(m)):
            for j in range(k + 1, len(m)):
                m[i][j] = (m[i][j] * m[k][k] - m[i][k] * m[k][j]) // last
        last = m[k][k]
    return True
