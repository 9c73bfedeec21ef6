"""Basins of the smallest model without bias: symmetries, limits, and what flows from points beside the curves."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from flint import fmpq, fmpq_poly

from analytic.n2m1 import (
    CHAMBERS,
    OPPOSITE_FIRST,
    SmallestModel,
    attraction_threshold,
    basin_probabilities,
    compiled_loss,
)
from analytic.n2m1.basins import Setting, boundaries, small_scale_exponent
from analytic.n2m1.basins.fences import pieces, positive
from analytic.n2m1.basins.orbits import inner
from analytic.n2m1.basins.probabilities import NAMES
from analytic.n2m1.basins.regions import fences
from analytic.n2m1.derivation import IMPORTANCES, WEIGHTS, penalty, s


def flow(W: np.ndarray, sparsity: float, importance: tuple[float, float], steps: int = 500) -> np.ndarray:
    """Runge-Kutta steps of −∇K for weights (k, 2), smaller where K is steep."""
    loss = compiled_loss()

    def down(V: np.ndarray) -> np.ndarray:
        _, a, b = loss(V[:, 0], V[:, 1], sparsity, *importance, 0.0)
        return -np.stack([a, b], axis=1)

    for _ in range(steps):
        h = (0.2 / (0.4 + (W**2).sum(axis=1)))[:, None]
        k1 = down(W)
        k2 = down(W + h / 2 * k1)
        k3 = down(W + h / 2 * k2)
        W = W + h / 6 * (k1 + 2 * k2 + 2 * k3 + down(W + h * k3))
    return W


@pytest.mark.slow
def test_the_one_sided_hessian_of_a_single_feature_gives_the_threshold() -> None:
    """Of K beside (1, 0) on the antipodal side, by SymPy: its determinant vanishes where the single model begins to attract."""
    i = sympy.Symbol("I", positive=True)
    K = OPPOSITE_FIRST.loss.subs({penalty: 0, IMPORTANCES[0]: 1, IMPORTANCES[1]: i})
    first, second = WEIGHTS
    hessian = sympy.hessian(K, WEIGHTS).subs(first, 1).applyfunc(lambda e: sympy.limit(sympy.simplify(e), second, 0))
    p = 1 - s
    assert (
        (hessian - sympy.Matrix([[8 * p / 3, p**2], [p**2, 2 * p * (p - 2 * i * s) / 3]]))
        .applyfunc(sympy.simplify)
        .is_zero_matrix
    )
    assert sympy.simplify(hessian.det() + p**2 * (9 * s**2 + (32 * i - 2) * s - 7) / 9) == 0
    assert attraction_threshold() == pytest.approx((4 * math.sqrt(2) - 5) / 3, abs=1e-15)
    for importance in (Fraction(1, 3), Fraction(5)):
        assert hessian.det().subs({i: importance, s: attraction_threshold(importance)}) == pytest.approx(0, abs=1e-14)


def test_the_slopes_beside_an_axis_are_those_of_the_module() -> None:
    i = sympy.Symbol("I", positive=True)
    p, (first, second) = 1 - s, WEIGHTS
    given = {penalty: 0, IMPORTANCES[0]: 1, IMPORTANCES[1]: i}
    same, opposite = (chamber.loss.subs(given).diff(second).subs(second, 0) for chamber in CHAMBERS[:2])
    assert sympy.simplify(same - p**2 * first * (first**2 - 1 - i) / 2) == 0
    assert sympy.simplify(-opposite - p**2 * first * (1 - first**2) / 2) == 0


@pytest.mark.parametrize("sparsity", ["1/10", "1/2"])
def test_a_smooth_saddle_is_there_exactly_where_the_single_model_attracts(sparsity: str) -> None:
    halves = boundaries(Setting(Fraction(sparsity), (Fraction(1), Fraction(1))))
    saddles = [p for p in SmallestModel(sparsity).critical_points() if (p.phase, p.kind) == ("antipodal", "saddle")]
    assert halves[0].attracts == bool(saddles) == (Fraction(sparsity) < Fraction("0.21895"))


@pytest.mark.parametrize(("sparsity", "importance"), [("1/10", (1, 1)), ("1/2", (1, "1/2"))])
@pytest.mark.slow
def test_points_beside_the_curves_end_on_their_sides(sparsity: str, importance: tuple[int, str]) -> None:
    pair = (Fraction(1), Fraction(importance[1]))
    radii, starts, wanted = np.array([0.3, 0.7, 1.6]), [], []
    for flipped, half in enumerate(boundaries(Setting(Fraction(sparsity), pair))):
        for curve, above, below in (
            (half.aligned, "aligned", "single" if half.attracts else "antipodal"),
            (half.antipodal, "single" if half.attracts else "aligned", "antipodal"),
        ):
            order = np.argsort(curve.radius)
            angle = np.interp(radii, curve.radius[order], curve.angle[order])
            for side, name in ((0.02, above), (-0.02, below)):
                W = radii[:, None] * np.stack([np.cos(angle + side), np.sin(angle + side)], axis=1)
                starts.append(W[:, ::-1] if flipped else W)
                wanted += [name] * len(radii)
    ends = flow(np.concatenate(starts), float(Fraction(sparsity)), (1.0, float(pair[1])))
    single = np.abs(ends).min(axis=1) < 0.05
    assert [*np.where(single, "single", np.where(ends.prod(axis=1) > 0, "aligned", "antipodal"))] == wanted


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sparsity", "other"),
    [("1/2", "1"), ("1/10", "1"), ("1/5", "1"), ("1/10", "1/4")],
)
def test_probabilities_are_enclosed(sparsity: str, other: str) -> None:
    """The single model is a saddle, it attracts, a boundary begins on the axis, there is no antipodal minimum."""
    for scale in (0.1, 1.0):
        found = basin_probabilities(sparsity, (1, other), scale)
        assert found.width < 1e-5
        assert found.lower is not None
        assert found.upper is not None
        for name, low, high in zip(NAMES, found.lower, found.upper, strict=True):
            assert low - 1e-6 <= getattr(found, name) <= high + 1e-6  # floats leave out what lies in the core
            assert low <= high


@pytest.mark.parametrize(("sparsity", "flipped"), [("1/2", False), ("1/10", False), ("1/2", True)])
@pytest.mark.slow
def test_the_loss_itself_falls_across_the_fences(sparsity: str, flipped: bool) -> None:
    """Second route: −∇K of the compiled loss at random places of the fences, against their slope."""
    setting, rng = (
        Setting(Fraction(sparsity), (Fraction(1), Fraction(1, 2) if flipped else Fraction(1))),
        np.random.default_rng(1),
    )
    for sign, both in zip((1, -1), fences(setting), strict=True):
        for curve in (both[flipped].aligned, both[flipped].antipodal):
            for piece in curve.pieces:
                tau = rng.uniform(-0.9, 0.9)
                u = horner(piece.curve, tau)
                theta = math.atan(u) if piece.flow.sense > 0 else -math.pi / 2 - math.atan(u)
                r = math.sqrt(as_float(piece.middle) + as_float(piece.half) * tau)
                slope = piece.flow.sense * horner(piece.curve.derivative(), tau) / as_float(piece.half) / (1 + u * u)
                W = r * np.array([math.cos(theta), math.sin(theta)])
                _, a, b = compiled_loss()(
                    *(W[::-1] if flipped else W), float(setting.sparsity), *map(float, setting.importance), 0.0
                )
                down = -np.array([b, a] if flipped else [a, b])
                turning = (W[0] * down[1] - W[1] * down[0]) / r**2 - slope * 2 * float(W @ down)
                assert sign * turning > -1e-13 * np.hypot(*down) / r


def test_a_curve_that_is_no_fence_is_refused() -> None:
    """A boundary in floats is crossed to neither side, and a fence is not crossed to the other one."""
    half = Setting(Fraction(1, 2), (Fraction(1), Fraction(1))).halves[0]
    for turn, sign in ((0.0, 1), (0.0, -1), (1e-7, 1), (-1e-7, -1)):
        with pytest.raises(ArithmeticError, match="a fence does not close at radius"):
            pieces(inner(half, turn)[0], sign)


def test_the_weight_of_a_curve_is_its_integral() -> None:
    """∫ θ dF by the trapezoidal rule in R on ten thousand points a piece: its error is below 1e-9."""
    curve = boundaries(Setting(Fraction(1, 2), (Fraction(1), Fraction(1))))[0].aligned
    for scale in (0.1, 2.0):
        total = 0.0
        for piece in curve.pieces:
            tau = np.linspace(-1, 1, 10_001)
            theta = np.arctan(np.polyval([as_float(c) for c in reversed(piece.curve.coeffs())], tau))
            weight = -np.exp(-(as_float(piece.middle) + as_float(piece.half) * tau) / (2 * scale**2))
            total += float(np.sum((theta[1:] + theta[:-1]) / 2 * np.diff(weight)))
        assert float(curve.weight(scale)) == pytest.approx(total, abs=1e-9)


def test_a_polynomial_that_touches_zero_is_not_positive() -> None:
    assert positive(fmpq_poly([fmpq(1, 100), 0, 1]), 6)
    assert not positive(fmpq_poly([0, 0, 1]), 6)
    assert positive(fmpq_poly([1, -1]) * fmpq_poly([1, 1]), 6)  # zero at the ends alone
    assert not positive(fmpq_poly([1, -2]), 6)


def as_float(number: fmpq) -> float:
    return float(Fraction(int(number.p), int(number.q)))


def horner(f: fmpq_poly, x: float) -> float:
    return float(np.polyval([as_float(c) for c in reversed(f.coeffs())], x))


@pytest.mark.slow
def test_exchanging_the_features_changes_nothing() -> None:
    one, other = basin_probabilities("1/2", (1, "1/2"), 0.7), basin_probabilities("1/2", ("1/2", 1), 0.7)
    scaled = basin_probabilities("1/2", (2, 1), 0.7)
    assert (one.antipodal, one.single) == pytest.approx((other.antipodal, other.single), abs=1e-8)
    assert one.antipodal == pytest.approx(scaled.antipodal, abs=1e-12)
    assert one.antipodal + one.aligned + one.single == pytest.approx(1)


@pytest.mark.slow
def test_the_boundary_leaves_the_origin_by_the_power_law() -> None:
    """θ + π/4 ~ r^α along the curve: its logarithmic slope at r = 1e-4 is α to 1e-3, and smaller for larger r."""
    alpha = small_scale_exponent("1/2")
    assert alpha == Fraction(18, 11)
    curve = boundaries(Setting(Fraction(1, 2), (Fraction(1), Fraction(1))))[0].aligned
    order = np.argsort(curve.radius)
    angle = np.interp([3e-5, 3e-4], curve.radius[order], curve.angle[order]) + np.pi / 4
    assert np.log10(angle[1] / angle[0]) == pytest.approx(float(alpha), abs=1e-3)
    found = [basin_probabilities("1/2", (1, 1), scale).antipodal for scale in (0.04, 0.02, 0.01)]
    assert math.log2(found[0] / found[1]) < math.log2(found[1] / found[2]) < alpha


@pytest.mark.slow
def test_the_exponent_is_that_of_the_loss_near_zero() -> None:
    """ψ = K₂/r² at the diagonal w₂ = −w₁ and its second derivative in the angle, by SymPy."""
    theta = sympy.Symbol("theta", real=True)
    K = OPPOSITE_FIRST.loss.subs({penalty: 0, IMPORTANCES[0]: 1, IMPORTANCES[1]: 1})
    r = sympy.Symbol("r", positive=True)
    on_ray = sympy.expand(
        sympy.simplify(K.subs(dict(zip(WEIGHTS, (r * sympy.cos(theta), r * sympy.sin(theta)), strict=True))))
    )
    psi = on_ray.coeff(r, 2)
    at, p = {theta: -sympy.pi / 4}, 1 - s
    assert sympy.simplify(psi.subs(at) + p * (8 - 5 * p) / 12) == 0
    assert sympy.simplify(psi.diff(theta, 2).subs(at) + 3 * p**2) == 0


@pytest.mark.slow
def test_without_an_antipodal_minimum_the_rest_ends_single() -> None:
    found = basin_probabilities("1/10", (1, "1/4"), 1.0)
    assert found.antipodal == 0
    assert 0 < found.single < found.aligned


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, (1, 1), 1.0), r"sparsity must lie in \(0, 1\), got 0"),
        (("1/2", (1, 1), 0.0), r"scale must lie in \[0.01, 5.0\], got 0.0"),
        (("1/2", (1, 1), -1), r"scale must lie in \[0.01, 5.0\], got -1"),
        (("1/2", (1, 0), 1.0), "importance must be positive, got 0"),
        (("1/2", (1, 101), 1.0), r"importance must have a ratio of at most 100, got \(1, 101\)"),
        (("1/10000000", (1, 1), 1.0), r"sparsity must lie in \[1e-6, 1 - 1e-6\], got '1/10000000'"),
        (("1/2", (1, 1), "1"), "scale must be a number, got '1'"),
    ],
)
def test_bad_input_is_said(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        basin_probabilities(*arguments)  # type: ignore[arg-type]
