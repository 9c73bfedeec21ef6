"""The loss without sampling, against exact rationals in its whole domain, and its gradient, laws, batches and errors."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, target
from hypothesis import strategies as st

from analytic import law as exact_law
from analytic.loss import expected_loss as exact_loss
from numeric.law import Anticorrelated, Correlated, OneHot
from numeric.monte_carlo import expected_loss_monte_carlo
from numeric.population import expected_loss

# Weights 0 or of size 1/32 to 3/2, so that entries of WᵀW are 0 or ±[1e-3, 3] for two hidden dimensions, and tiny ones where
# products cancel; biases to 2; density from 1e-4 to 1.
WEIGHTS = st.one_of(
    st.just(0.0), st.builds(lambda k, sign: sign * k / 32, st.integers(1, 48), st.sampled_from([-1, 1]))
)
BIASES = st.floats(-2, 2).map(lambda b: round(b, 3))
DENSITIES = st.floats(-4, 0).map(lambda exponent: 10.0**exponent)


def tensors(W: object, b: object) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.tensor(W, dtype=torch.float64), torch.tensor(b, dtype=torch.float64)


def exactly(values: object) -> list[Fraction]:
    return [Fraction(value) for value in values]  # type: ignore[attr-defined]


def scaled_error(W: list[list[float]], b: list[float], law: exact_law.Law, found: float) -> float:
    """|found − K| / (K + Σ E x_i²)."""
    exact = float(exact_loss([exactly(row) for row in W], exactly(b), law))
    return abs(found - exact) / (exact + float(sum(law.moments(len(b)).square)))


@given(st.data(), st.integers(1, 5), st.integers(1, 2))
def test_independent_features_are_exact_to_the_promise(data: st.DataObject, n: int, m: int) -> None:
    W = data.draw(st.lists(st.lists(WEIGHTS, min_size=n, max_size=n), min_size=m, max_size=m))
    b = data.draw(st.lists(BIASES, min_size=n, max_size=n))
    sparsity = [1 - p for p in data.draw(st.lists(DENSITIES, min_size=n, max_size=n))]
    found = float(expected_loss(*tensors(W, b), sparsity))
    error = scaled_error(W, b, exact_law.Independent(tuple(exactly(sparsity))), found)
    target(error)
    assert error <= 1e-10


@pytest.mark.parametrize("s", [0.0, 0.25, 0.9375])
@pytest.mark.parametrize("kind", ["hot", "together", "apart"])
def test_other_laws(kind: str, s: float) -> None:
    generator = np.random.default_rng(3)
    groups = [[0, 3], [1, 2, 4]]
    exact, law = {
        "hot": (exact_law.OneHot(), OneHot()),
        "together": (exact_law.Correlated(groups, Fraction(s)), Correlated(groups, s)),
        "apart": (exact_law.Anticorrelated(groups, Fraction(s)), Anticorrelated(groups, s)),
    }[kind]
    for _ in range(5):
        W, b = generator.integers(-12, 13, (2, 5)) / 8, generator.integers(-8, 9, 5) / 8
        found = float(expected_loss(*tensors(W, b), None, law=law))  # type: ignore[arg-type]
        assert scaled_error(W.tolist(), b.tolist(), exact, found) <= 1e-10


@pytest.mark.parametrize("density", [0.5, 0.05, 0.001])
def test_twelve_features_by_the_transform(density: float) -> None:
    """More than ten features go through the characteristic function."""
    generator = np.random.default_rng(12)
    W, b = generator.integers(-12, 13, (3, 12)) / 8, generator.integers(-8, 9, 12) / 8
    found = float(expected_loss(*tensors(W, b), 1 - density))
    law = exact_law.Independent(Fraction(1 - density))
    assert scaled_error(W.tolist(), b.tolist(), law, found) <= 1e-10


@pytest.mark.parametrize(("n", "m", "density"), [(20, 5, 0.3), (100, 20, 0.1)])
def test_many_features_agree_with_sampling(n: int, m: int, density: float) -> None:
    """Within four standard errors: one false alarm in 16,000."""
    generator = np.random.default_rng(n)
    W, b = generator.normal(size=(m, n)) / m**0.5, -0.1 * generator.random(n)
    mean, error = expected_loss_monte_carlo(W, b, 1 - density, samples=100_000, seed=1)
    assert abs(float(expected_loss(*tensors(W, b), 1 - density)) - mean) <= 4 * error


def test_a_batch_is_its_models() -> None:
    generator = torch.Generator().manual_seed(4)
    W = torch.randn(2, 3, 2, 5, dtype=torch.float64, generator=generator)
    b = torch.randn(2, 3, 5, dtype=torch.float64, generator=generator)
    whole = expected_loss(W, b, 0.9)
    assert whole.shape == (2, 3)
    single = torch.stack([expected_loss(W[i, j], b[i, j], 0.9) for i in range(2) for j in range(3)]).reshape(2, 3)
    # Sums over the same terms, perhaps in another order.
    torch.testing.assert_close(whole, single, rtol=1e-13, atol=0)


def test_gradient_and_hessian_are_those_of_the_loss() -> None:
    """Off the kinks, against differences: PyTorch's own comparison in float64."""
    generator = torch.Generator().manual_seed(5)
    W = torch.randn(2, 3, dtype=torch.float64, generator=generator).requires_grad_(True)
    b = torch.randn(3, dtype=torch.float64, generator=generator).requires_grad_(True)
    assert torch.autograd.gradcheck(lambda W, b: expected_loss(W, b, [0.5, 0.9, 0.2]), (W, b))
    assert torch.autograd.gradgradcheck(lambda W, b: expected_loss(W, b, [0.5, 0.9, 0.2]), (W, b))


def test_gradients_at_kinks_are_finite() -> None:
    W, b = (
        torch.zeros(2, 4, dtype=torch.float64, requires_grad=True),
        torch.zeros(4, dtype=torch.float64, requires_grad=True),
    )
    gradients = torch.autograd.grad(expected_loss(W, b, 0.9), (W, b))
    assert all(gradient.isfinite().all() for gradient in gradients)


def test_no_weights_and_mean_biases_leave_the_variance() -> None:
    p = torch.tensor([0.1, 0.5, 1.0], dtype=torch.float64)
    found = expected_loss(torch.zeros(1, 3, dtype=torch.float64), p / 2, 1 - p.numpy(), [1.0, 2.0, 3.0])
    variance = (torch.tensor([1.0, 2.0, 3.0]) * (p / 3 - p**2 / 4)).sum()
    assert float(found) == pytest.approx(float(variance), rel=1e-14)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"W": [[1.0, float("nan")]]}, "W must be finite, got nan"),
        ({"b": [0.0]}, "b must have shape"),
        ({"sparsity": 1.5}, r"sparsity must lie in \[0, 1\], got 1.5"),
        ({"sparsity": 1.0}, "density"),
        ({"importance": [1.0, -1.0]}, "importance must be finite and at least 0, got -1.0"),
        ({"sparsity": None, "law": Correlated([[0]], 0.5)}, "groups"),
        ({"sparsity": None, "law": Anticorrelated([[0, 1], [1]], 0.5)}, "groups"),
    ],
)
def test_bad_input(arguments: dict[str, object], message: str) -> None:
    given = {"W": [[1.0, -1.0]], "b": [0.0, 0.0], "sparsity": 0.5, "importance": None, "law": None, **arguments}
    W, b = tensors(given["W"], given["b"])
    with pytest.raises(ValueError, match=message):
        expected_loss(W, b, given["sparsity"], given["importance"], law=given["law"])  # type: ignore[arg-type]
