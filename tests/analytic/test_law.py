"""Probabilities sum to 1 exactly, and moments are those of the supports."""

from fractions import Fraction
from itertools import combinations

import pytest

from analytic.law import Anticorrelated, Correlated, Independent, Law, OneHot

LAWS = [
    (Independent("3/10"), 4),
    (Independent(("0", "1/2", "9/10", "1")), 4),
    (Independent(0), 3),
    (Independent(1), 3),
    (OneHot(), 5),
    (Correlated([[0, 2], [1, 3]], "1/3"), 4),
    (Correlated([[0, 1, 2]], 0), 3),
    (Anticorrelated([[0, 2], [1, 3, 4]], "1/3"), 5),
    (Anticorrelated([[0], [1]], "1/2"), 2),
]


@pytest.mark.parametrize(("law", "n"), LAWS)
def test_supports_are_distinct_and_their_probabilities_sum_to_one(law: Law, n: int) -> None:
    supports = list(law.supports(n))
    assert sum(p for _, p in supports) == 1
    assert all(p > 0 for _, p in supports)
    assert len({support for support, _ in supports}) == len(supports)
    assert all(list(support) == sorted(set(support)) and set(support) <= set(range(n)) for support, _ in supports)


@pytest.mark.parametrize(("law", "n"), LAWS)
def test_moments_and_inclusion_are_sums_over_supports(law: Law, n: int) -> None:
    """An active feature has moments 1/2 and 1/3; two active ones have E x_i x_j = 1/4."""
    supports = list(law.supports(n))

    def chance(features: tuple[int, ...]) -> Fraction:
        return sum((p for support, p in supports if set(features) <= set(support)), Fraction(0))

    for size in range(n + 1):
        for features in combinations(range(n), size):
            assert law.inclusion(features, n) == chance(features)
    moments = law.moments(n)
    assert moments.mean == tuple(chance((i,)) / 2 for i in range(n))
    assert moments.square == tuple(chance((i,)) / 3 for i in range(n))
    for i in range(n):
        for j in range(n):
            assert moments.product[i][j] == (chance((i,)) / 3 if i == j else chance((i, j)) / 4)


def test_independent_supports_have_the_binomial_probabilities() -> None:
    s = Fraction(3, 10)
    assert dict(Independent("3/10").supports(3)) == {
        support: s ** (3 - size) * (1 - s) ** size for size in range(4) for support in combinations(range(3), size)
    }


def test_groups_do_what_they_say() -> None:
    half = Fraction(1, 2)
    assert dict(Correlated([[0, 2], [1]], half).supports(3)) == {
        support: Fraction(1, 4) for support in ((), (1,), (0, 2), (0, 1, 2))
    }
    assert dict(Anticorrelated([[0, 1]], half).supports(2)) == {(): half, (0,): Fraction(1, 4), (1,): Fraction(1, 4)}
    assert dict(OneHot().supports(3)) == {(i,): Fraction(1, 3) for i in range(3)}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Independent("6/5"), r"sparsity must lie in \[0, 1\], got 6/5"),
        (lambda: Independent(0.5), "sparsity must be exact .* got the float 0.5"),  # type: ignore[arg-type]
        (lambda: Independent((0, "1/2")).blocks(3), "sparsity must be one number or 3, one for each feature, got 2"),
        (lambda: Correlated([[0, 1], [1, 2]], 0), "groups must not overlap, got feature 1 twice"),
        (lambda: Correlated([[0, 1], []], 0), "groups must not be empty"),
        (lambda: Anticorrelated([], 0), "groups must not be empty"),
        (lambda: Correlated([[0, 1]], 0).blocks(3), "groups must cover the features 0 to 2 once each"),
        (lambda: Anticorrelated([[0, 3]], 0).blocks(2), "groups must cover the features 0 to 1 once each"),
        (lambda: Anticorrelated([[0]], "-1"), r"sparsity must lie in \[0, 1\], got -1"),
    ],
)
def test_bad_laws_are_refused_with_a_reason(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()  # type: ignore[operator]
