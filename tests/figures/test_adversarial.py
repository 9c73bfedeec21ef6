"""Worst-case perturbations, held to a model where they are exact and to searching the whole disc."""

import math

import pytest
import torch
from captions import checked
from matplotlib import pyplot

from figures.sparsity import adversarial as figure


def silent(share: float) -> None:
    assert 0 <= share <= 1


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(7)


@pytest.mark.parametrize("density", [1.0, 0.1])
@pytest.mark.slow
def test_without_superposition_the_worst_case_adds_exactly_the_square_of_its_length(density: float) -> None:
    W = torch.eye(5, dtype=torch.float64)[:3]
    b = torch.tensor([0, 0, 0, density / 2, density / 2], dtype=torch.float64)
    found = figure.attacked(W, b, figure.draws(5, density, 500, generator()), 0.2, generator())
    torch.testing.assert_close(found.worst - found.clean, torch.full_like(found.clean, 0.04), rtol=0, atol=1e-14)
    torch.testing.assert_close(found.shift, torch.full_like(found.clean, 0.04), rtol=0, atol=1e-14)


@pytest.mark.parametrize("w", [(1.05, -1.05), (0.7, 0.75), (1.1, -0.4)])
@pytest.mark.slow
def test_ascent_finds_the_worst_of_the_whole_disc(w: tuple[float, float]) -> None:
    """n = 2, m = 1: all δ on a grid of 720 directions and 8 lengths. Ascent may miss what lies behind a kink."""
    length, rng = 0.1, generator()
    x = figure.draws(2, 0.6, 300, rng)
    W, b = torch.tensor([w], dtype=torch.float64), torch.tensor([-0.05, 0.02], dtype=torch.float64)
    found = figure.attacked(W, b, x, length, rng)
    angle = torch.arange(720, dtype=torch.float64) * (2 * math.pi / 720)
    radius = length * torch.arange(1, 9, dtype=torch.float64) / 8
    delta = (radius[:, None, None] * torch.stack([angle.cos(), angle.sin()])).transpose(0, 1).reshape(2, -1)
    moved = x[:, :, None] + delta[:, None]  # (2, samples, δ)
    still, z = ((W.T @ W @ x + b[:, None]).relu(), torch.einsum("ij,jsd->isd", W.T @ W, moved) + b[:, None, None])
    before = (still - x).square().sum(0)
    exact = (z.relu() - x[:, :, None]).square().sum(0).amax(1)
    torch.testing.assert_close(found.clean, before)
    # Between grid points the error exceeds that of the nearest by its slope times ε π/720 at most.
    slope = 2 * float((W.T @ W).norm()) * float(exact.max().sqrt())
    assert (found.worst >= before - 1e-15).all()
    assert (found.worst <= exact + slope * length * math.pi / 720).all()
    assert (found.worst - before).mean() > 0.99 * (exact - before).mean()
    change = (z.relu() - still[:, :, None]).square().sum(0).amax(1)
    assert (found.shift <= change + slope * length * math.pi / 720).all()
    assert found.shift.mean() > 0.99 * change.mean()
    assert (found.step <= found.worst).all()


@pytest.mark.parametrize("seed", range(4))
def test_no_perturbation_beats_the_bounds_from_the_norm_of_the_gram_matrix(seed: int) -> None:
    """ReLU stretches nothing: ‖f(x + δ) − f(x)‖ ≤ ‖G‖ε, and so √L(x + δ) ≤ √L(x) + ‖G‖ε. Rounding: 1e-12 relative."""
    rng = torch.Generator().manual_seed(seed)
    W, b = torch.randn(2, 6, 6, generator=rng, dtype=torch.float64)[:, :3].unbind()
    found = figure.attacked(W, b[0], figure.draws(6, 0.5, 200, rng), 0.3, rng)
    reach = 0.3 * float(torch.linalg.matrix_norm(W.T @ W, 2))
    assert (found.shift <= reach**2 * (1 + 1e-12)).all()
    assert (found.worst <= (found.clean.sqrt() + reach) ** 2 * (1 + 1e-12)).all()
    assert (found.worst >= found.clean).all()


def test_a_digon_is_twice_as_vulnerable_where_one_feature_is_active() -> None:
    """W = (1, −1), x = (x₁, 0), x₁ > ε: outputs x₁ + δ₁ − δ₂ and 0; the worst δ = ε(1, −1)/√2 adds 2ε²."""
    x = torch.tensor([[0.5, 0.9], [0.0, 0.0]], dtype=torch.float64)
    found = figure.attacked(
        torch.tensor([[1.0, -1.0]], dtype=torch.float64), torch.zeros(2, dtype=torch.float64), x, 0.1, generator()
    )
    for part in (found.worst, found.shift):
        torch.testing.assert_close(part, torch.full_like(part, 0.02), rtol=1e-12, atol=0)


@pytest.mark.slow
def test_trained_models_are_drawn_and_dense_ones_are_not_more_vulnerable() -> None:
    shown = figure.vulnerability(16, 4, 4, 800, 128, "cpu", silent)
    assert (shown.step <= shown.rise * (1 + 1e-12)).all()
    assert (shown.ratio >= 1).all()
    for measure in (shown.rise, shown.shift):
        assert measure.max() > 1.5 * measure[0]
        assert shown.follows(measure) > 0
    checked(figure.caption(shown))
    pyplot.close(figure.draw(shown))
