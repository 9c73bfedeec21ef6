"""Exact Thomson energies against the published ones, and what is proved about them."""

from math import comb

import pytest
import sympy
from sympy import Rational, sqrt

from analytic.exact import is_zero
from analytic.thomson import thomson

# Best known energies as published (nine decimals); the first five have the closed forms below.
PUBLISHED = {
    2: "0.500000000",
    3: "1.732050808",
    4: "3.674234614",
    5: "6.474691495",
    6: "9.985281374",
    7: "14.452977414",
    12: "49.165253058",
}
CLOSED = {
    2: Rational(1, 2),
    3: sqrt(3),
    4: 3 * sqrt(6) / 2,
    5: Rational(1, 2) + 3 * sqrt(2) + sqrt(3),
    6: Rational(3, 2) + 6 * sqrt(2),
}


@pytest.mark.parametrize("n", PUBLISHED)
def test_published_energies(n: int) -> None:
    solution = thomson(n)
    assert abs(solution.energy - Rational(PUBLISHED[n])) <= Rational(1, 2 * 10**9)
    assert solution.polytope.gram.rows == n == solution.n_points


@pytest.mark.parametrize("n", CLOSED)
def test_closed_forms(n: int) -> None:
    assert thomson(n).energy == CLOSED[n]


def test_icosahedron_from_its_edge() -> None:
    """Edge a = 4/√(10 + 2√5) at circumradius 1: 30 edges, 30 diagonals φa, 6 diameters."""
    edge, golden = 4 / sqrt(10 + 2 * sqrt(5)), (1 + sqrt(5)) / 2
    assert is_zero(thomson(12).energy - 30 / edge - 30 / (golden * edge) - 3)
    assert [count for _, count in thomson(12).polytope.distances] == [30, 30, 6]


@pytest.mark.parametrize("n", [2, 3, 4])
def test_jensen_is_attained(n: int) -> None:
    """The bound of N(N − 1)/2 equal distances √(2N/(N − 1)); for N > 4 no points of the sphere have them."""
    pairs = comb(n, 2)
    bound = pairs / sqrt(Rational(n * n, pairs))
    assert is_zero(thomson(n).energy - bound)
    assert thomson(5).energy > 10 / sqrt(Rational(25, 10))


@pytest.mark.parametrize("n", PUBLISHED)
def test_what_is_proved(n: int) -> None:
    solution = thomson(n)
    assert solution.proved == (n != 7)
    assert solution.status.startswith("proved optimal (" if solution.proved else "best known")


def test_derivation_is_the_sum_over_distances() -> None:
    assert thomson(5).derivation == (
        r"E_{5} = \frac{6}{\sqrt{2}} + \frac{3}{\sqrt{3}} + \frac{1}{2} = \frac{1}{2} + \sqrt{3} + 3 \sqrt{2}"
    )
    for n in PUBLISHED:
        terms = sympy.Add(*(count / length for length, count in thomson(n).polytope.distances))
        assert is_zero(terms - thomson(n).energy)


@pytest.mark.parametrize("n", [0, 1, 8, -3, 2.5])
def test_other_numbers(n: int) -> None:
    with pytest.raises(
        ValueError, match=rf"n_points must be one of 2, 3, 4, 5, 6, 7, 12, whose exact energies are known, got {n}"
    ):
        thomson(n)
