"""The best norm and bias of a polytope: against the loss of any network, other norms and biases, and the limits."""

from collections.abc import Sequence
from fractions import Fraction

import flint
import pytest
import sympy
from flint import arb, fmpq
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytic.law import Independent
from analytic.loss import Enclosure, enclose_loss
from analytic.n2m1 import SmallestModel
from analytic.polytope_loss import BestAtom, at_sparsity, best_gain, best_loss, independent, sparse_optimum, vertex_sums
from analytic.polytope_loss.at_sparsity import Peak
from analytic.polytope_loss.sums import knots
from analytic.polytopes import Polytope, antiprism, polytope

SMALL = ("digon", "triangle", "square", "tetrahedron", "pentagon")
ALL = (*SMALL, "hexagon", "heptagon", "octagon", "square antiprism", "cube", "4-simplex")
SPARSITIES = st.integers(0, 19).map(lambda k: Fraction(k, 20)) | st.just(Fraction(999, 1000))


def loss_at(shape: Polytope, norm: Fraction, bias: Fraction, s: Fraction) -> Enclosure:
    """The loss of the network with these columns and biases, by the route that knows nothing of polytopes."""
    W = shape.vertices * sympy.Rational(norm.numerator, norm.denominator)
    return enclose_loss(W, [bias] * shape.vertices.cols, Independent(s), digits=30)


def middle(value: Enclosure) -> Fraction:
    return Fraction(int(value.midpoint.p), int(value.midpoint.q))


def apart(first: Enclosure, second: Enclosure) -> sympy.Rational:
    """A bound on how far two numbers can be from each other."""
    return abs(first.midpoint - second.midpoint) + first.radius + second.radius


@pytest.mark.parametrize("name", SMALL)
@given(s=SPARSITIES)
@settings(max_examples=settings().max_examples // 5)
@example(s=Fraction(0))
def test_is_the_loss_of_the_network_with_its_norm_and_bias(name: str, s: Fraction) -> None:
    """At the middles of norm and bias, 1e-30 off, K is stationary: it differs from the least by far less than that."""
    best = best_loss(polytope(name), s)
    assert max(best.norm.radius, best.bias.radius, best.loss.radius) <= sympy.Rational(1, 10**30)
    assert apart(loss_at(polytope(name), middle(best.norm), middle(best.bias), s), best.loss) < 1e-28


@pytest.mark.parametrize("name", ["square antiprism", "cube", "octagon"])
def test_is_the_loss_of_the_network_for_eight_vertices(name: str) -> None:
    s = Fraction(4, 5)
    best = best_loss(polytope(name), s)
    assert apart(loss_at(polytope(name), middle(best.norm), middle(best.bias), s), best.loss) < 1e-28


@pytest.mark.parametrize("name", ["digon", "triangle", "tetrahedron", "pentagon"])
@given(
    s=SPARSITIES,
    norm=st.integers(0, 30).map(lambda k: Fraction(k, 20)),  # best norms lie between 1/2 and 3/2
    bias=st.integers(-20, 20).map(lambda k: Fraction(k, 20)),  # best biases between −1/2 and 1/2
)
@settings(max_examples=settings().max_examples // 2)
def test_no_other_norm_and_bias_has_a_lower_loss(name: str, s: Fraction, norm: Fraction, bias: Fraction) -> None:
    other, best = loss_at(polytope(name), norm, bias, s), best_loss(polytope(name), s).loss
    assert other.midpoint + other.radius >= best.midpoint - best.radius


@pytest.mark.parametrize("name", ALL)
def test_more_digits_stay_within_fewer(name: str) -> None:
    coarse, fine = (best_loss(polytope(name), "7/10", digits) for digits in (15, 60))
    for part in ("norm", "bias", "loss"):
        outer, inner = getattr(coarse, part), getattr(fine, part)
        assert abs(outer.midpoint - inner.midpoint) <= outer.radius + inner.radius
        assert inner.radius <= sympy.Rational(1, 10**60)


def test_the_dense_digon_is_linear_and_loses_the_variance_of_one_feature() -> None:
    """At s = 0, ReLU never acts at W = (1, −1)/√2, b = ½: the projection on x_1 − x_2, with Var x = 1/12 lost once."""
    best = best_loss(polytope("digon"), 0)
    for value, exact in ((best.loss, sympy.Rational(1, 12)), (best.bias, sympy.Rational(1, 2))):
        assert abs(value.midpoint - exact) <= value.radius
    lower, upper = best.norm.midpoint - best.norm.radius, best.norm.midpoint + best.norm.radius
    assert lower**2 <= sympy.Rational(1, 2) <= upper**2


@pytest.mark.parametrize("name", ["triangle", "pentagon", "hexagon", "tetrahedron", "cube", "square antiprism"])
def test_a_dense_tight_frame_gains_from_clipping(name: str) -> None:
    """A tight frame with n vertices in m dimensions loses (n − m)/12 without ReLU; where some z would be negative, x ≥ 0
    is nearer to 0, so ReLU only gains."""
    shape = polytope(name)
    m, n = shape.vertices.shape
    best = best_loss(shape, 0).loss
    assert best.midpoint + best.radius < sympy.Rational(n - m, 12)
    assert best.midpoint > sympy.Rational(n - m, 12) * sympy.Rational(9, 10)


@pytest.mark.parametrize("name", ALL)
def test_beyond_the_last_knot_the_gain_falls(name: str) -> None:
    """L²/Q at β = Σ c₊ and twice and four times that, where ReLU never acts: ever closer to p²/4, and below the best."""
    shape, p = polytope(name), Fraction(3, 5)
    with flint.ctx.workprec(192):
        sums = vertex_sums(shape, 192)
        weights = independent(sums.n, fmpq(2, 5), 192)
        peak, gains = best_gain(shape, weights, 20, 192).gain, []
        last = knots(sums, weights)[-1].upper
        for beta in (last, 2 * last, 4 * last):
            cross, square = (sum(w * m for w, m in zip(weights, part, strict=True)) for part in sums.moments(beta))
            gains.append(cross**2 / square)
        assert peak >= gains[0]
        assert gains[0] > gains[1] > gains[2] > fmpq(p.numerator, p.denominator) ** 2 / 4


@given(SPARSITIES)
@settings(max_examples=settings().max_examples // 2)
def test_a_square_is_two_digons(s: Fraction) -> None:
    square, digon = best_loss(polytope("square"), s), best_loss(polytope("digon"), s)
    assert abs(square.loss.midpoint - 2 * digon.loss.midpoint) <= square.loss.radius + 2 * digon.loss.radius
    assert apart(square.norm, digon.norm) < 1e-29
    assert apart(square.bias, digon.bias) < 1e-29


def test_the_antiprism_that_is_an_octahedron_is_three_digons() -> None:
    octahedron, digon = best_loss(antiprism(3), "3/5").loss, best_loss(polytope("digon"), "3/5").loss
    assert apart(octahedron, Enclosure(3 * digon.midpoint, 3 * digon.radius)) < 1e-29


@given(st.integers(0, 19).map(lambda k: Fraction(k, 20)))
@settings(max_examples=settings().max_examples // 2)
def test_a_bias_lowers_the_loss_of_the_antipodal_pair(s: Fraction) -> None:
    antipodal = [p.loss for p in SmallestModel(s).critical_points() if p.phase == "antipodal"]
    best = best_loss(polytope("digon"), s).loss
    assert best.midpoint + best.radius < min(antipodal)


@pytest.mark.parametrize("name", ["pentagon", "hexagon", "octagon", "square antiprism", "cube"])
def test_the_sparse_limit_is_approached_at_first_order(name: str) -> None:
    """K/p, t and θ = −b/t tend to those of one active feature, with an error in proportion to p: a tenth at a tenth."""
    limit = sparse_optimum(polytope(name)).enclose()

    def errors(best: BestAtom, p: Fraction) -> list[float]:
        loss, square_norm = best.loss.midpoint / sympy.Rational(p.numerator, p.denominator), best.norm.midpoint**2
        found = zip((loss, square_norm, best.bias.midpoint), (limit.loss, limit.square_norm, limit.bias), strict=True)
        return [float(value - exact.midpoint) for value, exact in found]

    p = Fraction(1, 10**5)
    first, second = (errors(best_loss(polytope(name), 1 - step), step) for step in (p, p / 10))
    for error, tenth in zip(first, second, strict=True):
        assert abs(error) < 1e-3
        assert tenth / error == pytest.approx(1 / 10, rel=1e-3)  # the next order is p² ≈ 1e-10, of errors of 1e-5


@pytest.mark.parametrize(("name", "pairs"), [("digon", "1/3"), ("triangle", "3/8"), ("tetrahedron", "10/27")])
def test_the_sparse_limit_without_interference_is_of_second_order(name: str, pairs: str) -> None:
    """With norm 1 and bias 0 one active feature is stored without loss, and K/p² tends to what pairs lose, over ordered
    pairs Σ E min(x_1, |c| x_2)² = n k (c²/3 − |c|³/6), with k others at cosine c < 0."""
    shape = polytope(name)
    n = shape.vertices.cols
    c = -shape.gram[0, 1]
    lost = n * (n - 1) * (c**2 / 3 - c**3 / 6)
    assert lost == sympy.Rational(pairs)
    for p in (Fraction(1, 10**4), Fraction(1, 10**5)):
        loss = best_loss(shape, 1 - p).loss.midpoint / sympy.Rational(p.numerator, p.denominator) ** 2
        assert abs(loss - lost) < 3 * p


def test_precision_is_doubled_until_it_suffices(monkeypatch: pytest.MonkeyPatch) -> None:
    """With p = 1e-20 the first 72 bits leave the bias of an octagon open."""
    used = []

    def watched(n: int, s: fmpq, bits: int) -> list[flint.arb]:
        used.append(bits)
        return independent(n, s, bits)

    monkeypatch.setattr(at_sparsity, "independent", watched)
    best = best_loss(polytope("octagon"), 1 - Fraction(1, 10**20), 2)
    assert used == [72, 144]
    assert max(best.norm.radius, best.bias.radius, best.loss.radius) <= sympy.Rational(1, 100)
    limit = sparse_optimum(polytope("octagon")).enclose()
    assert abs(best.bias.midpoint - limit.bias.midpoint) < 0.02


def test_places_that_tie_are_enclosed_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second place of the same gain: norm and bias reach from one to the other."""
    shape, weights, between = polytope("digon"), independent(2, fmpq(1, 2), 128), at_sparsity._between
    one = best_gain(shape, weights, 20, 128)
    other = Peak(one.gain, one.square_norm + 1, one.beta + 1)
    monkeypatch.setattr(at_sparsity, "_between", lambda *given: [*between(*given), other])
    found = best_gain(shape, weights, 20, 128)
    assert found.gain.overlaps(one.gain)
    for place in (one, other):
        assert found.square_norm.contains(place.square_norm)
        assert found.beta.contains(place.beta)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("triangle", 0.5), "sparsity must be exact .* got the float 0.5"),
        (("triangle", 1), r"sparsity must lie in \[0, 1\), got 1"),
        (("triangle", "-1/2"), r"sparsity must lie in \[0, 1\), got -1/2"),
        (("pentagonal bipyramid", "1/2"), "all vertices must be alike"),
    ],
)
def test_bad_input(arguments: tuple[str, object], message: str) -> None:
    name, sparsity = arguments
    with pytest.raises(ValueError, match=message):
        best_loss(polytope(name), sparsity)  # type: ignore[arg-type]


def test_bits_are_doubled_until_they_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def at_the_third(shape: Polytope, weights: Sequence[arb], digits: int, bits: int) -> Peak:
        asked.append(bits)
        return best_gain(shape, weights, digits, bits) if len(asked) == 3 else Peak(*[arb("nan")] * 3)

    wanted = best_loss(polytope("digon"), "1/2", 5)
    monkeypatch.setattr(at_sparsity, "best_gain", at_the_third)
    found = best_loss(polytope("digon"), "1/2", 5)
    assert asked == [84, 168, 336]
    assert abs(found.loss.midpoint - wanted.loss.midpoint) <= found.loss.radius + wanted.loss.radius
