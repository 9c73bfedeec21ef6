"""The smallest model at a held capacity: against its loss at any weights, its own slope, and the model's exact minima."""

from fractions import Fraction
from itertools import pairwise

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from analytic.capacity import PHASES, HeldCapacity, Phase
from analytic.capacity.held_capacity import onset_sparsity
from analytic.n2m1 import SmallestModel

IMPORTANCES = ((1, 1), (1, "1/2"), (1, "1/10"), (2, 1))
# Sparsities and importances at which no polynomial is degenerate; 0 is dense.
sparsities = st.fractions(0, Fraction(19, 20), max_denominator=20)
importances = st.tuples(*[st.fractions("1/10", 10, max_denominator=10)] * 2)
phases = st.sampled_from(PHASES)


@pytest.mark.parametrize("importance", IMPORTANCES)
@pytest.mark.parametrize("s", [Fraction(k, 20) for k in range(0, 20, 2)])
def test_curves_predict_the_exact_model(s: Fraction, importance: tuple[int, int | str]) -> None:
    """Phase, loss and capacities of every global minimum, as algebraic numbers."""
    predicted = HeldCapacity(s, importance).best()
    exact = SmallestModel(s, importance).global_minima()
    assert [(o.phase, o.value) for o in predicted] == [(point.phase, point.value) for point in exact]
    for optimum, point in zip(predicted, exact, strict=True):
        first, second = (square.ball(256) for square in point.squares)
        assert (second / (first + second)).overlaps(optimum.capacity.ball(256))


@given(
    sparsities,
    importances,
    st.fractions("1/4", 2, max_denominator=8),
    st.fractions("1/4", 2, max_denominator=8),
    phases,
)
def test_no_weights_of_that_capacity_have_a_lower_loss(
    s: Fraction, importance: tuple[Fraction, Fraction], w1: Fraction, w2: Fraction, phase: Phase
) -> None:
    """Any rational weights have a rational capacity, and at it the held loss is at most theirs."""
    held = HeldCapacity(s, importance).loss(w2**2 / (w1**2 + w2**2), phase)
    given_loss = SmallestModel(s, importance).loss(w1, w2 if phase == "aligned" else -w2)
    assert sympy.simplify(given_loss - held).is_nonnegative


@pytest.mark.parametrize("phase", PHASES)
def test_best_scale_reaches_the_held_loss(phase: Phase) -> None:
    """Equal weights, s = 1/2: the model's own best pair on that diagonal."""
    points = SmallestModel("1/2").critical_points()
    least = next(point for point in points if point.phase == phase and point.kind == "minimum")
    assert HeldCapacity("1/2").loss("1/2", phase) == least.loss
    alone = next(point for point in points if point.phase == "single")
    assert HeldCapacity("1/2").loss(0, phase) == HeldCapacity("1/2").loss(1, phase) == alone.loss


@given(sparsities, importances, phases, st.fractions(Fraction(1, 50), Fraction(48, 50), max_denominator=50))
@pytest.mark.slow
def test_mean_benefit_lies_between_its_ends_where_it_is_monotone(
    s: Fraction, importance: tuple[Fraction, Fraction], phase: Phase, c: Fraction
) -> None:
    """(K(C) − K(C + h))/h against b(C) and b(C + h): the trend decides which is the larger."""
    model, h = HeldCapacity(s, importance), Fraction(1, 1000)
    stretch = next(x for x in model.stretches(phase) if float(x.start) <= c < float(x.stop))
    if c + h < stretch.stop.enclosure(Fraction(1, 10**9))[0]:
        mean = (model.loss(c, phase) - model.loss(c + h, phase)) / sympy.Rational(h)
        first, last = (model.marginal_benefit(x, phase) for x in (c, c + h))
        low, high = (first, last) if stretch.trend == "increasing" else (last, first)
        # 30 digits of numbers that differ by about 1e-3.
        assert sympy.N(low, 30) < sympy.N(mean, 30) < sympy.N(high, 30)


@given(sparsities, importances, phases)
@pytest.mark.slow
def test_stretches_cover_all_capacities_and_alternate(
    s: Fraction, importance: tuple[Fraction, Fraction], phase: Phase
) -> None:
    model = HeldCapacity(s, importance)
    found = model.stretches(phase)
    assert float(found[0].start) == 0
    assert float(found[-1].stop) == 1
    assert all(a.stop == b.start and a.trend != b.trend for a, b in pairwise(found))
    assert model.inflections(phase) == tuple(stretch.start for stretch in found[1:])


@given(sparsities, importances, phases)
@pytest.mark.slow
def test_exchanging_the_features_mirrors_the_curves(
    s: Fraction, importance: tuple[Fraction, Fraction], phase: Phase
) -> None:
    model, mirror = HeldCapacity(s, importance), HeldCapacity(s, importance[::-1])
    assert mirror.loss("1/3", phase) == model.loss("2/3", phase)
    assert mirror.marginal_benefit("1/3", phase) == -model.marginal_benefit("2/3", phase)
    assert [float(c) for c in mirror.inflections(phase)] == pytest.approx(
        [1 - float(c) for c in reversed(model.inflections(phase))], abs=1e-14
    )
    assert [x.trend for x in mirror.stretches(phase)] == [x.trend for x in reversed(model.stretches(phase))]


def test_where_benefits_rise_and_fall_for_equal_features() -> None:
    """Aligned they only fall. Antipodal they rise up to a certified capacity near 1/4, and fall from there to 1/2."""
    for s in (Fraction(k, 10) for k in range(10)):
        model = HeldCapacity(s)
        assert [x.trend for x in model.stretches("aligned")] == ["diminishing"]
        assert [x.trend for x in model.stretches("antipodal")] == ["increasing", "diminishing", "increasing"]
        first, second = map(float, model.inflections("antipodal"))
        assert 0.2 < first < 0.35
        assert first + second == pytest.approx(1, abs=1e-15)


def test_aligned_benefits_need_not_fall() -> None:
    """A feature of a tenth of the importance, sparse: rising in between. No claim for all importances."""
    trends = [x.trend for x in HeldCapacity("4/5", (1, "1/10")).stretches("aligned")]
    assert trends == ["diminishing", "increasing", "diminishing"]


def test_first_benefit_and_its_onset() -> None:
    """Infinite aligned; antipodal it turns from harm to gain at s = (4√2 − 5)/3."""
    onset = onset_sparsity()
    assert sympy.simplify(onset - (4 * sympy.sqrt(2) - 5) / 3) == 0
    place = Fraction(int(onset * 10**6), 10**6)
    below, above = (HeldCapacity(place + k * Fraction(1, 10**6)) for k in (0, 1))
    assert below.first_benefit("antipodal") < 0 < above.first_benefit("antipodal")
    assert below.first_benefit("aligned") == sympy.oo
    assert [float(o.capacity) for o in below.optima("antipodal")] == [0, 0.5, 1]
    assert [float(o.capacity) for o in above.optima("antipodal")] == [0.5]


@given(sparsities, importances)
@pytest.mark.slow
def test_first_benefit_is_the_limit(s: Fraction, importance: tuple[Fraction, Fraction]) -> None:
    model = HeldCapacity(s, importance)
    near = [float(model.marginal_benefit(Fraction(1, 10**k), "antipodal")) for k in (10, 12)]
    # The next term goes with √C: a tenth of the difference at each step of two decades.
    limit = float(model.first_benefit("antipodal"))
    assert abs(near[1] - limit) <= 0.2 * abs(near[0] - limit) + 1e-12 * (1 + abs(limit))
    assert float(model.marginal_benefit(Fraction(1, 10**12), "aligned")) > 1e3 * (1 - float(s)) ** 2 / 10


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: HeldCapacity(1), r"sparsity must lie in \[0, 1\) for a benefit of capacity, got 1"),
        (lambda: HeldCapacity("3/2"), r"sparsity must lie in \[0, 1\], got 3/2"),
        (lambda: HeldCapacity(0.5), "sparsity must be exact .* got the float 0.5"),  # type: ignore[arg-type]
        (lambda: HeldCapacity("1/2", (1, 0)), r"importance must be positive .* got \(1, 0\)"),
        (lambda: HeldCapacity("1/2").loss("5/4", "aligned"), r"capacity must lie in \[0, 1\], got 5/4"),
        (lambda: HeldCapacity("1/2").marginal_benefit(0, "aligned"), r"capacity must lie in \(0, 1\) .* got 0"),
        (lambda: HeldCapacity("1/2").loss("1/4", "single"), "phase must be 'aligned' or 'antipodal', got 'single'"),  # type: ignore[arg-type]
    ],
)
def test_bad_input(action: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        action()  # type: ignore[operator]
