"""Noise-free minimisation: exact minima where there are some, exact losses of what it finds, honest reports."""

from fractions import Fraction

import numpy as np
import pytest
import torch

from analytic import law as exact_law
from analytic.law import Independent
from analytic.loss import expected_loss
from analytic.n2m1 import SmallestModel
from numeric import population
from numeric.law import OneHot
from numeric.minimise import minimise_loss


@pytest.mark.parametrize(
    ("s", "importance", "penalty"),
    [("1/2", (1, 1), 0), ("9/10", (1, "1/2"), 0), ("0", (1, 1), 0), ("4/5", (1, 2), "1/50")],
)
def test_the_smallest_model_is_solved(s: str, importance: tuple[object, object], penalty: object) -> None:
    """Value and minima against the exact ones: a gradient of 1e-10 leaves the loss exact to rounding."""
    model = SmallestModel(s, importance, penalty)  # type: ignore[arg-type]
    exact, i1, i2, strength = map(float, model.parameters)
    found = minimise_loss(2, 1, exact, importance=[i1, i2], bias=False, penalty=strength, starts=24)
    minima = [point for point in model.critical_points() if point.kind == "minimum"]
    assert found.value == pytest.approx(float(minima[0].value), abs=1e-14)
    for minimum in found.minima:
        assert minimum.converged
        w1, w2 = minimum.W[0] * np.sign(minimum.W[0, 0])
        nearest = min(np.abs(np.array(point.floats) - [w1, w2]).max() for point in minima)
        swapped = min(np.abs(np.array(point.floats) - [w2, w1]).max() for point in minima) if i1 == i2 else np.inf
        assert min(nearest, swapped) < 1e-7


@pytest.fixture(scope="module")
def pentagon() -> object:
    return minimise_loss(5, 2, 0.95, starts=12, seed=7)


def test_its_value_is_the_exact_loss_of_its_weights(pentagon: object) -> None:
    """The weights are rationals like any float: their exact loss is that of the population route to 1e-10."""
    W = [[Fraction(entry) for entry in row] for row in pentagon.W.tolist()]  # type: ignore[attr-defined]
    b = [Fraction(entry) for entry in pentagon.b.tolist()]  # type: ignore[attr-defined]
    exact = expected_loss(W, b, Independent(Fraction(0.95)))
    assert pentagon.value == pytest.approx(float(exact), rel=1e-10)  # type: ignore[attr-defined]


def test_the_hessian_is_positive_but_for_rotations(pentagon: object) -> None:
    best = pentagon.minima[0]  # type: ignore[attr-defined]
    assert best.converged
    assert best.gradient_norm <= 1e-10
    assert best.zero_modes == best.rotations == 1
    assert (best.spectrum[best.zero_modes :] > 1e-3).all()
    assert best.kinks == best.jumps == ()


def test_starts_are_all_counted(pentagon: object) -> None:
    assert sum(minimum.count for minimum in pentagon.minima) == 12  # type: ignore[attr-defined]
    values = [minimum.value for minimum in pentagon.minima]  # type: ignore[attr-defined]
    assert values == sorted(values)


@pytest.mark.slow
def test_seeds_agree_on_the_best_value(pentagon: object) -> None:
    others = [minimise_loss(5, 2, 0.95, starts=12, seed=seed).value for seed in (100, 200)]
    assert others == pytest.approx([pentagon.value] * 2, abs=1e-9)  # type: ignore[attr-defined]


def test_one_feature_in_one_dimension_is_stored_whole() -> None:
    """K(w, b) = p ∫ (x − ReLU(w²x + b))² + s ReLU(b)² is 0 at w = ±1, b = 0: there its second derivative jumps."""
    found = minimise_loss(1, 1, 0.5, starts=8)
    assert found.value < 1e-15
    assert abs(found.W[0, 0]) == pytest.approx(1, abs=1e-6)
    assert found.b[0] == pytest.approx(0, abs=1e-6)


@pytest.mark.slow
def test_a_start_depends_on_its_seed_alone() -> None:
    few, many = (minimise_loss(3, 2, 0.9, starts=starts, seed=0) for starts in (2, 6))
    assert min(abs(few.value - minimum.value) for minimum in many.minima) < 1e-12


@pytest.mark.parametrize(("n", "m", "sparsity"), [(20, 5, 0.95), (10, 2, 0.98)])
@pytest.mark.slow
def test_more_features_than_faces_can_do(n: int, m: int, sparsity: float) -> None:
    """Most entries of WᵀW end at 0 there: rows that vertex sums refuse, and that a line gives a bounded gradient slowly."""
    found = minimise_loss(n, m, sparsity, starts=1)
    assert found.unconverged == 0
    W, b = (torch.tensor(part, requires_grad=True) for part in (found.W, found.b))
    loss = population.expected_loss(W, b, sparsity)
    assert float(loss.detach()) == pytest.approx(found.value, abs=1e-13)
    assert max(float(part.abs().max()) for part in torch.autograd.grad(loss, (W, b))) <= 1e-10


def test_a_law() -> None:
    """One of five features is active: lower than two digons, which store four without error and drop one, 1/5 · 1/3."""
    found = minimise_loss(5, 2, law=OneHot(), starts=8, seed=3)
    W, b = [[[Fraction(entry) for entry in row] for row in part] for part in (found.W.tolist(), [found.b.tolist()])]
    assert found.value == pytest.approx(float(expected_loss(W, b[0], exact_law.OneHot())), abs=1e-14)
    assert found.minima[0].converged
    assert found.value < 1 / 15


def test_held_entries_stay_and_the_others_are_at_a_minimum() -> None:
    held_W, held_b = np.full((2, 4), np.nan), np.full(4, np.nan)
    held_W[0, 0], held_W[1, 2], held_b[3] = 0.75, 0.0, -0.125
    found = minimise_loss(4, 2, 0.8, starts=4, fixed=(held_W, held_b))
    for minimum in found.minima:
        assert minimum.converged
        assert (minimum.W[0, 0], minimum.W[1, 2], minimum.b[3]) == (0.75, 0.0, -0.125)
        slopes = population.value_and_gradient(minimum.W, minimum.b, 0.8)
        assert np.abs(slopes.W[np.isnan(held_W)]).max() <= 1e-10
        assert np.abs(slopes.b[np.isnan(held_b)]).max() <= 1e-10
    assert found.value > minimise_loss(4, 2, 0.8, starts=4).value
    alone = minimise_loss(4, 2, 0.8, starts=1, fixed=(found.W, found.b))
    assert alone.value == pytest.approx(found.value, abs=1e-15)
    np.testing.assert_array_equal(alone.W, found.W)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n must be a whole number of at least 1, got 0"),
        ({"m": 0}, "m must be a whole number of at least 1, got 0"),
        ({"starts": 0}, "starts must be a whole number of at least 1, got 0"),
        ({"sparsity": 1.5}, r"sparsity must lie in \[0, 1\], got 1.5"),
        ({"importance": [1.0, -1.0]}, "importance must be finite and at least 0, got -1.0"),
        ({"importance": [1.0]}, "importance must be one number or 2 numbers"),
        ({"penalty": -0.1}, "penalty must be finite and at least 0, got -0.1"),
        ({"gradient_tolerance": np.nan}, "gradient_tolerance must be .*, got nan"),
        ({"gradient_tolerance": -1.0}, "gradient_tolerance must be .*, got -1.0"),
        ({"fixed": [[0.5, 0.5]]}, "fixed must be a pair of arrays, for W and for b"),
        ({"fixed": ([[0.5]], None)}, r"fixed W must be numbers or NaN of shape \(1, 2\)"),
        ({"fixed": (None, [0.5, 0.5]), "bias": False}, "fixed b must be None where bias is False"),
        ({"sparsity": None}, "sparsity must be given where law is None"),
        ({"law": OneHot()}, "sparsity must be None beside OneHot, got 0.5"),
        ({"penalty": np.nan}, "penalty must be finite and at least 0, got nan"),
    ],
)
def test_bad_input(arguments: dict[str, object], message: str) -> None:
    given = {"n": 2, "m": 1, "sparsity": 0.5, **arguments}
    with pytest.raises(ValueError, match=message):
        minimise_loss(given.pop("n"), given.pop("m"), given.pop("sparsity"), **given)  # type: ignore[arg-type]
