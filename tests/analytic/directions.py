"""Directions of the smallest model with bias for tests: cells as the search divides them, and the loss along a ray, literally."""

from fractions import Fraction

from flint import fmpq
from hypothesis import strategies as st

from analytic.exact import to_flint
from analytic.exact.rationals import from_flint
from analytic.law import Independent
from analytic.loss.cube import expectation, positive_part, transform, vertices
from analytic.n2m1.bias.angle import ONE, ROOT, Angle, Cell, halves

densities = st.fractions(Fraction(1, 1000), Fraction(999, 1000), max_denominator=1000)


def moment(slopes: list[Fraction], bias: Fraction, p: Fraction, power: int, weighted: int | None = None) -> Fraction:
    """E (z⁺)^power, or E x_i z⁺, from the generating function: the route of `analytic.loss.network`."""
    g = [to_flint(slope) for slope in slopes]
    terms = transform(g, Independent(1 - p).blocks(2), to_flint, weighted=weighted)
    return from_flint(fmpq(expectation(terms, vertices(g, to_flint(bias)), power, positive_part)))


def loss_of_direction(model: Angle, q: Fraction, first: Fraction, second: Fraction) -> Fraction:
    """C − L²/Q, the least loss over t > 0 (C where L ≤ 0), literally."""
    rows = ((model.first, [Fraction(1), q], first, 0), (model.second, [q, q * q], second, 1))
    cross = sum(weight * moment(g, b, model.density, 1, weighted=i) for weight, g, b, i in rows)
    square = sum(weight * moment(g, b, model.density, 2) for weight, g, b, _ in rows) + 2 * model.penalty * q * q
    return model.whole if cross <= 0 else model.whole - cross**2 / square


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    """Cells as the search divides them: halves of halves of everything."""
    cell = ROOT
    for axis, upper in draw(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=16)):
        cell = halves(cell, axis)[upper]
    return cell


@st.composite
def inside(draw: st.DrawFn, cell: Cell) -> tuple[Fraction, Fraction, Fraction]:
    ends = [(cell[k] or 0, cell[k + 1]) for k in (0, 2, 4)]
    parts = [(low, low + 4 * ONE if high is None else high) for low, high in ends]
    return tuple(Fraction(low + (high - low) * draw(st.integers(0, 8)) // 8, ONE) for low, high in parts)  # type: ignore[return-value]
