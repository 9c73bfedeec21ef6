"""The sequence of winners: reigns that fill [0, 1], certified crossings, and the limits at both ends."""

from fractions import Fraction
from itertools import combinations, pairwise

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import ImmutableMatrix

from analytic.law import Independent
from analytic.loss import expected_loss
from analytic.polytope_loss import sparse_optimum
from analytic.polytopes import Polytope, antiprism, polytope
from analytic.winners import packings, winner_at, winners
from analytic.winners.reigns import _hull, _point

QUICK = [(3, 2), (4, 2), (5, 2), (6, 2), (4, 3), (5, 3), (6, 3)]
# The figure of winners, whose tests hold its reigns and crossings, has this one as well.
DEEP = [pytest.param(8, 3, marks=pytest.mark.hypothesis)] if settings().max_examples > 1000 else []
SEQUENCES = {
    (3, 2): ["triangle", "digon ⊕ single"],
    (4, 2): ["triangle + 1 dropped", "2 digons"],
    (5, 2): ["triangle + 2 dropped", "2 digons + 1 dropped", "pentagon"],
    (6, 2): ["triangle + 3 dropped", "2 digons + 2 dropped", "pentagon + 1 dropped", "hexagon"],
    (4, 3): ["tetrahedron", "digon ⊕ 2 singles"],
    (5, 3): ["tetrahedron + 1 dropped", "triangle ⊕ digon", "2 digons ⊕ single"],
    (6, 3): ["tetrahedron + 2 dropped", "triangle ⊕ digon + 1 dropped", "3 digons"],
    (8, 3): [
        *("tetrahedron + 4 dropped", "triangle ⊕ digon + 3 dropped", "3 digons + 2 dropped"),
        *("pentagon ⊕ digon + 1 dropped", "square antiprism"),
    ],
}


@pytest.mark.parametrize(("n", "m"), [*QUICK, *DEEP])
@pytest.mark.slow
def test_reigns_fill_the_axis_and_change_at_enclosed_crossings(n: int, m: int) -> None:
    reigns = winners(n, m)
    assert [reign.packing.name for reign in reigns] == SEQUENCES[n, m]
    assert (*reigns[0].start, *reigns[-1].end) == (0, 0, 1, 0)
    for before, after in pairwise(reigns):
        assert before.end == after.start
        crossing, radius = before.end
        assert radius <= sympy.Rational(1, 2 * 10**12)
        assert winner_at(n, m, crossing - radius).packing == before.packing
        assert winner_at(n, m, crossing + radius).packing == after.packing


def test_an_enclosure_reaches_from_one_end_to_the_other() -> None:
    middle, radius = _hull(_point(Fraction(1, 3)), _point(Fraction(1, 2)))
    assert (middle - radius, middle + radius) == (sympy.Rational(1, 3), sympy.Rational(1, 2))


@pytest.mark.parametrize(("n", "m"), QUICK)
@given(s=st.integers(0, 255).map(lambda k: Fraction(k, 256)))
@settings(max_examples=settings().max_examples // 5)
@pytest.mark.slow
def test_the_winner_at_any_sparsity_is_the_one_that_reigns(n: int, m: int, s: Fraction) -> None:
    winner = winner_at(n, m, s)
    for reign in winners(n, m):
        if reign.start.midpoint <= s < reign.end.midpoint:
            assert reign.packing == winner.packing
    assert winner.runner_up is not None
    assert winner.runner_up_loss is not None
    assert winner.loss.midpoint + winner.loss.radius < winner.runner_up_loss.midpoint - winner.runner_up_loss.radius
    atoms = {atom: count for atom, count in winner.packing.atoms}
    p = sympy.Rational(256 - int(s * 256), 256)
    parts = sum(atoms[best.polytope] * best.loss.midpoint for best in winner.atoms)
    assert abs(parts + winner.packing.dropped * (p / 3 - p**2 / 4) - winner.loss.midpoint) < 1e-19


@pytest.mark.slow
def test_crossings_depend_on_what_changes_only() -> None:
    """A triangle and a dropped feature against two digons: the same sparsity whatever else is packed beside them."""
    two_digons = [winners(n, m)[0].end for n, m in ((4, 2), (5, 2), (6, 2))] + [winners(6, 3)[1].end]
    digon_and_single = [winners(3, 2)[0].end, winners(5, 3)[1].end]
    for crossings in (two_digons, digon_and_single):
        for crossing in crossings[1:]:
            assert abs(crossing.midpoint - crossings[0].midpoint) <= crossing.radius + crossings[0].radius


@pytest.mark.slow
def test_more_digits_enclose_the_same_crossings() -> None:
    coarse, fine = winners(5, 2), winners(5, 2, 25)
    for wide, narrow in zip(coarse, fine, strict=True):
        assert wide.packing == narrow.packing
        assert abs(wide.end.midpoint - narrow.end.midpoint) <= wide.end.radius + narrow.end.radius
        assert narrow.end.radius <= sympy.Rational(1, 2 * 10**25)


@pytest.mark.parametrize(("n", "m"), [*QUICK, *DEEP])
@pytest.mark.slow
def test_the_last_winner_has_the_least_sparse_limit(n: int, m: int) -> None:
    """K/p → Σ L_1 of the parts and ⅓ for each dropped feature; where n ≤ 2m it is 0 for several, and pairs decide."""
    limits = {
        packing: sum(
            (count * sparse_optimum(atom).enclose(20).loss.midpoint for atom, count in packing.atoms),
            sympy.Rational(packing.dropped, 3),
        )
        for packing in packings(n, m)
    }
    last = winners(n, m)[-1].packing
    assert limits[last] <= min(limits.values()) + sympy.Rational(1, 10**19)


def test_nothing_to_win_where_every_feature_has_a_dimension() -> None:
    (reign,) = winners(2, 2)
    assert reign.packing.name == "2 singles"
    winner = winner_at(2, 2, "1/2")
    assert (winner.loss.midpoint, winner.runner_up is None, winner.atoms) == (0, False, ())


def test_other_heights_of_the_antiprism_can_be_added() -> None:
    """At s = 4/5 the tight frame is not the best height."""
    flat = antiprism(4, sympy.sqrt(sympy.Rational(31, 100)))
    winner = winner_at(8, 3, "4/5", extra=(flat,))
    assert winner.packing.atoms == ((flat, 1),)
    assert winner.runner_up is not None
    assert winner.runner_up.atoms == ((polytope("square antiprism"), 1),)


@pytest.mark.parametrize(("s", "loss"), [("9/10", "0.0498297111"), ("49/50", "0.0030542067")])
@pytest.mark.slow
def test_the_rectified_five_cell_wins_ten_features(s: str, loss: str) -> None:
    """Below its exact loss at norm √(6/5) and bias −4/25, and that below two pentagons and an antiprism with a digon."""
    pairs = ImmutableMatrix(
        5, 10, lambda row, pair: int(row in list(combinations(range(5), 2))[pair]) - sympy.Rational(2, 5)
    )
    fixed = expected_loss(pairs, ["-4/25"] * 10, Independent(s))
    assert round(float(fixed), 10) == float(loss)
    winner = winner_at(10, 4, s)
    assert winner.packing.name == "rectified 5-cell"
    assert winner.loss.midpoint + winner.loss.radius < fixed
    assert winner.runner_up_loss is not None
    assert winner.runner_up_loss.midpoint > fixed
    given = winner_at(10, 4, s, extra=(Polytope("pairs", pairs),))
    assert given.packing.name == "pairs"
    assert given.loss == winner.loss


def test_the_rectified_five_cell_takes_over_from_two_pentagons() -> None:
    left, right = (winner_at(10, 4, s).packing.name for s in ("82495/100000", "82497/100000"))
    assert (left, right) == ("2 pentagons", "rectified 5-cell")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3, 2, 1), r"sparsity must lie in \[0, 1\), got 1"),
        ((3, 2, 0.5), "sparsity must be exact"),
        ((0, 2, "1/2"), "n must be a whole number of at least 1, got 0"),
    ],
)
def test_bad_input(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        winner_at(*arguments)  # type: ignore[arg-type]


def test_an_exact_tie_is_said() -> None:
    """Two features in one dimension without sparsity: an antipodal pair and one dropped feature both lose 1/12."""
    with pytest.raises(ArithmeticError, match=r"(single.*digon|digon.*dropped) tie at sparsity 0 to 20 digits"):
        winner_at(2, 1, 0)
