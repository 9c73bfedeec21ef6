"""The vectorised diagram against the certified solver, at the very floats that it was given."""

from fractions import Fraction

import literal
import numpy as np
import pytest
from hypothesis import example, given, target
from hypothesis import strategies as st

from analytic.exact import RealAlgebraic
from analytic.n2m1 import Diagram, SmallestModel, phase_boundary, phase_diagram

EPS = float(np.finfo(float).eps)

# The whole documented range of s, dense near 1 where terms in s would cancel; importances far beyond the pictures'.
near_one = st.floats(-16, 0).map(lambda exponent: 1 - 10.0**exponent).filter(lambda s: s < 1)
sparsities = st.one_of(st.floats(0, 1, exclude_max=True), near_one)
importances = st.floats(-6, 6).map(lambda exponent: 10.0**exponent)


def error(value: float, reference: RealAlgebraic) -> float:
    """Absolute, computed in rationals: value − reference to 10⁻⁴⁰."""
    return abs(float(Fraction(value) - sum(reference.enclosure(Fraction(1, 10**40))) / 2))


def hold_to_the_solver(s: float, extra: float) -> float:
    """Losses to 4 ulp of I₁ + I₂ (as documented: a few), so also the loss at the weights returned, computed exactly.

    Returns the error in those units.
    """
    importance = (Fraction(1), Fraction(extra))
    points = SmallestModel(Fraction(s), importance).critical_points()
    unit = EPS * (1 + extra)
    found = phase_diagram(s, extra)
    loss, w1, w2, gap = (float(v) for v in (found.loss, found.w1, found.w2, found.gap))
    assert error(loss, points[0].value) <= 4 * unit
    at_weights = literal.loss((Fraction(w1), Fraction(w2)), Fraction(s), importance)
    assert float(at_weights - points[0].value.enclosure(Fraction(1, 10**40))[0]) <= 4 * unit
    assert w1 >= 0
    # On a closed arc the least loss is at a critical point or at its end, an axis.
    aligned = min(point.value for point in points if point.phase == "aligned")
    antipodal = min(point.value for point in points if point.phase in ("antipodal", "single"))
    width = Fraction(1, 10**40)
    assert abs(float(Fraction(gap) - antipodal.enclosure(width)[0] + aligned.enclosure(width)[0])) <= 8 * unit
    assert found.antipodal == (gap < 0)
    if abs(gap) > 8 * unit:
        assert (w1 * w2 < 0) == found.antipodal == (points[0].phase == "antipodal")
    return error(loss, points[0].value) / unit


@given(sparsities, importances)
@example(0.0, 1.0)
@example(0.5, 1.0)
@example(0.0, 1e-6)
@example(0.0, 1e6)
@example(0.4178286328, 0.999)
@example(0.9926872, 1e-6)
@pytest.mark.slow
def test_the_diagram_is_that_of_the_certified_solver(s: float, extra: float) -> None:
    target(hold_to_the_solver(s, extra))


@given(st.floats(-1e-9, 1e-9), st.floats(-1e-3, 1e-3))
@pytest.mark.slow
def test_the_phase_is_right_close_to_the_boundary(offset: float, exponent: float) -> None:
    """Near s* of I = 1 both phases are minima: the hardest comparison. `target` seeks the smallest gap."""
    s = float(phase_boundary().value) + offset
    hold_to_the_solver(s, 10.0**exponent)
    target(-abs(float(phase_diagram(s, 10.0**exponent).gap)))


@pytest.mark.parametrize(
    ("s", "extra"),
    [
        (0.9999999413857953, 0.998192674839955),
        (0.9999999639422017, 0.9988158215028603),
        (0.9999999999670582, 2.934708176662488),
    ],
)
@pytest.mark.slow
def test_the_diagram_holds_up_to_sparsity_one(s: float, extra: float) -> None:
    hold_to_the_solver(s, extra)


@pytest.mark.slow
def test_the_weights_are_kept_where_one_feature_hardly_counts() -> None:
    hold_to_the_solver(0.8244392034908372, 61454012.20598268)


@pytest.mark.slow
def test_an_array_is_its_entries() -> None:
    """Also across the blocks of 4096 that the work is cut into."""
    s = np.linspace(0, 0.99, 97)[:, None]
    extra = np.logspace(-1, 1, 45)
    whole = phase_diagram(s, extra)
    assert whole.loss.shape == whole.w1.shape == whole.w2.shape == whole.gap.shape == (97, 45)
    assert s.size * extra.size > 4096
    for row, column in ((0, 0), (96, 44), (91, 0), (91, 1), (40, 22)):
        single = phase_diagram(s[row, 0], extra[column])
        for name in ("loss", "w1", "w2", "gap"):
            # Iterations stop together, so an entry may have had a step more: within the bound on each.
            np.testing.assert_allclose(getattr(whole, name)[row, column], getattr(single, name), rtol=0, atol=1e-13)


def test_the_diagram_is_symmetric_in_the_features() -> None:
    """K(w; 1, I) = I·K(w′; 1, 1/I) with the weights exchanged: two ways through the arcs. 8 ulp, 4 for each."""
    s, extra = np.linspace(0, 0.95, 20)[:, None], np.logspace(-2, 2, 41)
    one, other = phase_diagram(s, extra), phase_diagram(s, 1 / extra)
    assert (abs(one.loss - extra * other.loss) <= 8 * EPS * (1 + extra)).all()
    assert (abs(one.gap - extra * other.gap) <= 16 * EPS * (1 + extra)).all()
    off_centre = abs(np.log(extra)) > 1e-9
    np.testing.assert_allclose(one.w1[:, off_centre], abs(other.w2[:, off_centre]), rtol=0, atol=1e-9)


@pytest.mark.slow
def test_the_zero_of_the_gap_is_the_boundary() -> None:
    """Bisection in floats, to an interval of 2⁻⁴⁰; the gap there is rounded by 8 ulp of 2 and its slope is above 0.1."""
    for extra in (1.0, 0.5, 3.0):
        low, high = 0.1, 0.9
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (low, middle) if phase_diagram(middle, extra).antipodal else (middle, high)
        exact = float(phase_boundary((1, Fraction(extra))).value)
        assert (low + high) / 2 == pytest.approx(exact, abs=2**-40 + 160 * EPS)


@pytest.mark.parametrize(
    ("s", "extra", "message"),
    [
        (1.0, 1.0, r"sparsity must lie in \[0, 1\), got 1.0"),
        (1.2, 1.0, r"sparsity must lie in \[0, 1\), got 1.2"),
        (-0.1, 1.0, r"sparsity must lie in \[0, 1\), got -0.1"),
        (np.nan, 1.0, r"sparsity must lie in \[0, 1\), got nan"),
        ([0.5, np.inf], 1.0, r"sparsity must lie in \[0, 1\), got inf"),
        (0.5, 0.0, r"importance must lie in \[1e-100, 1e100\], got 0.0"),
        (0.5, [1.0, -2.0], r"importance must lie in \[1e-100, 1e100\], got -2.0"),
        (0.5, np.inf, r"importance must lie in \[1e-100, 1e100\], got inf"),
        (0.5, np.nan, r"importance must lie in \[1e-100, 1e100\], got nan"),
        ([0.1, 0.2], [1.0, 2.0, 3.0], r"sparsity and importance must broadcast together"),
    ],
)
def test_bad_settings_are_named(s: object, extra: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        phase_diagram(s, extra)


def test_an_empty_array_has_an_empty_diagram() -> None:
    found = phase_diagram(np.zeros((0, 3)), 1.0)
    assert isinstance(found, Diagram)
    assert found.loss.shape == found.antipodal.shape == (0, 3)


@pytest.mark.parametrize("extra", [1e300, 5e-324, 0.0, -1.0, float("nan"), float("inf")])
def test_importances_beyond_the_range_of_floats_are_refused(extra: float) -> None:
    with pytest.raises(ValueError, match=r"importance must lie in \[1e-100, 1e100\], got"):
        phase_diagram(0.5, extra)
