"""Energies in closed form, against their literal double sums, their invariances, and known values."""

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import ImmutableMatrix, Rational, log, sqrt

from analytic.exact import ball, is_zero
from analytic.exact.enclosures import ball_ends
from analytic.polytopes import CATALOGUE, Polytope, antiprism, polytope

DIGITS = 50
# Sums of at most 190 terms of size at most 100, in 50-digit arithmetic.
TOLERANCE = mpmath.mpf(10) ** -44
ALL = [*(polytope(name) for name in (*CATALOGUE, "9-gon", "15-gon", "7-antiprism")), antiprism(4, "1/2")]


def points(p: Polytope) -> list[list[mpmath.mpf]]:
    with mpmath.workdps(DIGITS):
        return [
            [mpmath.mpf(p.vertices[i, j].evalf(DIGITS)) for i in range(p.vertices.rows)] for j in range(p.gram.rows)
        ]


def number(exact: sympy.Expr) -> mpmath.mpf:
    """The lower end of a narrow ball around an exact number: everything here can be enclosed."""
    lower, _ = ball_ends(ball(exact, 400))
    with mpmath.workdps(DIGITS):
        return mpmath.mpf(lower.numerator) / lower.denominator


@pytest.mark.parametrize("p", ALL, ids=lambda p: p.name)
@pytest.mark.slow
def test_definitions(p: Polytope) -> None:
    with mpmath.workdps(DIGITS):
        columns = points(p)
        n = len(columns)
        distances = [
            mpmath.sqrt(sum((a - b) ** 2 for a, b in zip(columns[i], columns[j], strict=True)))
            for i in range(n)
            for j in range(i)
        ]
        inner = [
            sum(a * b for a, b in zip(columns[i], columns[j], strict=True))
            for i in range(n)
            for j in range(n)
            if i != j
        ]
        expected = {
            p.coulomb_energy: sum(1 / d for d in distances),
            p.riesz_energy(2): sum(1 / d**2 for d in distances),
            p.riesz_energy("3/2"): sum(d ** (-mpmath.mpf(3) / 2) for d in distances),
            p.log_energy: -sum(mpmath.log(d) for d in distances),
            p.interference_energy: sum(max(g, 0) ** 2 for g in inner),
        }
        for exact, literal in expected.items():
            assert abs(number(exact) - literal) < TOLERANCE * n
        assert sum(count for _, count in p.distances) == n * (n - 1) // 2
        for distance, count in p.distances:
            near = [d for d in distances if abs(d - number(distance)) < TOLERANCE]
            assert len(near) == count


@pytest.mark.parametrize("k", [3, 4, 5, 6, 7, 9, 12, 15, 20])
def test_polygons_have_the_product_of_chords(k: int) -> None:
    """Π_{j=1}^{k−1} |1 − e^{2πij/k}| = k, so the logarithmic energy of a k-gon is −(k/2) log k."""
    expected = -Rational(k, 2) * sympy.expand_log(log(k), factor=True)
    assert sympy.expand(polytope(f"{k}-gon").log_energy - expected) == 0


@pytest.mark.parametrize("d", [2, 3, 4, 7])
def test_simplex_and_cross_polytope_in_any_dimension(d: int) -> None:
    """All distances of the simplex are √(2(d + 1)/d); of the cross-polytope d are 2 and 2d(d − 1) are √2."""
    simplex, cross = polytope(f"{d}-simplex"), polytope(f"{d}-orthoplex")
    assert simplex.coulomb_energy == Rational(d * (d + 1), 2) / sqrt(Rational(2 * (d + 1), d))
    assert cross.coulomb_energy == Rational(d, 2) + d * (d - 1) * sqrt(2)
    assert simplex.interference_energy == cross.interference_energy == 0


# At most 12 points: the entries of a turned Gram matrix are simplified one by one.
@given(
    st.sampled_from([p for p in ALL if p.gram.rows <= 12]),
    st.lists(st.integers(-3, 3), min_size=5, max_size=5),
    st.randoms(),
)
@settings(max_examples=settings().max_examples // 4)
def test_rotation_and_permutation_change_nothing(p: Polytope, normal: list[int], random: object) -> None:
    """Energies see the points through their distances only. The rotation is the reflection at a rational normal."""
    u = sympy.Matrix([*normal[: p.vertices.rows - 1], 1])
    order = list(range(p.gram.rows))
    random.shuffle(order)  # type: ignore[attr-defined]
    mirror = sympy.eye(len(u)) - 2 * u * u.T / u.dot(u)
    turned = Polytope("turned", ImmutableMatrix((mirror * p.vertices)[:, order]))
    assert is_zero(turned.coulomb_energy - p.coulomb_energy)
    assert is_zero(turned.riesz_energy(2) - p.riesz_energy(2))
    assert is_zero(turned.interference_energy - p.interference_energy)
    assert [count for _, count in turned.distances] == [count for _, count in p.distances]
    assert all(is_zero(a - b) for (a, _), (b, _) in zip(turned.distances, p.distances, strict=True))


def test_points_need_not_be_of_norm_one() -> None:
    p = Polytope("segment", ImmutableMatrix([[0, 2, 5]]))
    assert p.coulomb_energy == Rational(1, 2) + Rational(1, 5) + Rational(1, 3)
    assert p.log_energy == -log(2) - log(3) - log(5)
    assert p.interference_energy == 200


@pytest.mark.parametrize(
    ("columns", "power", "message"),
    [
        ([[1, 1, -1]], 1, r"points must be distinct \(the energy is infinite\), got 1 coincident pairs"),
        ([[1, -1]], 0, r"power must be positive .* got 0"),
        ([[1, -1]], -2, r"power must be positive .* got -2"),
        ([[1, -1]], 0.5, "power must be exact"),
        ([[0.5, -1]], 1, "must be built of rationals"),
    ],
)
def test_bad_input(columns: list[list[object]], power: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Polytope("given", ImmutableMatrix(columns)).riesz_energy(power)  # type: ignore[arg-type]
    if power == 1:
        with pytest.raises(ValueError, match=message):
            _ = Polytope("given", ImmutableMatrix(columns)).log_energy
