"""The order by orbits and stabilisers, against counting all permutations."""

from itertools import permutations
from math import factorial, prod

from hypothesis import example, given
from hypothesis import strategies as st

from analytic.polytopes.symmetry import orbit_sizes

CYCLE = [[min((i - j) % 5, (j - i) % 5) for j in range(5)] for i in range(5)]


@st.composite
def matrices(draw: st.DrawFn) -> list[list[int]]:
    """Symmetric, few values: more than two or three would leave no symmetry to count."""
    n = draw(st.integers(1, 6))
    entries = draw(st.lists(st.integers(0, 1), min_size=n * n, max_size=n * n))
    return [[entries[min(i, j) * n + max(i, j)] for j in range(n)] for i in range(n)]


@given(matrices())
@example(CYCLE)
def test_order_is_the_number_of_permutations_that_preserve_the_matrix(levels: list[list[int]]) -> None:
    n = len(levels)
    symmetries = [
        p for p in permutations(range(n)) if all(levels[p[i]][p[j]] == levels[i][j] for i in range(n) for j in range(n))
    ]
    sizes = orbit_sizes(levels)
    assert prod(sizes) == len(symmetries)
    assert sizes[0] == len({p[0] for p in symmetries})


def test_all_permutations_of_twelve_points() -> None:
    """12! could not be counted one by one."""
    assert prod(orbit_sizes([[int(i == j) for j in range(12)] for i in range(12)])) == factorial(12)
