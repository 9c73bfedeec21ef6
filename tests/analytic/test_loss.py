"""The exact expected loss: against nested integration, its invariances, its limits, published values, and its balls."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nested import loss_given

import numeric.law
from analytic.law import Correlated, Independent, Law, OneHot
from analytic.loss import enclose_loss, expected_loss, loss_by_active, sparse_limit
from analytic.n2m1 import SmallestModel, phase_boundary
from antipodal.laws import exact_law
from antipodal.testing import Model, rational_models

pytestmark = pytest.mark.filterwarnings("ignore::analytic.exact.TransposedWarning")
ENTRIES = st.builds(Fraction, st.integers(-4, 4), st.integers(1, 2))
WEIGHTS = st.builds(Fraction, st.integers(0, 3), st.integers(1, 2))
SPARSITIES = st.builds(Fraction, st.integers(0, 4), st.just(4))


def models(most: int) -> st.SearchStrategy[tuple[list[list[Fraction]], list[Fraction], Law, list[Fraction]]]:
    """The models of `antipodal.testing`, their laws as this package has them."""
    drawn = st.integers(1, most).flatmap(lambda n: rational_models(n))
    return drawn.map(lambda model: (model.W, model.b, exact_law(model.law), model.importance))


def rational(value: Fraction) -> sympy.Rational:
    return sympy.Rational(value.numerator, value.denominator)


@given(models(3))
@settings(max_examples=settings().max_examples // 2)
def test_is_the_nested_integral_of_its_definition(
    model: tuple[list[list[Fraction]], list[Fraction], Law, list[Fraction]],
) -> None:
    W, b, law, importance = model
    literal = sum((p * loss_given(W, b, T, importance) for T, p in law.supports(len(b))), Fraction(0))
    assert expected_loss(W, b, law, importance) == rational(literal)


@given(models(5))
@example(([[Fraction(1), Fraction(1), Fraction(0)]], [Fraction(1)] * 3, Independent(Fraction(1, 2)), [Fraction(1)] * 3))
def test_expansion_in_active_features_sums_to_the_loss(
    model: tuple[list[list[Fraction]], list[Fraction], Law, list[Fraction]],
) -> None:
    W, b, law, importance = model
    parts = loss_by_active(W, b, law, importance)
    assert len(parts) == len(b) + 1
    assert sum(parts) == expected_loss(W, b, law, importance)


@given(models(4), st.randoms(use_true_random=False))
def test_invariances(model: tuple[list[list[Fraction]], list[Fraction], Law, list[Fraction]], random: object) -> None:
    """f depends on W through WᵀW, so a rotation of the hidden space and a zero row change nothing; renaming features
    changes nothing; K is linear in the importances, and a feature of no importance still acts on the others."""
    W, b, law, importance = model
    loss = expected_loss(W, b, law, importance)
    c, s = Fraction(3, 5), Fraction(4, 5)
    padded = [*W, [Fraction(0)] * len(b)]
    first, last = padded[0], padded[-1]
    turned = [[c * x - s * y for x, y in zip(first, last, strict=True)], *padded[1:-1]]
    turned.append([s * x + c * y for x, y in zip(first, last, strict=True)])
    assert expected_loss(padded, b, law, importance) == loss
    assert expected_loss(turned, b, law, importance) == loss
    single = [expected_loss(W, b, law, [int(i == j) for j in range(len(b))]) for i in range(len(b))]
    assert sum(rational(i) * k for i, k in zip(importance, single, strict=True)) == loss
    if isinstance(law, OneHot) or (isinstance(law, Independent) and not isinstance(law.sparsity, tuple)):
        order = list(range(len(b)))
        random.shuffle(order)  # type: ignore[attr-defined]
        permuted = [[row[j] for j in order] for row in W]
        assert expected_loss(permuted, [b[j] for j in order], law, [importance[j] for j in order]) == loss


@given(rational_models(), st.lists(st.booleans(), min_size=4, max_size=4))
def test_where_all_features_are_present_the_signs_of_columns_are_free(model: Model, flips: list[bool]) -> None:
    """s = 0: x_j → 1 − x_j leaves the law as it is, so K_i does not see the sign of (WᵀW)_ij, j ≠ i, where b_i grows by what
    the sign takes away. With some columns opposite these are the pairs of which one is: at every model, clipped or not.
    """
    W, b, n = model.W, model.b, len(model.b)
    gram = [[sum((row[i] * row[j] for row in W), Fraction(0)) for j in range(n)] for i in range(n)]
    opposite = [[-w if flip else w for w, flip in zip(row, flips, strict=False)] for row in W]
    shifted = [b[i] + sum(gram[i][j] for j in range(n) if flips[i] != flips[j]) for i in range(n)]
    law = Independent(0)
    assert expected_loss(opposite, shifted, law, model.importance) == expected_loss(W, b, law, model.importance)


@given(models(4))
def test_ball_holds_the_exact_value(model: tuple[list[list[Fraction]], list[Fraction], Law, list[Fraction]]) -> None:
    W, b, law, importance = model
    exact = expected_loss(W, b, law, importance)
    for digits in (15, 30, 100):
        midpoint, radius = enclose_loss(W, b, law, importance, digits)
        assert abs(midpoint - exact) <= radius
        assert radius <= sympy.Rational(1, 10**digits) * max(1, sum(map(rational, importance)))


@given(ENTRIES, ENTRIES, SPARSITIES, WEIGHTS, WEIGHTS)
def test_smallest_model_is_a_special_case(w1: Fraction, w2: Fraction, s: Fraction, i1: Fraction, i2: Fraction) -> None:
    assert expected_loss([[w1, w2]], [0, 0], Independent(s), [i1, i2]) == SmallestModel(s, (i1, i2)).loss(w1, w2)


@pytest.mark.parametrize(
    "law", [Independent("1/3"), Independent(("0", "1/2", "1")), OneHot(), Correlated([[0, 1, 2]], "1/4")]
)
def test_no_weights_and_mean_biases_leave_the_variance(law: Law) -> None:
    """W = 0, b = E x: K = Σ I_i Var x_i."""
    moments = law.moments(3)
    importance = [Fraction(1), Fraction(2), Fraction(1, 3)]
    variance = sum(
        (i * (e2 - e * e) for i, e, e2 in zip(importance, moments.mean, moments.square, strict=True)), Fraction(0)
    )
    assert expected_loss([[0, 0, 0]], moments.mean, law, importance) == rational(variance)


def test_published_values_with_one_active_feature() -> None:
    """Chen et al. 2023, c = 6: the 4-gon 0.11111, with one and with two biases of 1/2c 0.10417 and 0.09722."""
    W = [[1, 0, -1, 0, 0, 0], [0, 1, 0, -1, 0, 0]]
    dead, rising = Fraction(-1), Fraction(1, 12)
    losses = [
        expected_loss(W, [0, 0, 0, 0, *tail], OneHot()) for tail in ((dead, dead), (dead, rising), (rising, rising))
    ]
    assert losses == [sympy.Rational(1, 9), sympy.Rational(5, 48), sympy.Rational(7, 72)]
    assert [round(float(loss), 5) for loss in losses] == [0.11111, 0.10417, 0.09722]


@given(st.lists(st.sampled_from([(1, 0), (0, 1), (-1, 0), (Fraction(3, 5), Fraction(4, 5))]), min_size=1, max_size=4))
def test_sparse_limit_is_the_first_order_in_density_and_the_thomson_energy(columns: list[tuple[Fraction, ...]]) -> None:
    """K is a polynomial in p of degree n, so its coefficients follow from n + 1 values; with unit columns and b = 0 the
    first is ⅓ Σ_{i≠j} I_i ReLU(W_i·W_j)²."""
    n = len(columns)
    W, b = [[c[0] for c in columns], [c[1] for c in columns]], [0] * n
    importance = [Fraction(k + 1, 2) for k in range(n)]
    p = sympy.Symbol("p")
    values = [
        (sympy.Rational(k, n), expected_loss(W, b, Independent(1 - Fraction(k, n)), importance)) for k in range(n + 1)
    ]
    polynomial = sympy.Poly(sympy.interpolate(values, p), p)
    order, leading = sparse_limit(W, b, importance)
    assert (order, leading) == (1, polynomial.coeff_monomial(p))
    overlaps = [[sum(x * y for x, y in zip(u, v, strict=True)) for v in columns] for u in columns]
    energy = sum(
        (importance[i] * max(Fraction(0), overlaps[i][j]) ** 2 for i in range(n) for j in range(n) if i != j),
        Fraction(0),
    )
    assert leading == rational(energy / 3)


def test_sparse_limit_with_a_positive_bias_does_not_vanish() -> None:
    assert sparse_limit([[1, 0]], ["1/2", "-1"], [2, 1]) == (0, sympy.Rational(1, 2))


def test_balls_take_irrational_weights() -> None:
    """The exact antipodal minimum at s = 1/2, W = (√110/10)(1, −1), has loss 13/160; the tie of phases is a tie."""
    point = SmallestModel("1/2").global_minima()[0]
    midpoint, radius = enclose_loss([list(point.weights)], [0, 0], Independent("1/2"), digits=60)
    assert abs(midpoint - sympy.Rational(13, 160)) <= radius
    lower, upper = phase_boundary().enclosure(40)
    s = (lower + upper) / 2
    aligned, antipodal = (
        enclose_loss([[w1, w2]], [0, 0], Independent(s), digits=40)[0]
        for w1, w2, _ in phase_boundary().exact_branches()
    )
    # The slopes of the two losses differ by 0.32, and s is within 1e-40 of the tie.
    assert abs(aligned - antipodal) < sympy.Rational(1, 10**38)


def test_balls_of_a_pentagon_agree_with_a_rotated_one() -> None:
    """Exact cosines; the Gram matrix of the rotated pentagon is the same, but nothing in its entries looks alike."""

    def pentagon(turn: sympy.Expr) -> list[list[sympy.Expr]]:
        angles = [2 * sympy.pi * k / 5 + turn for k in range(5)]
        return [[sympy.cos(a) for a in angles], [sympy.sin(a) for a in angles]]

    law, b = Independent("9/10"), ["-1/10"] * 5
    first, second = (enclose_loss(pentagon(turn), b, law) for turn in (sympy.Integer(0), sympy.pi / 7))
    assert abs(first.midpoint - second.midpoint) <= first.radius + second.radius


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0.5, 1]], [0, 0], Independent(0)), "W must be exact .* got the float 0.5"),
        (([[1, 1]], [0.0, 0], Independent(0)), "b must be exact .* got the float 0.0"),
        (([[1, 1]], [0], Independent(0)), "b must have 2 entries, got 1"),
        (([[1, 1], [1]], [0, 0], Independent(0)), r"W must be a matrix .* got rows of lengths \[2, 1\]"),
        (([], [], Independent(0)), r"W must be a matrix .* got rows of lengths \[\]"),
        (([[1, 1]], [0, 0], Independent(0), [1]), "importance must have 2 entries, got 1"),
        (([[1, 1]], [0, 0], Independent(0), [1, -2]), "importance must not be negative, got -2"),
        (([[sympy.sqrt(2), 1]], [0, 0], Independent(0)), "must be rational for an exact loss, got sqrt"),
        (([[1, sympy.nan]], [0, 0], Independent(0)), "W must "),
        (([[1] * 13], [0] * 13, Independent("1/2")), "n = 13 features .* use numeric.population.expected_loss"),
        (([[1, 1]], [0, 0], Correlated([[0]], 0)), "groups must cover the features 0 to 1"),
    ],
)
def test_bad_input(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        expected_loss(*arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("digits", [-5, 1.5, True, "5", None, 10**9])
def test_digits_are_whole_numbers(digits: object) -> None:
    with pytest.raises(ValueError, match=r"digits must be a whole number in \[0, 10000\], got "):
        enclose_loss([[1]], [0], Independent("1/2"), digits=digits)


@pytest.mark.parametrize("law", ["1/2", 0.5, None, Independent, numeric.law.OneHot()])
def test_a_law_is_an_instance_of_this_side(law: object) -> None:
    with pytest.raises(ValueError, match=r"law must be a law of analytic\.law, such as Independent\('9/10'\), got "):
        expected_loss([[1]], [0], law)


def test_up_to_twelve_independent_features_are_taken() -> None:
    """4096 vertices are the most: 2^n of n independent features, 1 + n of one-hot ones."""
    law = Independent("1/2")
    for n in (8, 12):
        assert expected_loss([[0] * n], [0] * n, law) == Fraction(n, 6)
    with pytest.raises(ValueError, match=r"n = 13 features under this law have 8192 vertices, .*at most 4096"):
        expected_loss([[0] * 13], [0] * 13, law)


def test_a_zero_that_only_a_proof_sees() -> None:
    """Orthogonal columns (1, 1, 1, 1) and (cos π/7, −cos 2π/7, cos 3π/7, −½): sympy.simplify does not find the 0 between them.
    Each feature is stored alone, and one of squared norm t costs (1 − t)² E x² without a bias.
    """
    waves = [sympy.cos(sympy.pi / 7), -sympy.cos(2 * sympy.pi / 7), sympy.cos(3 * sympy.pi / 7), sympy.Rational(-1, 2)]
    found = enclose_loss([[1, wave] for wave in waves], [0, 0], Independent("1/2"), digits=20)
    second = sum(wave**2 for wave in waves)
    exact = ((4 - 1) ** 2 + (second - 1) ** 2) / 6
    assert abs(float((exact - found.midpoint).evalf(40))) <= float(found.radius) + 1e-30
    # A bias that is such a zero needs no proof: the loss is continuous in it.
    hidden = enclose_loss([[1, 0]], [sum(waves), 0], Independent("1/2"), digits=20)
    assert (
        abs(hidden.midpoint - enclose_loss([[1, 0]], [0, 0], Independent("1/2")).midpoint) <= 2 * hidden.radius + 1e-20
    )
