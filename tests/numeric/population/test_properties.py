"""The loss without sampling under symmetries, in its limits, and against quadrature of two and three features."""

import numpy as np
import pytest
import torch
from hostile import examples
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from numeric.law import Anticorrelated, Correlated, OneHot
from numeric.population import expected_loss
from numeric.quadrature import expected_loss_quadrature


def tensor(values: object) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def random_weights(m: int, n: int, seed: int) -> Tensor:
    return torch.randn(m, n, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) / m**0.5


@examples(12, 1000)
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


@examples(12, 1000)
@given(st.integers(0, 2**16), st.floats(-4, 0), st.sampled_from([5, 13]))
def test_rotation_and_permutation(seed: int, log_density: float, n: int) -> None:
    """To rounding for few features, to twice 1e-10 of K + Σ I_i E x_i² for many."""
    W, b = random_weights(3, n, seed), random_weights(1, n, seed + 1)[0]
    Q = torch.linalg.qr(random_weights(3, 3, seed + 2)).Q
    random = np.random.default_rng(seed)
    order, importance = random.permutation(n), random.integers(0, 4, n).astype(float)
    s = np.where(random.random(n) < 0.3, random.random(n), 1 - 10**log_density)
    found = expected_loss(W, b, s, importance)
    turned = expected_loss((Q @ W)[:, order], b[order], s[order], importance[order])
    size = found.item() + float(importance @ (1 - s)) / 3
    assert abs(found - turned) <= (1e-13 if n == 5 else 2e-10) * size


@examples(12, 1000)
@given(st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda s: min(s) < 1))
def test_untrained_model_has_the_variance(s: list[float]) -> None:
    """W = 0, b = E x: K = Σ I_i Var x_i = Σ I_i (p/3 - p²/4)."""
    p, importance = 1 - np.array(s), np.array([1.0, 2.0, 0.5, 3.0])
    found = expected_loss(torch.zeros(2, 4, dtype=torch.float64), tensor(p / 2), s, importance).item()
    assert found == pytest.approx(float(importance @ (p / 3 - p * p / 4)), rel=1e-14)


@pytest.mark.parametrize("n", [8, 16])
def test_sparse_limit(n: int) -> None:
    """Unit columns, b = 0: K/p → ⅓ Σ_{i≠j} ReLU(W_i·W_j)², with an error of order n p (design, point 7)."""
    W = torch.nn.functional.normalize(random_weights(3, n, 4), dim=0)
    G = W.T @ W
    limit = ((G - torch.diag(G.diagonal())).clamp_min(0) ** 2).sum().item() / 3
    errors = [abs(expected_loss(W, None, 1 - p).item() / p - limit) for p in (1e-3, 1e-4, 1e-5)]
    assert errors[0] / errors[1] == pytest.approx(10, rel=0.05)
    assert errors[1] / errors[2] == pytest.approx(10, rel=0.005)


@pytest.mark.parametrize("n", [5, 14])
def test_laws_that_coincide(n: int) -> None:
    W, b = random_weights(2, n, 9), random_weights(1, n, 10)[0] / 4
    singles = [[j] for j in range(n)]
    values = [
        expected_loss(W, b, 0.7).item(),
        expected_loss(W, b, [0.7] * n).item(),
        expected_loss(W, b, None, law=Correlated(singles, 0.7)).item(),
        expected_loss(W, b, None, law=Anticorrelated(singles, [0.7] * n)).item(),
    ]
    assert max(values) - min(values) <= (1e-14 if n == 5 else 2e-10) * (max(values) + n * 0.1)
    one = expected_loss(W, b, None, law=OneHot()).item()
    assert one == pytest.approx(expected_loss(W, b, None, law=Anticorrelated([range(n)], 0)).item(), rel=1e-13)


def test_bias_of_none_is_zero() -> None:
    W = random_weights(2, 5, 11)
    assert expected_loss(W, None, 0.5) == expected_loss(W, torch.zeros(5, dtype=torch.float64), 0.5)


def test_a_feature_of_no_importance_still_acts() -> None:
    """Its row does not count, its column does: K is the weighted sum of what each row costs."""
    W, b = random_weights(2, 5, 12), random_weights(1, 5, 13)[0]
    rows = [expected_loss(W, b, 0.5, np.eye(5)[i]).item() for i in range(5)]
    assert expected_loss(W, b, 0.5, [0, 1, 2, 0, 3]).item() == pytest.approx(
        rows[1] + 2 * rows[2] + 3 * rows[4], rel=1e-13
    )
