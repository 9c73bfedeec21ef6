"""Noise-free minimisation: exact minima where there are some, exact losses of what it finds, honest reports."""

from fractions import Fraction

import numpy as np
import pytest

from analytic import SmallestModel
from analytic.law import Independent
from analytic.loss import expected_loss
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


def test_seeds_agree_on_the_best_value(pentagon: object) -> None:
    others = [minimise_loss(5, 2, 0.95, starts=12, seed=seed).value for seed in (100, 200)]
    assert others == pytest.approx([pentagon.value] * 2, abs=1e-9)  # type: ignore[attr-defined]


def test_one_feature_in_one_dimension_is_stored_whole() -> None:
    """K(w, b) = p ∫ (x − ReLU(w²x + b))² + s ReLU(b)² is 0 at w = ±1, b = 0: there its second derivative jumps."""
    found = minimise_loss(1, 1, 0.5, starts=8)
    assert found.value < 1e-15
    assert abs(found.W[0, 0]) == pytest.approx(1, abs=1e-6)
    assert found.b[0] == pytest.approx(0, abs=1e-6)


def test_a_start_depends_on_its_seed_alone() -> None:
    few, many = (minimise_loss(3, 2, 0.9, starts=starts, seed=0) for starts in (2, 6))
    assert min(abs(few.value - minimum.value) for minimum in many.minima) < 1e-12


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
        ({"penalty": np.nan}, "penalty must be finite and at least 0, got nan"),
    ],
)
def test_bad_input(arguments: dict[str, object], message: str) -> None:
    given = {"n": 2, "m": 1, "sparsity": 0.5, **arguments}
    with pytest.raises(ValueError, match=message):
        minimise_loss(given.pop("n"), given.pop("m"), given.pop("sparsity"), **given)  # type: ignore[arg-type]
