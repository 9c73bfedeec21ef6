"""BFGS on a stack: known minima, starts that do not disturb each other, and starts that cannot get on."""

import pytest
import torch
from torch import Tensor

from numeric.minimise import bfgs


def differentiate(value: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    (gradient,) = torch.autograd.grad(value.sum(), x)
    return value.detach(), gradient


def rosenbrock(x: Tensor) -> tuple[Tensor, Tensor]:
    x = x.detach().requires_grad_(True)
    return differentiate((100 * (x[:, 1:] - x[:, :-1] ** 2) ** 2 + (1 - x[:, :-1]) ** 2).sum(1), x)


def starts(k: int, d: int, seed: int = 0) -> Tensor:
    return torch.randn(k, d, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_a_quadratic_ends_at_its_minimum() -> None:
    """½ xᵀAx − cᵀx with condition 10⁴: the end is off A⁻¹c by at most the gradient over the least eigenvalue."""
    scales = torch.logspace(-2, 2, 6, dtype=torch.float64)
    target = torch.arange(1.0, 7.0, dtype=torch.float64)

    def quadratic(x: Tensor) -> tuple[Tensor, Tensor]:
        return ((x - target) ** 2 * scales).sum(1) / 2, (x - target) * scales

    found = bfgs(quadratic, starts(8, 6), gradient_tolerance=1e-9)
    assert found.gradients.abs().max() <= 1e-9
    assert (found.points - target).abs().max() <= 1e-9 / 1e-2


def test_every_start_of_rosenbrock_ends_at_a_stationary_point_and_most_at_the_minimum() -> None:
    found = bfgs(rosenbrock, starts(32, 4))
    assert found.gradients.abs().max() <= 1e-9
    lowest = found.values < 1e-15
    assert lowest.sum() >= 20
    assert (found.points[lowest] - 1).abs().max() < 1e-6


def test_a_start_ends_where_it_ends_alone() -> None:
    """Rows do not mix; sums may be ordered differently, which a well-conditioned descent hardly notices."""
    together = bfgs(rosenbrock, starts(6, 3))
    for row in range(6):
        alone = bfgs(rosenbrock, starts(6, 3)[row : row + 1])
        torch.testing.assert_close(alone.points[0], together.points[row], rtol=0, atol=1e-7)


def test_a_start_at_a_minimum_stays_and_is_evaluated_once() -> None:
    calls = []

    def counted(x: Tensor) -> tuple[Tensor, Tensor]:
        calls.append(len(x))
        return rosenbrock(x)

    found = bfgs(counted, torch.ones(2, 3, dtype=torch.float64))
    assert calls == [2]
    assert found.iterations == 0
    assert torch.equal(found.points, torch.ones(2, 3, dtype=torch.float64))


def test_a_kink_ends_the_start_without_a_small_gradient() -> None:
    """|x₁| + x₂²: no gradient near the minimum is small, and the descent stops beside it by itself."""

    def kinked(x: Tensor) -> tuple[Tensor, Tensor]:
        x = x.detach().requires_grad_(True)
        return differentiate(x[:, 0].abs() + x[:, 1] ** 2, x)

    found = bfgs(kinked, starts(4, 2, seed=3))
    assert found.iterations < 2000
    assert found.gradients[:, 0].abs().min() == 1
    assert found.values.max() < 1e-3


def test_progress_rises_to_one() -> None:
    shares: list[float] = []
    bfgs(rosenbrock, starts(5, 3), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
