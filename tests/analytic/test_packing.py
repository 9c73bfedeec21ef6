"""Packings of atoms: every choice once, and none that leaves room."""

from itertools import product

import pytest

from analytic.packing import Packing, atoms, packings
from analytic.polytopes import antiprism, polytope

CASES = [(n, m) for n in range(1, 10) for m in range(1, 5)]


def names(n: int, m: int) -> set[str]:
    return {packing.name for packing in packings(n, m)}


def test_atoms_are_connected_and_fit() -> None:
    assert [atom.name for atom in atoms(8, 3)] == [
        *("square antiprism", "cube", "tetrahedron"),
        *("octagon", "heptagon", "hexagon", "pentagon", "triangle"),
        "digon",
    ]
    assert {"nonagon", "icosahedron", "pentagonal antiprism"} <= {atom.name for atom in atoms(12, 3)}
    assert atoms(1, 1) == ()


def test_small_lists_are_complete() -> None:
    assert names(3, 2) == {"triangle", "digon ⊕ single", "2 singles + 1 dropped"}
    assert names(5, 2) == {
        *("pentagon", "triangle + 2 dropped", "2 digons + 1 dropped"),
        *("digon ⊕ single + 2 dropped", "2 singles + 3 dropped"),
    }
    assert {"pentagon ⊕ digon + 1 dropped", "hexagon ⊕ digon", "2 digons ⊕ single + 3 dropped"} <= names(8, 3)


@pytest.mark.parametrize(("n", "m"), CASES)
def test_every_choice_of_counts_that_fits_is_there_once(n: int, m: int) -> None:
    shapes = [atom.vertices.shape for atom in atoms(n, m)]
    ranges = [range(min(m // rows, n // columns) + 1) for rows, columns in shapes]
    fitting = sum(
        sum(k * rows for k, (rows, _) in zip(counts, shapes, strict=True)) <= m
        and sum(k * columns for k, (_, columns) in zip(counts, shapes, strict=True)) <= n
        for counts in product(*ranges)
    )
    found = packings(n, m)
    assert len(found) == len(set(found)) == len({packing.name for packing in found}) == fitting
    for packing in found:
        rows = sum(count * atom.vertices.rows for atom, count in packing.atoms) + packing.singles
        columns = sum(count * atom.vertices.cols for atom, count in packing.atoms) + packing.singles
        assert columns + packing.dropped == n
        assert rows == m or (rows < m and packing.dropped == 0)


def test_what_is_common_is_left_out_of_a_comparison() -> None:
    digon, triangle = polytope("digon"), polytope("triangle")
    first, second = Packing(((digon, 3),), 0, 2), Packing(((triangle, 1), (digon, 1)), 0, 3)
    assert first.without(second) == Packing(((digon, 2),), 0, 0)
    assert second.without(first) == Packing(((triangle, 1),), 0, 1)
    assert first.without(first) == Packing((), 0, 0)


def test_extra_polytopes_are_packed_too() -> None:
    tall = antiprism(4, "1/2")
    with_it = packings(8, 3, (tall,))
    assert set(packings(8, 3)) < set(with_it)
    assert {packing.name for packing in with_it} - names(8, 3) == {tall.name}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 2), "n must be a whole number of at least 1, got 0"),
        ((3, 0), "m must be a whole number of at least 1, got 0"),
        ((6, 3, (antiprism(4),)), "extra polytope must have at most 6 vertices.*got square antiprism"),
        ((8, 3, (antiprism(3),)), "no tegum product, got triangular antiprism"),
        ((8, 3, (polytope("triangular bipyramid"),)), "all alike"),
    ],
)
def test_bad_input(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        packings(*arguments)  # type: ignore[arg-type]
