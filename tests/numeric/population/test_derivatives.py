"""Gradient and Hessian held to differences of the exact loss, and, of many features, of the reference."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import reference
import torch
from hostile import NIGHTLY, Floats, Model, examples, models, rational
from hypothesis import assume, example, given, target
from hypothesis import strategies as st
from routes import FEW, MANY_FEATURES, ROUTES, Route, exactly

from numeric.law import Anticorrelated, Correlated
from numeric.population import derivatives, expected_loss, hessian, hessian_vector_product, value_and_gradient
from numeric.population.tiny import SMALLEST

EPS = float(np.finfo(float).eps)
GRADIENT, HESSIAN = 1e-8, 1e-5  # promised: an entry in units of K + Σ I_i E x_i²; of the largest entry

# --- one-sided, of models of all kinds


@examples(8, 400)
@given(models(1, 5), st.integers(0, 2**16))
@example(Model([[0.0, 1.0]], [0.0, 0.5], [1.0, 1.0], [0.5, 0.5]), 0)
@example(Model([[1e-12, 1e6, 1.0]], [-2.0, 0.0, 2.0], [1.0] * 3, [0.0, 1 - 1e-4, 0.5]), 1)
@pytest.mark.slow
def test_gradient_of_any_model(model: Model, seed: int) -> None:
    """Against the exact difference quotient of the rational loss, from the side that b > 0 is on.

    One-sided with a step h that is small beside the least entry ε² of WᵀW, it differs from the derivative by h·K'', some
    h/ε², and by 0 across jumps of K''. Where column and bias vanish together K has a kink, and the step goes to larger b
    and no W.
    """
    W, b = np.array(model.W), np.array(model.b)
    G = np.abs(W.T @ W)
    assume(not ((G > 0) & (G < SMALLEST)).any() and not ((b != 0) & (np.abs(b) < SMALLEST)).any())  # these count as 0
    random = np.random.default_rng(seed)
    to_W, to_b = (np.round(16 * random.normal(size=shape)) / 16 for shape in (W.shape, b.shape))
    if ((b == 0) & (W == 0).all(0)).any():
        to_W, to_b = 0 * to_W, np.abs(to_b)
    h = Fraction(min([1.0, *np.abs(W[W != 0]), *np.abs(b[b != 0])])) ** 2 / 10**30
    before = model.exact_loss()
    shifted = Moved(model, to_W, to_b, h).exact_loss()
    slope = float((shifted - before) / h)
    positional, named = model.arguments(np.array)
    _, dW, db = value_and_gradient(*positional, **named)
    # ∂K/∂W = W(∂G + ∂Gᵀ): a column's step meets every entry of its row of W twice.
    reach = 2 * (np.abs(W).sum(1, keepdims=True) * np.abs(to_W)).sum() + np.abs(to_b).sum()
    scale = GRADIENT * float(before + model.second_moment()) * max(reach, 1)
    error = abs((dW * to_W).sum() + (db * to_b).sum() - slope) / scale
    target(float(error), label="error")
    assert error <= 1


class Moved(Model):
    """A model a rational step away: what is exact takes its rows as they are."""

    def __init__(self, model: Model, to_W: Floats, to_b: Floats, h: Fraction) -> None:
        W = [
            [Fraction(w) + h * Fraction(d) for w, d in zip(*rows, strict=True)]
            for rows in zip(model.W, to_W, strict=True)
        ]
        b = [Fraction(w) + h * Fraction(d) for w, d in zip(model.b, to_b, strict=True)]
        super().__init__(W, b, model.importance, model.sparsity, model.law)  # type: ignore[arg-type]


# --- along directions: slope and curvature of any function by the five-point rule


def along(K: Callable[[Fraction], Fraction], h: Fraction) -> tuple[float, float]:
    """K' and K'' at 0, with errors of order h⁴."""
    far_down, down, here, up, far_up = (K(k * h) for k in range(-2, 3))
    slope = (8 * (up - down) - (far_up - far_down)) / (12 * h)
    curvature = (16 * (up + down) - (far_up + far_down) - 30 * here) / (12 * h * h)
    return float(slope), float(curvature)


def found(it: Route, t: Floats) -> tuple[float, float]:
    """The same by `value_and_gradient` and `hessian_vector_product`."""
    W, b = it.split(it.x)
    to_W, to_b = it.split(t)
    _, dW, db = value_and_gradient(W, b, it.sparsity, law=it.law)
    hW, hb = hessian_vector_product(W, b, to_W, to_b, it.sparsity, law=it.law)
    return float((dW * to_W).sum() + db @ to_b), float((hW * to_W).sum() + hb @ to_b)


@pytest.mark.parametrize("name", FEW)
def test_products_where_the_whole_does_not_fit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sums have the same terms: rounding of n + 1 of them."""
    it = ROUTES[name]
    t = np.random.default_rng(1).normal(size=it.P)

    def product() -> Floats:
        hW, hb = hessian_vector_product(*it.split(it.x), *it.split(t), it.sparsity, law=it.law)
        return np.concatenate([hW.ravel(), hb])

    whole = product()
    monkeypatch.setattr(derivatives, "_DENSE", 0)
    assert np.abs(product() - whole).max() <= 64 * EPS * np.abs(t).sum() * (1 + np.abs(whole).max())


@pytest.mark.parametrize("name", FEW)
@pytest.mark.slow
def test_few_features(name: str) -> None:
    """Rationals, h = 1e-15."""
    it = ROUTES[name]
    K, x = exactly(it), rational(it.x.tolist())
    for t in np.random.default_rng(0).normal(size=(3, it.P)):
        step = rational(t.tolist())

        def loss(h: Fraction, step: list[Fraction] = step) -> Fraction:
            return K([entry + h * d for entry, d in zip(x, step, strict=True)])

        expected = along(loss, Fraction(1, 10**15))
        scale = 1e-13 * np.abs(t).sum() * (1 + np.abs(expected).max())
        assert np.abs(np.subtract(found(it, t), expected)).max() <= scale * np.abs(t).sum()


def _reference_law(it: Route) -> reference.Law:
    if it.law is None:
        return reference.independent(it.sparsity, it.n)
    groups, s = (it.law.groups, it.law.sparsity) if isinstance(it.law, Anticorrelated) else ([range(it.n)], 0.0)
    assert isinstance(s, float)
    return reference.anticorrelated(groups, s)


REFERENCED = [name for name in MANY_FEATURES if name not in ("many, correlated", "many, one-hot")]


@pytest.mark.hypothesis
@pytest.mark.parametrize("name", REFERENCED if NIGHTLY else ["many, dense"])
@pytest.mark.slow
def test_many_features(name: str) -> None:
    """The reference to 1e-14 a row, h = 1/64: its errors come to 2·13e-14/h in the slope and 6·13e-14/h² in the curvature."""
    it = ROUTES[name]
    law, h = _reference_law(it), Fraction(1, 64)
    t = np.random.default_rng(1).normal(size=it.P)
    t /= np.abs(t).sum()

    def loss(step: Fraction) -> Fraction:
        W, b = it.split(it.x.astype(reference.Real) + reference.Real(float(step)) * t)
        return Fraction(*reference.loss(W, b, law, tolerance=1e-14).value.as_integer_ratio())

    slope, curvature = along(loss, h)
    size = float(loss(Fraction(0))) + float(law.share.sum()) / 3
    largest = np.abs(hessian(*it.split(it.x), it.sparsity, law=it.law)).max()
    first, second = found(it, t)
    assert abs(first - slope) <= GRADIENT * size + 2e-11
    assert abs(second - curvature) <= HESSIAN * largest + 4e-9


BLOCKS: dict[str, tuple[list[float] | None, Correlated | Anticorrelated | None]] = {
    "half": ([0.5] * 5, None),
    "sparse": ([1 - 2.0**-7] * 5, None),
    "correlated": (None, Correlated([[0, 3], [1], [2, 4]], 0.75)),
    "anticorrelated": (None, Anticorrelated([[0, 3], [1], [2, 4]], 0.75)),
}
# Of many features, the reference above has the others.
MANY_BLOCKS = BLOCKS if NIGHTLY else ("sparse",)


@pytest.mark.hypothesis
@pytest.mark.parametrize(("name", "count"), [*((name, 1) for name in BLOCKS), *((name, 3) for name in MANY_BLOCKS)])
@pytest.mark.slow
def test_rotated_blocks(name: str, count: int) -> None:
    """Orthogonal blocks of 5 features add their losses, and their derivatives along steps within the blocks, exactly."""
    sparsity, law = BLOCKS[name]
    random = np.random.default_rng(count)
    m, n = 2 * count, 5 * count
    W, b, to_W, to_b = np.zeros((m, n)), np.zeros(n), np.zeros((m, n)), np.zeros(n)
    slope = curvature = 0.0
    for k in range(count):
        rows, columns = slice(2 * k, 2 * k + 2), slice(5 * k, 5 * k + 5)
        W[rows, columns], to_W[rows, columns] = np.round(16 * random.normal(size=(2, 2, 5))) / 32
        b[columns], to_b[columns] = [0.125, -0.375, -0.25, -0.5, 0.0625], np.round(16 * random.normal(size=5)) / 32
        block = Model(W[rows, columns].tolist(), b[columns].tolist(), [1.0] * 5, sparsity, law)
        steps = to_W[rows, columns], to_b[columns]
        parts = along(lambda h, at=block, by=steps: Moved(at, *by, h).exact_loss(), Fraction(1, 10**15))  # type: ignore[misc]
        slope, curvature = slope + parts[0], curvature + parts[1]
    if law is not None:
        law = type(law)([[5 * k + j for j in group] for k in range(count) for group in law.groups], law.sparsity)
    Q = np.linalg.qr(random.normal(size=(m, m))).Q
    s = sparsity and sparsity * count
    _, dW, db = value_and_gradient(Q @ W, b, s, law=law)
    hW, hb = hessian_vector_product(Q @ W, b, Q @ to_W, to_b, s, law=law)
    reach = np.abs(to_W).sum() + np.abs(to_b).sum()
    assert abs((dW * (Q @ to_W)).sum() + db @ to_b - slope) <= GRADIENT * reach
    assert abs((hW * (Q @ to_W)).sum() + hb @ to_b - curvature) <= HESSIAN * reach**2


# --- where the loss has kinks


@pytest.mark.parametrize("n", [4, 14])
@pytest.mark.parametrize("s", [0.0, 0.5, 1 - 1e-12])
@pytest.mark.parametrize("shift", [0.0, 0.25, -0.25])
@pytest.mark.slow
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


@pytest.mark.parametrize("n", [4, 14])
def test_at_a_kink_the_derivative_is_one_sided(n: int) -> None:
    """A feature that is not learned, at b = 0: ∂K/∂b_i = -2 E x_i, that of larger b."""
    W = np.zeros((2, n))
    W[:, 0], W[:, 1] = (1, 0.5), (-0.5, 1)
    _, _, db = value_and_gradient(W, np.zeros(n), 0.75)
    assert db[2:] == pytest.approx(np.full(n - 2, -0.25), rel=1e-12)
