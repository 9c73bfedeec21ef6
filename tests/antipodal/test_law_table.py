"""Every law of the table by every route: exact against nested integration, floats against exact, derivatives, and samples."""

from fractions import Fraction
from math import log, sqrt
from typing import Any

import numpy as np
import pytest
import torch
from law_cases import CASES, Case, literal_loss, small_models

import antipodal
from antipodal import Correlated, ExactlyActive, Independent, Magnitude, OneHot, Product, Tree
from antipodal.laws import float_law
from numeric.population import kinks, one_sided_slope
from numeric.train import TrainConfig
from numeric.train.source import sampler

pytestmark = pytest.mark.filterwarnings("ignore::analytic.exact.TransposedWarning")
each_target = pytest.mark.parametrize("target", ["identity", "absolute"])
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@each_case
def test_supports_are_those_by_hand_and_sum_to_one(case: Case) -> None:
    found = dict(case.law.exact().supports(3))
    assert found == case.supports
    assert sum(found.values()) == 1


@each_target
@each_case
@pytest.mark.slow
def test_the_exact_loss_is_the_nested_integral(case: Case, target: str) -> None:
    for W, b, importance in small_models():
        found = antipodal.exact_loss(W, b, case.law, importance, target=target)
        assert found == antipodal.exact_loss([[0, 0, 0]], [0] * 3, case.law, importance, target=target) - (
            literal_loss([[Fraction(0)] * 3], [Fraction(0)] * 3, case, importance, target)
            - literal_loss(W, b, case, importance, target)
        )


@each_target
@each_case
def test_a_ball_contains_it(case: Case, target: str) -> None:
    W, b, importance = next(small_models())
    ball = antipodal.enclose_loss(W, b, case.law, importance, digits=20, target=target)
    assert abs(ball.midpoint - antipodal.exact_loss(W, b, case.law, importance, target=target)) <= ball.radius


@each_target
@each_case
@pytest.mark.slow
def test_floats_agree(case: Case, target: str) -> None:
    """Within 1e-10 of K + Σ I_i E x_i², which the route promises."""
    squares = case.law.exact().squares(3)
    for W, b, importance in small_models():
        exact = antipodal.exact_loss(W, b, case.law, importance, target=target)
        scale = float(exact) + float(sum(i * e for i, e in zip(importance, squares, strict=True)))
        rows = [[float(entry) for entry in row] for row in W]
        given = rows, [float(x) for x in b], case.law, [float(x) for x in importance]
        found = antipodal.loss(*given, target=target)
        assert abs(found - float(exact)) <= 1e-10 * scale


@each_case
@pytest.mark.slow
def test_models_with_importances_of_their_own_are_a_stack(case: Case) -> None:
    """Value, gradient and second derivatives of each as if it stood alone, up to the order of sums: a few hundred roundings of
    numbers of order 10.
    """
    random = np.random.default_rng(7)
    W, b, importance = random.normal(size=(4, 2, 3)), random.normal(size=(4, 3)), random.uniform(0.2, 2, (4, 3))
    stack = antipodal.value_and_gradient(W, b, case.law, importance)
    curvature = antipodal.hessian(W, b, case.law, importance)
    for k in range(4):
        alone = antipodal.value_and_gradient(W[k], b[k], case.law, importance[k])
        for one, other in zip(stack, alone, strict=True):
            assert one[k] == pytest.approx(other, abs=1e-12)
        assert curvature[k] == pytest.approx(antipodal.hessian(W[k], b[k], case.law, importance[k]), abs=1e-12)


@each_target
@each_case
@pytest.mark.slow
def test_the_gradient_and_the_hessian_are_those_of_exact_differences(case: Case, target: str) -> None:
    """Central differences of exact losses: with h = 1e-20 they are the derivatives to every digit, away from kinks."""
    h = Fraction(1, 10**20)
    W, b, importance = next(small_models())
    x = [*(entry + Fraction(k + 1, 97) for k, entry in enumerate(W[0] + W[1])), *(e + Fraction(1, 89) for e in b)]

    def K(point: list[Fraction]) -> Fraction:
        value = antipodal.exact_loss([point[:3], point[3:6]], point[6:], case.law, importance, target=target)
        return Fraction(int(value.p), int(value.q))

    def moved(point: list[Fraction], k: int, step: Fraction) -> list[Fraction]:
        return [*point[:k], point[k] + step, *point[k + 1 :]]

    floats = np.array(x, dtype=float)
    given = floats[:6].reshape(2, 3), floats[6:], case.law, [float(i) for i in importance]
    value = antipodal.value_and_gradient(*given, target=target)
    gradient = np.concatenate([value.W.ravel(), value.b])
    exact = [float((K(moved(x, k, h)) - K(moved(x, k, -h))) / (2 * h)) for k in range(9)]
    assert np.abs(gradient - exact).max() <= 1e-8
    H = antipodal.hessian(*given, target=target)
    for k, j in ((0, 0), (1, 4), (2, 7), (8, 8)):
        up, down = moved(x, k, h), moved(x, k, -h)
        corners = [K(moved(side, j, s * h)) for side in (up, down) for s in (1, -1)]
        assert abs(H[k, j] - float((corners[0] - corners[1] - corners[2] + corners[3]) / (4 * h * h))) <= 1e-6


@each_case
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_samples_have_its_moments(case: Case, dtype: str) -> None:
    """A mean of N terms of size at most c with variance v deviates by more than t with probability at most
    2 exp(−Nt²/(2v + 4ct/3)) (Bernstein), here 1e-10; in all fewer than 500 comparisons: a false alarm below 5e-8.
    """
    count = 40_000
    sparsity, law = float_law(case.law)
    data: dict[str, Any] = {"sparsity": (sparsity,) * 2} if law is None else {"law": law}
    config = TrainConfig(n_features=3, n_hidden=2, seeds=(0, 1), dtype=dtype, **data)
    kind = torch.float32 if dtype == "float32" else torch.float64
    x = sampler(config, [3, 4], count // 4, torch.device("cpu"), kind).draw(5, 4)[1].double()  # of the second model
    x = x.movedim(1, 0).reshape(3, -1)
    exact, largest = case.law.exact(), 2.0
    moments = exact.moments(3)

    def near(found: Any, wanted: float, variance: float, size: float) -> bool:
        k = log(2e10) / count
        return abs(float(found) - wanted) <= 2 * k * size / 3 + sqrt((2 * k * size / 3) ** 2 + 2 * k * variance) + 1e-6

    for i in range(3):
        mean, square = float(moments.mean[i]), float(moments.square[i])
        assert near(x[i].mean(), mean, square - mean**2, largest)
        assert near((x[i] ** 2).mean(), square, square * largest**2, largest**2)
        for j in range(i):
            both = float(moments.product[i][j])
            assert near((x[i] * x[j]).mean(), both, float(min(square, 4)) * largest**2, largest**2)
    for support, p in case.supports.items():
        share = ((x != 0) == torch.tensor([[j in support] for j in range(3)])).all(0).double().mean()
        assert near(share, float(p), float(p * (1 - p)), 1.0)


def test_both_ends_of_own_switches_are_laws_of_old() -> None:
    """own = 0 is the set on together, sparsity = 0 independent features; exactly, and in floats."""
    W, b, _ = next(small_models())
    together, groups = Correlated([(0, 2), (1,)], "1/3"), [(0, 2), (1,)]
    assert dict(Correlated(groups, "1/3", own=0).exact().supports(3)) == dict(together.exact().supports(3))
    assert antipodal.exact_loss(W, b, Correlated(groups, 0, own="1/3")) == antipodal.exact_loss(W, b, "1/3")
    assert antipodal.loss(W, b, Correlated(groups, 0.0, own=0.25)) == pytest.approx(
        antipodal.loss(W, b, 0.25), abs=1e-15
    )
    assert repr(float_law(Correlated(groups, 0.5, own=0.0))[1]) == "Correlated(groups=((0, 2), (1,)), sparsity=0.5)"


def test_correlation_is_as_said() -> None:
    """Density p and correlation ρ: own = (1 − p)(1 − ρ), s = 1 − p/(1 − own)."""
    p, rho = Fraction(1, 5), Fraction(3, 7)
    own = (1 - p) * (1 - rho)
    law = Correlated([(0, 1)], 1 - p / (1 - own), own=own).exact()
    assert law.inclusion((0,), 2) == p
    assert law.inclusion((0, 1), 2) - p * p == rho * p * (1 - p)


def test_the_same_law_in_other_words() -> None:
    W, b, importance = next(small_models())

    def loss(law: Any) -> Any:
        return antipodal.exact_loss(W, b, law, importance)

    halves = Magnitude.mixture(("1/2", Magnitude.uniform(-1, 0)), ("1/2", Magnitude.uniform(0, 1)))
    assert loss(Independent("1/3", magnitude=halves)) == loss(Independent("1/3", magnitude=Magnitude.uniform(-1, 1)))
    assert loss(ExactlyActive(1)) == loss(OneHot())
    assert loss(Tree([], ("1/2",) * 3)) == loss("1/2")
    assert loss(Tree([(0, 1), (1, 2)], ("1/2",) * 3)) == loss(Correlated([(0, 1, 2)], "1/2"))
    assert loss(Product([(0,), (1, 2)], (Independent("1/3"), Correlated([(0, 1)], "1/4")))) == loss(
        Product([(2, 1), (0,)], (Correlated([(0, 1)], "1/4"), Independent("1/3")))
    )
    # Values twice as large with biases twice as large: four times the loss.
    assert antipodal.exact_loss(
        W, [2 * x for x in b], Independent("1/3", magnitude=Magnitude.uniform(0, 2)), importance
    ) == (4 * loss("1/3"))


def test_what_other_code_draws() -> None:
    """occhio: pairs (2i, 2i + 1) that are on with `p_active`, and each of them then with `p_individual`; or 2i with `p_active`,
    and 2i + 1 then with `p_follow`. devinterp: one feature at a time, with the value 1.
    """
    active, individual = Fraction(1, 5), Fraction(2, 3)
    pair = dict(Correlated([(0, 1)], 1 - active, own=1 - individual).exact().supports(2))
    assert pair[0, 1] == active * individual**2
    assert pair[(0,)] == pair[(1,)] == active * individual * (1 - individual)
    follow = dict(Tree([(0, 1)], (active, active * individual)).exact().supports(2))
    assert follow == {(): 1 - active, (0,): active * (1 - individual), (0, 1): active * individual}
    # One-hot and binary: K = Σ_i (1/n) Σ_j (δ_ij − ReLU(G_ij + b_i))², a sum over n inputs.
    W, b, _ = next(small_models())
    gram = [[sum(row[i] * row[j] for row in W) for j in range(3)] for i in range(3)]
    by_hand = sum((Fraction(i == j) - max(gram[i][j] + b[i], Fraction(0))) ** 2 for i in range(3) for j in range(3)) / 3
    found = antipodal.exact_loss(W, b, OneHot(magnitude=Magnitude.binary()))
    assert Fraction(int(found.p), int(found.q)) == by_hand


def test_a_binary_digon_has_a_concave_kink() -> None:
    """n = 2, m = 1, w = (1, −1), p = 3/10: z_i = 0 where both are on, and the slope along w₂ jumps from 9/50 to −9/50."""
    law, h = Independent("7/10", magnitude=Magnitude.binary()), Fraction(1, 10**12)
    here = antipodal.exact_loss([[1, -1]], [0, 0], law)
    slopes = [(antipodal.exact_loss([[1, -1 + s * h]], [0, 0], law) - here) / (s * h) for s in (1, -1)]
    assert [round(float(slope), 9) for slope in slopes] == [-0.18, 0.18]
    given = [[1.0, -1.0]], None
    assert kinks(*given, float_law(law)[1]) == (0, 1)
    along = [one_sided_slope(*given, [[0.0, s]], None, None, law=float_law(law)[1]) for s in (1.0, -1.0)]
    assert along == pytest.approx([-0.18, -0.18], abs=1e-15)


REFUSED = [
    (lambda: Tree([(0, 1)], ("1/4", "1/2")), "probabilities of a child must be at most its parent's"),
    (lambda: Tree([(0, 1), (1, 0)], ("1/2", "1/2")), "edges must have no cycle"),
    (lambda: Tree([(0, 2), (1, 2)], ("1/2",) * 3), "edges must give a feature one parent"),
    (lambda: Tree([(0, 3)], ("1/2",) * 3), "edges must join features 0 to 2"),
    (lambda: Tree([(0, 1)], ("3/2", "1/2")), r"probabilities must lie in \[0, 1\], got 3/2"),
    (lambda: Magnitude.uniform(1, 0), "low must be below high, got 1 and 0"),
    (lambda: Magnitude.binary(0), "value must not be 0"),
    (lambda: Magnitude.mixture(("1/2", Magnitude.binary())), "parts must have weights that sum to 1"),
    (lambda: Magnitude.exponential(-1), "rate must be finite and above 0, got -1.0"),
    (lambda: ExactlyActive(0), "k must be a whole number of at least 1, got 0"),
    (
        lambda: antipodal.exact_loss([[1, 1]], [0, 0], ExactlyActive(3)),
        "k must be at most the number of features, 2, got 3",
    ),
    (lambda: antipodal.loss([[1, 1]], [0, 0], ExactlyActive(3)), "k must be at most the number of features, 2, got 3"),
    (lambda: Correlated([(0, 1)], "1/2", own=2), r"own must lie in \[0, 1\], got 2"),
    (lambda: Independent("1/2", magnitude=3), "magnitude must be a Magnitude of antipodal"),
    (
        lambda: antipodal.loss([[1, 1]], [0, 0], Independent("1/2", magnitude=(Magnitude.binary(),))),
        "magnitude must be one or 2, one for each feature, got 1",
    ),
    (
        lambda: antipodal.exact_loss([[1, 1]], [0, 0], Independent("1/2", magnitude=Magnitude.exponential())),
        "magnitude must be uniform, of one value or a mixture for the exact route, .* only training takes it",
    ),
    (
        lambda: antipodal.loss([[1, 1]], [0, 0], Independent("1/2", magnitude=Magnitude.exponential())),
        "magnitude must not be exponential for the loss without sampling, .* training and its sampled loss take it",
    ),
    (
        lambda: antipodal.loss(np.ones((1, 25)), np.full(25, -1.0), Independent("1/2", magnitude=Magnitude.binary())),
        "law must be one of which few enough features are active .* training and its sampled loss take it",
    ),
    (lambda: Product([(0,)], (OneHot(), OneHot())), "laws must have 1 entries, got 2"),
    (lambda: Product([(0,)], 0.5), "laws must be laws of antipodal"),
]


@pytest.mark.parametrize(("call", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_is_wrong_is_said(call: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()
