"""The loss without sampling, held to exact vertex sums in rationals, quadrature, sampling, identities and limits."""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings, target
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradgradcheck

from analytic import law as analytic_law
from analytic.loss import enclose_loss
from numeric import population
from numeric.faces import Moments, expectation, supports
from numeric.law import Anticorrelated, Correlated, Law, OneHot
from numeric.monte_carlo import expected_loss_monte_carlo
from numeric.population import expected_loss
from numeric.quadrature import expected_loss_quadrature

Rationals = Sequence[Fraction]
Probabilities = dict[tuple[int, ...], Fraction]

ROUNDING = 1e-14  # of K + Σ I E x²: some 30 eps, for sums of a few thousand terms none of which cancel
PROMISED = 1e-10

# Shares of the profile's examples for tests that take longer, so that a thorough profile stays thorough.
SOME, FEW = (settings(max_examples=settings().max_examples // share) for share in (2, 4))


def tensor(values: object) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def random_weights(m: int, n: int, seed: int) -> Tensor:
    return torch.randn(m, n, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) / math.sqrt(m)


# --- the exact loss: sums over supports of vertex sums, in rationals


def cube_integral(b: Fraction, g: Rationals, power: int) -> Fraction:
    """∫ ReLU(b + g·x)^k over the cube: k!/((k + t)! Π g_j) Σ_v (-1)^{t - |v|} ReLU(b + g·v)^{k + t} over nonzero g_j."""
    g = [entry for entry in g if entry]
    total = Fraction(0)
    for v in product((0, 1), repeat=len(g)):
        z = b + sum(entry for entry, at_one in zip(g, v, strict=True) if at_one)
        if z > 0:
            total += (-1) ** (len(g) - sum(v)) * z ** (power + len(g))
    return total * math.factorial(power) / (math.factorial(power + len(g)) * math.prod(g, start=Fraction(1)))


def own_integral(b: Fraction, g: Rationals, own: int) -> Fraction:
    """∫ x_i ReLU(b + g·x) by parts: (∫ ReLU² at x_i = 1 - ∫ ReLU²)/2g_i."""
    others = [entry for j, entry in enumerate(g) if j != own]
    if not g[own]:
        return cube_integral(b, others, 1) / 2
    return (cube_integral(b + g[own], others, 2) - cube_integral(b, g, 2)) / (2 * g[own])


def row_value(b: Fraction, g: Rationals, own: int | None, law: Probabilities) -> Fraction:
    """E[ReLU(z)² - 2 x_i ReLU(z)]"""
    total = Fraction(0)
    for T, P in law.items():
        active = [g[j] for j in T]
        total += P * cube_integral(b, active, 2)
        if own in T:
            total -= 2 * P * own_integral(b, active, T.index(own))
    return total


def independent(sparsity: Rationals) -> Probabilities:
    n = len(sparsity)
    return {
        T: P
        for size in range(n + 1)
        for T in combinations(range(n), size)
        if (P := math.prod((1 - s if j in T else s for j, s in enumerate(sparsity)), start=Fraction(1)))
    }


def grouped(groups: Sequence[Sequence[int]], sparsity: Fraction, together: bool) -> Probabilities:
    law: Probabilities = {(): Fraction(1)}
    for group in groups:
        choices = [((), sparsity)]
        if together:
            choices.append((tuple(group), 1 - sparsity))
        else:
            choices += [((feature,), (1 - sparsity) / len(group)) for feature in group]
        following: Probabilities = {}
        for (T, P), (U, Q) in product(law.items(), choices):
            support = tuple(sorted(T + U))
            following[support] = following.get(support, Fraction(0)) + P * Q
        law = following
    return {T: P for T, P in law.items() if P}


def exact(W: Sequence[Rationals], b: Rationals, law: Probabilities, importance: Rationals) -> tuple[Fraction, Fraction]:
    """K, and the K + Σ I E x² that errors are measured by."""
    n = len(b)
    active = [sum((P for T, P in law.items() if i in T), Fraction(0)) for i in range(n)]
    second = sum((weight * p / 3 for weight, p in zip(importance, active, strict=True)), Fraction(0))
    loss = second
    for i in range(n):
        g = [sum((row[i] * row[j] for row in W), Fraction(0)) for j in range(n)]
        loss += importance[i] * row_value(b[i], g, i, law)
    return loss, loss + second


def deviation(found: float, reference: Fraction, size: Fraction) -> float:
    return float(abs(Fraction(found) - reference) / size)


# --- strategies. Floats of few digits: their Gram matrix is exact, and so are the rationals of the reference.

coarse = st.integers(-96, 96).map(lambda k: k / 64)
entries = st.just(0.0) | coarse
mixed = entries | st.sampled_from([2.0**-k for k in (9, 15, 30)]).flatmap(lambda tiny: coarse.map(lambda x: x * tiny))
biases = st.just(0.0) | st.integers(-128, 128).map(lambda k: k / 64)
densities = st.sampled_from([2.0**-k for k in range(14)]) | st.integers(1, 64).map(lambda k: k / 64)
weightings = st.integers(0, 4).map(float)


@st.composite
def models(
    draw: st.DrawFn, elements: st.SearchStrategy[float], sizes: tuple[int, int]
) -> tuple[list[list[float]], list[float]]:
    n = draw(st.integers(*sizes))
    m = draw(st.integers(1, 2))
    W = [[draw(elements) for _ in range(n)] for _ in range(m)]
    return W, [draw(biases) for _ in range(n)]


def rational(values: Sequence[float]) -> list[Fraction]:
    return [Fraction(value) for value in values]


@SOME
@given(models(mixed, (1, 5)), st.data())
@example(([[0.0] * 3], [0.0] * 3), None)
@example(([[1.0, -1.0, 2.0**-30]], [0.0, 2.0**-30, -(2.0**-31)]), None)
def test_independent_features(model: tuple[list[list[float]], list[float]], data: st.DataObject | None) -> None:
    W, b = model
    n = len(b)
    p = [0.5] * n if data is None else data.draw(st.lists(densities, min_size=n, max_size=n))
    importance = [1.0] * n if data is None else data.draw(st.lists(weightings, min_size=n, max_size=n).filter(any))
    reference, size = exact(
        [rational(row) for row in W], rational(b), independent([1 - Fraction(d) for d in p]), rational(importance)
    )
    found = expected_loss(tensor(W), tensor(b), [1 - d for d in p], importance).item()
    error = deviation(found, reference, size)
    target(error, label="error")
    assert error <= ROUNDING


@st.composite
def partitions(draw: st.DrawFn, n: int) -> list[list[int]]:
    place = [draw(st.integers(0, n - 1)) for _ in range(n)]
    return [group for k in range(n) if (group := [j for j in range(n) if place[j] == k])]


@SOME
@given(models(mixed, (1, 5)), st.data())
def test_groups(model: tuple[list[list[float]], list[float]], data: st.DataObject) -> None:
    W, b = model
    groups = data.draw(partitions(len(b)))
    together, p = data.draw(st.booleans()), data.draw(densities)
    law: Law = Correlated(groups, 1 - p) if together else Anticorrelated(groups, 1 - p)
    importance = [Fraction(1)] * len(b)
    reference, size = exact(
        [rational(row) for row in W], rational(b), grouped(groups, 1 - Fraction(p), together), importance
    )
    error = deviation(expected_loss(tensor(W), tensor(b), None, law=law).item(), reference, size)
    target(error, label="error")
    assert error <= ROUNDING


slopes = st.just(0.0) | st.tuples(st.floats(-3, 0.5), st.sampled_from([-1, 1])).map(lambda e: e[1] * 10 ** e[0])
tiny = st.tuples(st.floats(-9, -3), st.sampled_from([-1, 1])).map(lambda e: e[1] * 10 ** e[0])


@SOME
@given(
    st.integers(1, 6).flatmap(lambda n: st.lists(slopes | tiny, min_size=n, max_size=n)),
    st.floats(-2, 2) | st.just(0.0) | tiny,
    st.floats(-4, 0),
    st.booleans(),
)
@example([1.0, -1.0, 1e-9], -1e-9, 0.0, True)
def test_a_row_of_any_coefficients(g: list[float], b: float, log_density: float, extended: bool) -> None:
    """Rows that no W of few digits has: entries 0, ±[1e-3, 3] and ±[1e-9, 1e-3], the row's own one ≥ 0."""
    g = [abs(g[0]), *g[1:]]
    n, p = len(g), Fraction(10**log_density)
    law = independent([1 - p] * n)
    reference = row_value(Fraction(b), rational(g), 0, law)
    U = supports(n, torch.device("cpu"))
    P = tensor([float(law.get(tuple(np.flatnonzero(row)), 0)) for row in U.numpy()])
    none = torch.zeros(1, 2**n, dtype=torch.float64)
    own = torch.eye(n, dtype=torch.float64)[:1]
    found = expectation(tensor([g]), tensor([b]), own, P, Moments(none, none) if extended else None).item()
    error = deviation(found, reference, reference + 2 * p / 3)
    target(error, label="error")
    assert error <= ROUNDING


# --- many features: the same code with the threshold lowered, then sampling


@pytest.fixture
def few_enumerated(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if 5 features were many: the characteristic function for rows of more than two large entries."""
    monkeypatch.setattr(population, "_WHOLE", 0)
    monkeypatch.setattr(population, "_LARGE", 2)


LAWS: list[tuple[str, Law | None, object, Probabilities]] = [
    ("dense", None, 0.0, independent([Fraction(0)] * 7)),
    ("half", None, 0.5, independent([Fraction(1, 2)] * 7)),
    ("sparse", None, 1 - 2.0**-13, independent([1 - Fraction(1, 2**13)] * 7)),
    (
        "of all kinds",
        None,
        [0.0, 1.0, 0.5, 1 - 2.0**-10, 0.25, 0.0, 0.875],
        independent([Fraction(x) for x in (0, 1, 0.5, 1 - 2.0**-10, 0.25, 0, 0.875)]),
    ),
    ("one-hot", OneHot(), None, grouped([range(7)], Fraction(0), False)),
    (
        "correlated",
        Correlated([[3, 1], [0], [2, 4, 5], [6]], 0.75),
        None,
        grouped([[3, 1], [0], [2, 4, 5], [6]], Fraction(3, 4), True),
    ),
    (
        "anticorrelated",
        Anticorrelated([[3, 1], [0], [2, 4], [5, 6]], 0.75),
        None,
        grouped([[3, 1], [0], [2, 4], [5, 6]], Fraction(3, 4), False),
    ),
]


@pytest.mark.usefixtures("few_enumerated")
@pytest.mark.parametrize(
    ("law", "sparsity", "probabilities"), [case[1:] for case in LAWS], ids=[case[0] for case in LAWS]
)
@pytest.mark.parametrize("seed", [1, 2])
def test_characteristic_function(law: Law | None, sparsity: object, probabilities: Probabilities, seed: int) -> None:
    random = np.random.default_rng(seed)
    W = np.round(random.normal(size=(3, 7)) * 24) / 32
    W[:, 6] = [0, 0, 0.75]  # orthogonal to most: exact zeros in its row
    W[2, :3] = 0
    b = np.round(random.normal(size=7) * 8) / 32
    b[1] = 0
    rows = [rational(row) for row in W]
    reference, size = exact(rows, rational(b), probabilities, [Fraction(1)] * 7)
    weights, bias = tensor(W).requires_grad_(), tensor(b).requires_grad_()
    loss = expected_loss(weights, bias, sparsity, law=law)  # type: ignore[arg-type]
    assert deviation(loss.item(), reference, size) <= PROMISED
    found = torch.autograd.grad(loss, (weights, bias))
    population._WHOLE = 10
    enumerated = torch.autograd.grad(expected_loss(weights, bias, sparsity, law=law), (weights, bias))  # type: ignore[arg-type]
    for one, other in zip(found, enumerated, strict=True):
        # A frequency ω comes with each derivative, some hundreds at the last node.
        assert (one - other).abs().max() <= 300 * PROMISED * float(size)


@pytest.mark.usefixtures("few_enumerated")
@FEW
@given(
    st.lists(st.lists(st.integers(8, 48) | st.integers(-48, -8), min_size=6, max_size=6), min_size=2, max_size=2),
    st.lists(biases, min_size=6, max_size=6),
    densities,
)
def test_characteristic_function_at_random(W: list[list[int]], b: list[float], p: float) -> None:
    """Columns of two entries ±[1/4, 3/2], b in [-2, 2]: rows in which too little is large raise, and that is no answer."""
    rows = [[Fraction(entry, 32) for entry in row] for row in W]
    reference, size = exact(rows, rational(b), independent([1 - Fraction(p)] * 6), [Fraction(1)] * 6)
    try:
        found = expected_loss(tensor(W) / 32, tensor(b), 1 - p).item()
    except ValueError:
        return
    error = deviation(found, reference, size)
    target(error, label="error")
    assert error <= 1e-8


@pytest.mark.parametrize(
    ("n", "m", "p", "samples"),
    [
        (20, 5, 0.3, 400_000),
        (100, 10, 0.05, 100_000),
        (150, 15, 1e-3, 400_000),
        (400, 30, 0.2, 30_000),
        (400, 30, 1.0, 30_000),
    ],
)
def test_against_sampling(n: int, m: int, p: float, samples: int) -> None:
    """Within 4 standard errors: a false alarm has probability 6e-5 each, and seeds are fixed."""
    W, b = (
        random_weights(m, n, n),
        -0.1 * torch.rand(n, dtype=torch.float64, generator=torch.Generator().manual_seed(n)),
    )
    importance = torch.linspace(1, 0, n, dtype=torch.float64).numpy()
    sampled = expected_loss_monte_carlo(W.numpy(), b.numpy(), 1 - p, importance, samples=samples)
    with torch.no_grad():
        found = expected_loss(W, b, 1 - p, importance).item()
    assert abs(found - sampled.mean) < 4 * sampled.standard_error


@pytest.mark.parametrize(("n", "p"), [(11, 2.0**-10), (11, 0.5), (12, 2.0**-4)])
def test_against_balls(n: int, p: float) -> None:
    """More features than are enumerated, against the exact side's rigorous enclosures."""
    random = np.random.default_rng(n)
    W, b = np.round(32 * random.normal(size=(3, n))) / 64, np.round(16 * random.normal(size=n)) / 64
    law = analytic_law.Independent(1 - Fraction(p))
    ball = enclose_loss([rational(row) for row in W.tolist()], rational(b.tolist()), law, digits=16)
    size = ball.midpoint + n * Fraction(p) / 3
    found = expected_loss(torch.from_numpy(W), torch.from_numpy(b), 1 - p).item()
    assert abs(Fraction(found) - ball.midpoint) <= Fraction(PROMISED) * size + ball.radius


def test_many_features_of_which_few_matter() -> None:
    """Antipodal pairs, 38 features dropped or nearly: n = 2 exactly, 0 for the dropped with b < 0."""
    W = torch.zeros(3, 40, dtype=torch.float64)
    W[0, 0], W[0, 1], W[1, 2:] = 1, -0.75, 1e-12 * torch.arange(38)
    b = torch.full((40,), -0.125, dtype=torch.float64)
    pair = expected_loss(tensor([[1, -0.75]]), b[:2], 0.9).item()
    assert expected_loss(W, b, 0.9).item() == pytest.approx(pair + 38 * 0.1 / 3, rel=1e-11)


def test_zero_entries_keep_their_derivatives(few_enumerated: None) -> None:
    """Gradient and Hessian-vector product through entries that are exactly 0 are those of full enumeration."""
    W = torch.block_diag(tensor([[0.8, -0.6]]), tensor([[0.5, 0.9]]), tensor([[1.1]]))
    b = tensor([0.1, -0.2, 0.15, -0.05, -0.3])
    direction = random_weights(3, 5, 1)
    results = []
    for whole in (0, 10):
        population._WHOLE = whole
        weights = W.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(expected_loss(weights, b, 0.6), weights, create_graph=True)
        results.append((gradient, torch.autograd.grad((gradient * direction).sum(), weights)[0]))
    for one, other in zip(*results, strict=True):
        assert torch.allclose(one, other, rtol=0, atol=1e-13)


# --- a second route, derivatives


@FEW
@given(st.integers(1, 2), st.lists(st.floats(-1.5, 1.5), min_size=9, max_size=9), st.floats(0, 1, exclude_max=True))
def test_against_quadrature(m: int, values: list[float], s: float) -> None:
    W, b = np.reshape(values[: 2 * m], (m, 2)), np.array(values[4:6])
    found = expected_loss(tensor(W), tensor(b), [s, 0.5]).item()
    quadrature = expected_loss_quadrature(W, b, [s, 0.5])
    assert abs(found - quadrature.value) <= 1e-12 * (1 + found) + quadrature.error


def test_against_quadrature_of_three_features() -> None:
    W, b, s = random_weights(2, 3, 5), tensor([0.1, -0.2, 0.0]), [0.2, 0.5, 0.9]
    quadrature = expected_loss_quadrature(W.numpy(), b.numpy(), s)
    assert abs(expected_loss(W, b, s).item() - quadrature.value) <= 1e-12 + quadrature.error


@FEW
@given(models(mixed, (1, 4)), densities, st.integers(0, 2**16))
def test_gradient(model: tuple[list[list[float]], list[float]], p: float, seed: int) -> None:
    """Against the exact difference quotient of the rational loss, from the side that b > 0 is on.

    One-sided with step h = 1e-40, small beside the least entry 2^-72 of WᵀW, it differs from the derivative by h·K'',
    and by 0 across jumps of K''. Where column and bias vanish together K has a kink, and the step goes to larger b and
    no W.
    """
    W, b = model
    n, law = len(b), independent([1 - Fraction(p)] * len(b))
    rows = [rational(row) for row in W]
    kinked = any(b[i] == 0 and not any(row[i] for row in rows) for i in range(n))
    random = np.random.default_rng(seed)
    to_W, to_b = (np.round(16 * random.normal(size=shape)) / 16 for shape in ((len(W), n), n))
    if kinked:
        to_W, to_b = 0 * to_W, np.abs(to_b)
    h = Fraction(1, 10**40)
    moved = [
        [w + h * Fraction(d) for w, d in zip(row, step, strict=True)] for row, step in zip(rows, to_W, strict=True)
    ]
    shifted = [Fraction(x) + h * Fraction(d) for x, d in zip(b, to_b, strict=True)]
    importance = [Fraction(1)] * n
    before, size = exact(rows, rational(b), law, importance)
    slope = float((exact(moved, shifted, law, importance)[0] - before) / h)
    weights, bias = tensor(W).requires_grad_(), tensor(b).requires_grad_()
    found = torch.autograd.grad(expected_loss(weights, bias, 1 - p), (weights, bias))
    along = (found[0] * tensor(to_W)).sum().item() + (found[1] * tensor(to_b)).sum().item()
    # Terms of the gradient are at most |W| |direction| times moments, which size and √size bound.
    scale = (1 + float(size)) * (1 + np.abs(to_W).sum() + np.abs(to_b).sum())
    target(abs(along - slope) / scale, label="error")
    assert abs(along - slope) <= 1e-13 * scale


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(
    ("law", "sparsity"),
    [(None, 0.7), (Correlated([[0, 3], [1, 2], [4]], 0.5), None), (Anticorrelated([[0, 3], [1, 2], [4]], 0.5), None)],
)
def test_second_derivatives(
    law: Law | None, sparsity: float | None, many: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if many:
        monkeypatch.setattr(population, "_WHOLE", 0)
        monkeypatch.setattr(population, "_LARGE", 2)
    W = random_weights(3, 5, 8).requires_grad_()
    b = tensor([0.11, -0.23, 0.31, -0.07, 0.05]).requires_grad_()
    # Divided differences with step 1e-6 of a gradient known to 1e-9 or better.
    tolerance = 1e-2 if many else 1e-5
    assert gradgradcheck(lambda W, b: expected_loss(W, b, sparsity, law=law), (W, b), atol=tolerance, rtol=1e-4)


def test_square_and_product_from_one_function() -> None:
    """E[z_+² - 2x_i z_+] = A - ∂A/∂g_i with A = E z_+² (design, point 2)."""
    g = tensor([[0.7, -0.4, 0.9], [1.2, 0.3, 1e-7]]).requires_grad_()
    b, P = tensor([-0.2, 0.1]), torch.full((8,), 1 / 8, dtype=torch.float64)
    square = expectation(g, b, torch.zeros_like(g), P)
    (slope,) = torch.autograd.grad(square.sum(), g)
    own = torch.zeros_like(g)
    own[:, 0] = 1
    assert torch.allclose(expectation(g, b, own, P), square - slope[:, 0], rtol=0, atol=1e-15)


# --- invariances, limits, shapes


@FEW
@given(st.integers(0, 2**16), densities)
def test_rotation_and_permutation(seed: int, p: float) -> None:
    W, b = random_weights(3, 5, seed), random_weights(1, 5, seed + 1)[0]
    Q = torch.linalg.qr(random_weights(3, 3, seed + 2)).Q
    order = torch.randperm(5, generator=torch.Generator().manual_seed(seed))
    s, importance = [0.0, 0.2, 1 - p, 0.5, 0.9], [1.0, 2.0, 0.5, 0.0, 3.0]
    found = expected_loss(W, b, s, importance)
    turned = expected_loss((Q @ W)[:, order], b[order], [s[j] for j in order], [importance[j] for j in order])
    assert turned.item() == pytest.approx(found.item(), rel=1e-13)


@FEW
@given(st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda s: min(s) < 1))
def test_untrained_model_has_the_variance(s: list[float]) -> None:
    """W = 0, b = E x: K = Σ I_i Var x_i = Σ I_i (p/3 - p²/4)."""
    p, importance = 1 - np.array(s), np.array([1.0, 2.0, 0.5, 3.0])
    found = expected_loss(torch.zeros(2, 4, dtype=torch.float64), tensor(p / 2), s, importance).item()
    assert found == pytest.approx(float(importance @ (p / 3 - p * p / 4)), rel=1e-14)


def test_sparse_limit() -> None:
    """Unit columns, b = 0: K/p → ⅓ Σ_{i≠j} ReLU(W_i·W_j)², with an error of order n p (design, point 7)."""
    W = torch.nn.functional.normalize(random_weights(3, 8, 4), dim=0)
    G = W.T @ W
    limit = ((G - torch.diag(G.diagonal())).clamp_min(0) ** 2).sum().item() / 3
    errors = [abs(expected_loss(W, None, 1 - p).item() / p - limit) for p in (1e-2, 1e-3, 1e-4)]
    assert errors[0] / errors[1] == pytest.approx(10, rel=0.2)
    assert errors[1] / errors[2] == pytest.approx(10, rel=0.02)


def test_laws_that_coincide() -> None:
    W, b = random_weights(2, 5, 9), tensor([0.1, -0.2, 0.0, 0.3, -0.1])
    singles = [[j] for j in range(5)]
    values = [
        expected_loss(W, b, 0.7),
        expected_loss(W, b, [0.7] * 5),
        expected_loss(W, b, None, law=Correlated(singles, 0.7)),
        expected_loss(W, b, None, law=Anticorrelated(singles, [0.7] * 5)),
    ]
    assert max(values).item() == pytest.approx(min(values).item(), rel=1e-14)
    one = expected_loss(W, b, None, law=OneHot()).item()
    assert one == pytest.approx(expected_loss(W, b, None, law=Anticorrelated([range(5)], 0)).item(), rel=1e-14)


def test_one_hot_of_many_features() -> None:
    """n = 300: an average of integrals over one variable, each cubic between 0, the kink and 1."""
    W, b = random_weights(20, 300, 3), -0.1 * torch.ones(300, dtype=torch.float64)
    G = W.T @ W
    x = np.linspace(0, 1, 20_001)
    z = G.numpy()[:, :, None] * x[::100] - 0.1
    loss = (np.maximum(z, 0) ** 2).sum(0)  # (j, x): Σ_i f_i² with feature j active
    own = G.diagonal().numpy()[:, None] * x[::100] - 0.1
    loss += x[::100] ** 2 - 2 * x[::100] * np.maximum(own, 0)
    simpson = np.trapezoid(loss, x[::100], axis=1).mean()
    # The trapezoid rule with step h = 1/200 errs by h²/12 times the change of slope, here below 300.
    assert expected_loss(W, b, None, law=OneHot()).item() == pytest.approx(simpson, abs=300 / 200**2 / 12)


def test_batches_and_chunks() -> None:
    W, b = random_weights(2, 8 * 12, 6).reshape(2, 3, 4, 8), random_weights(1, 48, 7).reshape(2, 3, 8)
    W = W.requires_grad_()
    together = expected_loss(W, b, 0.8)
    assert together.shape == (2, 3)
    alone = torch.stack([expected_loss(W[i, j], b[i, j], 0.8) for i in range(2) for j in range(3)]).reshape(2, 3)
    chunked = expected_loss(W, b, 0.8, max_memory=2**24)
    for other in (alone, chunked):
        assert torch.allclose(together, other, rtol=1e-14, atol=0)
    gradients = [torch.autograd.grad(value.sum(), W)[0] for value in (together, alone, chunked)]
    assert torch.allclose(gradients[0], gradients[1], rtol=0, atol=1e-14)
    assert torch.allclose(gradients[0], gradients[2], rtol=0, atol=1e-14)
    assert expected_loss(W[:0], b[:0], 0.8).shape == (0, 3)


def test_chunks_of_many_features() -> None:
    W, b = random_weights(4, 14, 2).requires_grad_(), tensor([-0.1] * 14)
    losses = [expected_loss(W, b, 0.9, max_memory=memory) for memory in (2**30, 2**26)]
    assert losses[0].item() == pytest.approx(losses[1].item(), rel=1e-13)
    one, other = (torch.autograd.grad(loss, W)[0] for loss in losses)
    assert torch.allclose(one, other, rtol=0, atol=1e-12)


@pytest.mark.parametrize("n", [4, 14])
@pytest.mark.parametrize("s", [0.0, 0.5, 1 - 1e-12])
@pytest.mark.parametrize("shift", [0.0, 0.25, -0.25])
def test_derivatives_at_kinks_are_finite(n: int, s: float, shift: float) -> None:
    for columns in ([], [0], [0, 1], [0, 2]):
        W = torch.zeros(3, n, dtype=torch.float64)
        W[0, columns] = 1  # repeated columns, and zero ones
        W.requires_grad_()
        b = torch.full((n,), shift, dtype=torch.float64, requires_grad=True)
        loss = expected_loss(W, b, s)
        gradients = torch.autograd.grad(loss, (W, b), create_graph=True)
        total = torch.stack([part.sum() for part in gradients]).sum()
        second = torch.autograd.grad(total, (W, b))
        assert all(torch.isfinite(part).all() for part in (loss, *gradients, *second))


def test_float32_weights() -> None:
    W = random_weights(2, 4, 1).float().requires_grad_()
    loss = expected_loss(W, None, 0.5)
    loss.backward()
    assert loss.dtype == torch.float64
    assert W.grad is not None
    assert W.grad.dtype == torch.float32


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("n", [5, 30])
def test_cuda(n: int) -> None:
    W, b = random_weights(4, n, 1), torch.full((n,), -0.1, dtype=torch.float64)
    results = []
    for device in ("cpu", "cuda"):
        weights = W.to(device).requires_grad_()
        loss = expected_loss(weights, b.to(device), 0.8)
        results.append((loss.item(), torch.autograd.grad(loss, weights)[0].cpu()))
    assert results[0][0] == pytest.approx(results[1][0], rel=1e-12)
    assert torch.allclose(results[0][1], results[1][1], rtol=0, atol=1e-11)


W2 = torch.ones(1, 2, dtype=torch.float64)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((W2[0], None, 0.5), {}, r"W must have shape \(\.\.\., m, n\) with m, n ≥ 1, got \(2,\)"),
        ((W2, W2, 0.5), {}, r"b must have shape \(2,\) to match W, got \(1, 2\)"),
        ((W2 * math.nan, None, 0.5), {}, "W must be finite, got nan"),
        ((W2, W2[0] * math.inf, 0.5), {}, "b must be finite, got inf"),
        ((W2, None, 1.5), {}, r"sparsity must lie in \[0, 1\], got 1.5"),
        ((W2, None, 1.0), {}, "sparsity must be below 1 somewhere"),
        ((W2, None, [0.1, 0.2, 0.3]), {}, "sparsity must be one number or 2 numbers"),
        ((W2, None, None), {}, "sparsity must be given where law is None"),
        ((W2, None, 0.5, [1, -1]), {}, "importance must be finite and at least 0, got -1.0"),
        ((W2, None, 0.5), {"law": OneHot()}, "sparsity must be None beside OneHot, got 0.5"),
        (
            (W2, None, None),
            {"law": Correlated([[0], [0, 1]], 0.5)},
            r"groups must not overlap, got \[0\] more than once",
        ),
        ((W2, None, None), {"law": Anticorrelated([[0]], 0.5)}, r"groups must cover every feature, \[1\] missing"),
        ((W2, None, None), {"law": Correlated([[0], [1, 2]], 0.5)}, r"groups must name features in 0\.\.1, got \[2\]"),
        ((W2, None, None), {"law": Correlated([[0, 1], []], 0.5)}, "groups must not be empty"),
        ((W2, None, None), {"law": Correlated([[0, 1]], 1)}, "sparsity must be below 1 somewhere"),
        ((W2, None, 0.5), {"max_memory": 1000}, "max_memory must be at least 16777216 bytes"),
    ],
)
def test_bad_input(arguments: tuple[object, ...], options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        expected_loss(*arguments, **options)  # type: ignore[arg-type]


def test_accuracy_that_cannot_be_promised() -> None:
    """Entries of all sizes, sparse, and more of them than can be enumerated."""
    W = 10.0 ** -torch.linspace(0, 9, 30, dtype=torch.float64)[None]
    with pytest.raises(ValueError, match="cannot be computed to its accuracy: row 0 of WᵀW has too many entries"):
        expected_loss(W, None, 0.99)
