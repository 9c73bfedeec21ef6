"""Packings of atoms: every choice once, and none that leaves room."""

from itertools import combinations, product

import pytest
import sympy
from sympy import ImmutableMatrix

from analytic.polytopes import Polytope, antiprism, polytope
from analytic.winners import Packing, atoms, packings
from analytic.winners.packing import _alike

CASES = [(n, m) for n in range(1, 10) for m in range(1, 5)]


def names(n: int, m: int) -> set[str]:
    return {packing.name for packing in packings(n, m)}


def test_atoms_are_connected_and_fit() -> None:
    assert [atom.name for atom in atoms(8, 3)] == [
        *("square antiprism", "cube", "triangular prism", "tetrahedron"),
        *("octagon", "heptagon", "hexagon", "pentagon", "triangle"),
        "digon",
    ]
    assert {"nonagon", "icosahedron", "pentagonal antiprism"} <= {atom.name for atom in atoms(12, 3)}
    assert {"rectified 5-cell", "triangle × triangle", "pentagonal prism"} <= {atom.name for atom in atoms(10, 4)}
    new = {"5-demicube", "rectified 5-simplex", "4-cube", "pentagon × triangle", "triangle × square"}
    assert new <= {atom.name for atom in atoms(16, 5)}
    assert "13-point harmonic frame" in {atom.name for atom in atoms(13, 4)}


@pytest.mark.parametrize(("n", "m"), [(16, 5), (12, 6)])
def test_no_two_atoms_look_alike(n: int, m: int) -> None:
    """They would tie at every sparsity."""
    shapes = atoms(n, m)
    assert not [(a.name, b.name) for a, b in combinations(shapes, 2) if _alike(a, b)]
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


PETERSEN = ImmutableMatrix(
    5, 10, lambda row, pair: int(row in list(combinations(range(5), 2))[pair]) - sympy.Rational(2, 5)
)


def test_an_extra_frame_of_any_number_of_rows_stands_for_its_like() -> None:
    """The rectified 5-cell as pairs in five coordinates, of rank 4 and norm √(6/5): in the place of the catalogue's own."""
    frame = Polytope("pairs", PETERSEN)
    assert (frame.dimension, frame.is_tight, frame.unit.gram[0, 0]) == (4, True, 1)
    found = {packing.name for packing in packings(10, 4, (frame,))}
    assert found == names(10, 4) - {"rectified 5-cell"} | {"pairs"}


def test_rows_beyond_the_rank_take_no_room() -> None:
    """A digon along (1, 1, 1) beside two singles, in three dimensions."""
    slanted = Polytope("slanted", ImmutableMatrix([[1, -1]] * 3))
    assert "slanted ⊕ 2 singles" in {packing.name for packing in packings(4, 3, (slanted,))}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (4, 2, (Polytope("uneven", ImmutableMatrix([[2, -1]])),)),
            "vertices must have one norm, and not 0, got uneven",
        ),
        ((10, 3, (Polytope("pairs", PETERSEN),)), "of rank at most 3.*got pairs"),
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
