"""Bounds between sparsities: they hold at sparsities between, and a proof is never at odds with the values."""

from fractions import Fraction
from itertools import permutations

import flint
import pytest
from flint import arb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytic.exact import to_flint
from analytic.polytopes import polytope
from analytic.winners import bounds, packing_loss, packings
from analytic.winners.bounds import atom_loss, beats

DIGITS = 20
NAMES = ("digon", "triangle", "pentagon", "hexagon", "tetrahedron")
# Sparsities in (0, 1), dense near both ends.
INNER = st.integers(1, 63).map(lambda k: Fraction(k, 64)) | st.integers(5, 12).flatmap(
    lambda k: st.sampled_from([Fraction(1, 2**k), 1 - Fraction(1, 2**k)])
)
SHARES = st.integers(0, 8).map(lambda k: Fraction(k, 8))


INTERVALS = st.tuples(INNER, INNER).filter(lambda ends: ends[0] != ends[1]).map(sorted)


def f(n: int, d: int, s: Fraction) -> Fraction:
    return s ** (n - d) * (1 - s) ** d


@given(ends=INTERVALS, share=SHARES, kappa=st.lists(st.integers(0, 3), min_size=3, max_size=9))
@example(ends=[Fraction(1, 8), Fraction(1, 4)], share=Fraction(1, 2), kappa=[0, 0, 0, 1])
@example(ends=[Fraction(1, 8), Fraction(1, 4)], share=Fraction(1, 2), kappa=[0, 1, 0, 0])
@example(ends=[Fraction(1, 2), Fraction(5, 8)], share=Fraction(1, 2), kappa=[1, 0, 0])
def test_the_bound_between_holds_for_any_losses_given_the_active_features(
    ends: list[Fraction], share: Fraction, kappa: list[int]
) -> None:
    """With one norm and bias to choose from, K* = Σ f_d κ_d and H is its part d ≥ N − 1; less than H will do as well."""
    (a, b), n = ends, len(kappa) - 1
    parts = [[f(n, d, s) * k for d, k in enumerate(kappa)] for s in (a, b, a + share * (b - a))]
    with flint.ctx.workprec(128):
        least, top = ([arb(to_flint(sum(part[first:]))) for part in parts[:2]] for first in (0, n - 1))
        for high in (top, [arb(0), arb(0)]):
            bound = bounds.between(n, a, b, least, high)(arb(to_flint(share)))
            assert bound <= arb(to_flint(sum(parts[2]))) + 1e-30


@pytest.mark.parametrize(("n", "d"), [(8, 0), (8, 3), (5, 5)])
def test_bends_tend_to_half_the_second_derivative(n: int, d: int) -> None:
    """c_d = ½h² f″/f (1 + O(h)) at s = ½, where f″/f = 4((n − 2d)² − n): no more is given away, and no less."""
    for h in (Fraction(1, 1000), Fraction(1, 10000)):
        with flint.ctx.workprec(128):
            bend = float(bounds._bend(n, d, Fraction(1, 2), Fraction(1, 2) + h))
        exact = float(2 * h**2 * max((n - 2 * d) ** 2 - n, 0))
        assert exact <= bend <= exact * (1 + 40 * float(h))


@pytest.mark.parametrize("name", NAMES)
@given(ends=INTERVALS, share=SHARES)
@settings(max_examples=settings().max_examples // 2)
@example(ends=[Fraction(1, 2**12), Fraction(1, 2**10)], share=Fraction(1, 8))
@example(ends=[Fraction(1, 32), Fraction(5, 64)], share=Fraction(1))
@pytest.mark.slow
def test_bounds_inside_enclose_the_least_loss(name: str, ends: list[Fraction], share: Fraction) -> None:
    """The lower bound touches at the ends, and the upper one at the end whose norm and bias it takes."""
    atom, (a, b) = polytope(name), ends
    with flint.ctx.workprec(bounds.bits_for(DIGITS)):
        between, at = atom_loss(atom, a + share * (b - a), DIGITS), to_flint(share)
        below = bounds._inside(atom, a, b, DIGITS)
        assert not below(arb(at)) > between  # these are balls, which may overlap where the bound touches
        for end, place in ((a, 0), (b, 1)):
            above = bounds._above(atom, end, a, b, DIGITS)
            assert not above(arb(at)) < between
            value = atom_loss(atom, end, DIGITS)
            assert abs(above(arb(place)) - value) < 1e-18
            assert not below.coeffs() or abs(below(arb(place)) - value) < 1e-18


@pytest.mark.parametrize("name", NAMES)
def test_the_bound_inside_is_of_second_order(name: str) -> None:
    """Half the interval, a quarter of the gap: c goes with its square."""
    atom, gaps = polytope(name), []
    with flint.ctx.workprec(bounds.bits_for(DIGITS)):
        for h in (Fraction(1, 64), Fraction(1, 128)):
            below = bounds._inside(atom, Fraction(1, 2), Fraction(1, 2) + h, DIGITS)
            gaps.append(float(atom_loss(atom, Fraction(1, 2) + h / 2, DIGITS) - below(arb(0.5))))
    assert 0 < gaps[1] < gaps[0] / 3


@pytest.mark.parametrize("name", NAMES)
@given(a=INNER, share=SHARES)
@settings(max_examples=settings().max_examples // 2)
def test_bounds_to_the_ends_lie_below(name: str, a: Fraction, share: Fraction) -> None:
    atom = polytope(name)
    with flint.ctx.workprec(bounds.bits_for(DIGITS)):
        at_zero = bounds._from_zero(atom, a, DIGITS)
        assert at_zero(arb(to_flint(share))) <= atom_loss(atom, share * a, DIGITS) + 1e-19
        if share < 1:
            s = a + share * (1 - a)
            for order in (1, 2):
                least = bounds._to_one(atom, a, order, DIGITS) * arb(to_flint(1 - s)) ** order
                assert least <= atom_loss(atom, s, DIGITS) + 1e-19


@given(ends=INTERVALS, share=SHARES)
@settings(max_examples=settings().max_examples // 2)
@example(ends=[Fraction(1, 2), Fraction(9, 16)], share=Fraction(1, 2))
@example(ends=[Fraction(63, 64), Fraction(1)], share=Fraction(1, 2))
@example(ends=[Fraction(0), Fraction(1, 2**12)], share=Fraction(1, 2))
def test_what_is_proved_is_so(ends: list[Fraction], share: Fraction) -> None:
    a, b = ends
    s = a + share * (b - a)
    for first, second in permutations(packings(5, 2), 2):
        if s < 1 and beats(first, second, a, b, DIGITS):
            assert packing_loss(first, s, DIGITS) < packing_loss(second, s, DIGITS)


def test_proofs_succeed_where_they_should() -> None:
    """Each end and an inner interval, so that the properties above are not empty."""
    by_name = {packing.name: packing for packing in packings(6, 2)}
    for first, second, a, b in (
        ("triangle + 3 dropped", "hexagon", Fraction(0), Fraction(1, 2**14)),
        ("2 digons + 2 dropped", "triangle + 3 dropped", Fraction(3, 8), Fraction(7, 16)),
        ("hexagon", "pentagon + 1 dropped", Fraction(127, 128), Fraction(1)),
        ("pentagon + 1 dropped", "2 digons + 2 dropped", Fraction(127, 128), Fraction(1)),
    ):
        assert beats(by_name[first], by_name[second], a, b, DIGITS)
        assert not beats(by_name[second], by_name[first], a, b, DIGITS)
    # What a dropped feature costs up to s = 1 is K/p = 1/3 − p/4, of which the second part is needed from s = 7/8 on.
    assert beats(by_name["pentagon + 1 dropped"], by_name["2 digons + 2 dropped"], Fraction(7, 8), Fraction(1), DIGITS)
    # At s = ½ the best bias of a pentagon is positive, and costs more than p² later.
    by_name = {packing.name: packing for packing in packings(5, 2)}
    assert not beats(by_name["pentagon"], by_name["2 singles + 3 dropped"], Fraction(1, 2), Fraction(1), DIGITS)
    pair, triangle = (next(p for p in packings(3, 2) if p.name == name) for name in ("digon ⊕ single", "triangle"))
    assert beats(pair, triangle, Fraction(31, 32), Fraction(1), DIGITS)
    assert not beats(triangle, pair, Fraction(31, 32), Fraction(1), DIGITS)


def test_a_dropped_feature_costs_its_variance_up_to_sparsity_one() -> None:
    """K/p² of one dropped feature, 1/3p − 1/4, is 5/12 at s = 1/2 and rises; that of a digon of norm 1 is 1/3 for every s."""
    alone, digon = (next(p for p in packings(2, 1) if p.name == name) for name in ("single + 1 dropped", "digon"))
    assert beats(digon, alone, Fraction(1, 2), Fraction(1), 10)
    assert not beats(digon, alone, Fraction(1, 4), Fraction(1), 10)  # 1/3p − 1/4 < 1/3 up to s = 3/7
