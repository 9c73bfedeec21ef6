"""The loss as expressions: equal to the exact loss in their chamber, complete for n = 2, m = 1, and giving back `n2m1`."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.law import Independent
from analytic.loss import expected_loss
from analytic.loss.chambers import chamber_at, n2m1_chambers, symbols_for
from analytic.n2m1 import CHAMBERS
from analytic.n2m1.derivation import penalty

ENTRIES = st.builds(Fraction, st.integers(-24, 24), st.just(8))
SMALL = symbols_for(2, 1)


def rationals(values: list[Fraction]) -> list[sympy.Rational]:
    return [sympy.Rational(v.numerator, v.denominator) for v in values]


@pytest.mark.parametrize("index", range(0, 60, 7))
@pytest.mark.slow
def test_expression_is_the_loss_inside_its_chamber(index: int) -> None:
    chamber, point = n2m1_chambers()[index]
    at = dict(zip([*SMALL.W, *SMALL.b], point, strict=True))
    assert all(condition.subs(at) == sympy.true for condition in chamber.conditions(SMALL))
    s, importance = sympy.Rational(1, 3), (2, sympy.Rational(1, 2))
    value = chamber.loss(SMALL).subs({**at, SMALL.s: s, **dict(zip(SMALL.importance, importance, strict=True))})
    assert value == expected_loss([list(point[:2])], list(point[2:]), Independent(s), importance)


def test_there_are_sixty_chambers_of_the_smallest_model_with_bias() -> None:
    chambers = n2m1_chambers()
    assert len({chamber for chamber, _ in chambers}) == len(chambers) == 60


@given(ENTRIES, ENTRIES, ENTRIES, ENTRIES)
def test_every_point_off_the_walls_lies_in_a_listed_chamber(
    w1: Fraction, w2: Fraction, b1: Fraction, b2: Fraction
) -> None:
    """Shifted by amounts that no sum of squares and products of eighths undoes, so that no vertex value is 0."""
    w = [w1 + Fraction(1, 97), w2 + Fraction(1, 89)]
    b = [b1 + Fraction(1, 1009), b2 + Fraction(1, 1013)]
    assert chamber_at([w], b) in {chamber for chamber, _ in n2m1_chambers()}


@pytest.mark.parametrize(("own", "point"), [*zip(CHAMBERS, [(2, 1), (2, -1), (1, -2)], strict=True)])
def test_bias_free_expressions_come_out_of_the_general_route(own: object, point: tuple[int, int]) -> None:
    general = chamber_at([point], [0, 0]).loss(SMALL).subs(dict.fromkeys(SMALL.b, 0))
    assert sympy.cancel(general - own.loss.subs(penalty, 0)) == 0  # type: ignore[attr-defined]


@given(
    st.lists(ENTRIES, min_size=6, max_size=6),
    st.lists(ENTRIES, min_size=3, max_size=3),
)
@settings(max_examples=max(3, settings().max_examples // 50))
@pytest.mark.slow
def test_three_features_in_two_dimensions_at_any_point(weights: list[Fraction], b: list[Fraction]) -> None:
    """With every entry of WᵀW nonzero, since the expression divides by them: shifts that no sum of eighths undoes."""
    weights = [w + Fraction(1, 97 + 2 * k) for k, w in enumerate(weights)]
    W = [weights[:3], weights[3:]]
    symbols = symbols_for(3, 2)
    at = dict(zip([*symbols.W, *symbols.b], rationals([*weights, *b]), strict=True))
    value = (
        chamber_at(W, b)
        .loss(symbols)
        .subs({**at, symbols.s: sympy.Rational(2, 5), **dict.fromkeys(symbols.importance, 1)})
    )
    assert value == expected_loss(W, b, Independent("2/5"))


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="b must have 3 entries, got 2"):
        chamber_at([[1, 2, 3]], [0, 0])
    with pytest.raises(ValueError, match="W must be exact"):
        chamber_at([[0.5, 1]], [0, 0])  # type: ignore[list-item]
