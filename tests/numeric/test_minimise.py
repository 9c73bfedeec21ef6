import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import rosen, rosen_der

from numeric.minimise import minimise

Floats = NDArray[np.float64]


def normal(shape: tuple[int, int], seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(size=shape)


def double_well(x: Floats) -> tuple[float, Floats]:
    """(x² - 1)² + y² + x/5: two wells of different depth, a saddle between them near x = 0.05."""
    value = (x[0] ** 2 - 1) ** 2 + x[1] ** 2 + x[0] / 5
    return float(value), np.array([4 * x[0] * (x[0] ** 2 - 1) + 0.2, 2 * x[1]])


def even_well(x: Floats) -> tuple[float, Floats]:
    """(|x|² - 1)²: a circle (d = 2) or a pair (d = 1) of minima, value 0; a maximum at the origin."""
    r = float(x @ x)
    return (r - 1) ** 2, 4 * (r - 1) * x


@given(st.integers(1, 6), st.integers(0, 2**20), st.floats(0, 3))
@example(2, 290336, 2.75)  # values that cancel to 1e-13
def test_quadratic(d: int, seed: int, spread: float) -> None:
    """½xᵀAx - cᵀx, eigenvalues 1 to 10^spread: minimiser A⁻¹c, value -½cᵀA⁻¹c."""
    random = np.random.default_rng(seed)
    Q = np.linalg.qr(random.normal(size=(d, d)))[0]
    A = Q * np.logspace(0, spread, d) @ Q.T
    c = random.normal(size=d)
    solution = minimise(lambda x: (x @ A @ x / 2 - c @ x, A @ x - c), normal((3, d), seed))
    # A gradient of at most 1e-10 per entry, times ‖A⁻¹‖ = 1, is the distance; rounding of A⁻¹c adds 1e-13.
    assert solution.converged
    assert solution.unconverged == 0
    assert np.linalg.norm(solution.point - np.linalg.solve(A, c)) <= 1e-10 * math.sqrt(d) + 1e-13
    assert solution.value == pytest.approx(-c @ np.linalg.solve(A, c) / 2, rel=1e-12, abs=1e-12)
    assert [minimum.count for minimum in solution.minima] == [3]


def test_rosenbrock() -> None:
    solution = minimise(lambda x: (rosen(x), rosen_der(x)), normal((8, 2)) * 2)
    # The smallest curvature at (1, 1) is 0.4: distance at most 1e-10·√2/0.4.
    assert solution.converged
    assert len(solution.minima) == 1
    assert solution.minima[0].count == 8
    assert np.linalg.norm(solution.point - 1) < 4e-10
    assert solution.value < 1e-18


def test_two_wells_and_their_counts() -> None:
    starts = np.array([[x, 0.5] for x in (-2.0, -1.5, -0.5, 0.9, 1.2)])
    solution = minimise(double_well, starts)
    low, high = (root for root in np.sort(np.roots([4, 0, -4, 0.2]))[[0, 2]])
    assert [minimum.count for minimum in solution.minima] == [3, 2]
    assert [minimum.point[0] for minimum in solution.minima] == pytest.approx([low, high], abs=1e-10)
    assert solution.value == solution.minima[0].value == pytest.approx((low**2 - 1) ** 2 + low / 5, abs=1e-14)
    assert all(minimum.converged and minimum.gradient_norm <= 1e-10 for minimum in solution.minima)


def test_symmetry_merges() -> None:
    starts = normal((20, 1))
    assert [minimum.count for minimum in minimise(even_well, starts).minima] != [20]
    (merged,) = minimise(even_well, starts, symmetry=np.abs).minima
    assert merged.count == 20
    assert merged.point == pytest.approx([1.0], abs=1e-10)
    (circle,) = minimise(even_well, normal((20, 2)), symmetry=lambda x: np.array([np.linalg.norm(x)])).minima
    assert circle.count == 20
    assert circle.converged


def test_values_are_compared_too() -> None:
    """Mapped to one point, the two wells still differ in value: 2·(1/5) or so."""
    starts = np.array([[-1.0, 0.0], [1.0, 0.0]])
    minima = minimise(double_well, starts, symmetry=np.zeros_like).minima
    assert [minimum.count for minimum in minima] == [1, 1]
    assert minima[1].value - minima[0].value > 0.39


def test_a_start_on_a_maximum_or_saddle_leaves_it() -> None:
    for d in (1, 2):
        solution = minimise(even_well, np.zeros((1, d)))
        assert solution.converged
        assert solution.value < 1e-18
    saddle = np.sort(np.roots([4, 0, -4, 0.2]))[1]
    solution = minimise(double_well, [[saddle, 0.0]])
    assert solution.converged
    assert abs(solution.point[0]) > 0.9


def test_kinks_are_reported() -> None:
    def kink(x: Floats) -> tuple[float, Floats]:
        return float(np.abs(x).sum()), np.sign(x) + (x == 0)

    solution = minimise(kink, normal((5, 2)))
    assert not solution.converged
    assert solution.unconverged == 5
    assert all(not minimum.converged for minimum in solution.minima)
    assert 0 <= solution.value < 1e-6


def test_bounds() -> None:
    """|x - (2, 1/2)|² in the unit square is least on an edge, where only the inward gradient counts."""
    goal = np.array([2.0, 0.5])
    solution = minimise(
        lambda x: ((x - goal) @ (x - goal), 2 * (x - goal)), [[0.1, 0.9], [1.0, 0.0]], bounds=[(0, 1), (0, 1)]
    )
    assert solution.converged
    assert solution.point == pytest.approx([1.0, 0.5], abs=1e-10)
    assert solution.value == pytest.approx(1.0, abs=1e-15)
    half_open = minimise(double_well, [[1.0, 1.0]], bounds=[(0.5, math.inf), (-math.inf, math.inf)])
    assert half_open.converged
    assert half_open.point[0] > 0.9


def quadratic(x: Floats) -> tuple[float, Floats]:
    return float(x @ x), 2 * x


@pytest.mark.parametrize(
    ("function", "starts", "options", "message"),
    [
        (quadratic, np.zeros((0, 2)), {}, r"starts must have shape \(k, d\) with k, d ≥ 1, got \(0, 2\)"),
        (quadratic, [1.0, 2.0], {}, r"starts must have shape .* got \(2,\)"),
        (quadratic, [[1.0, math.nan]], {}, r"starts must be finite, got \[1.0, nan\]"),
        (quadratic, [[1.0]], {"bounds": [(2, 3)]}, r"starts must lie within bounds, got \[1.0\]"),
        (quadratic, [[1.0]], {"bounds": [(3, 2)]}, "bounds must be 1 pairs"),
        (quadratic, [[1.0]], {"bounds": [(0, 2), (0, 2)]}, "bounds must be 1 pairs"),
        (
            quadratic,
            [[1.0]],
            {"gradient_tolerance": 0.0},
            "gradient_tolerance must be finite and above 0, got 0",
        ),
        (quadratic, [[1.0]], {"distinct": math.nan}, "distinct must be finite and above 0, got nan"),
        (lambda x: (math.nan, x), [[1.0]], {}, r"function must be finite, got value nan .* at \[1.0\]"),
        (lambda x: (0.0, x * math.inf), [[1.0]], {}, "function must be finite"),
        (lambda x: (0.0, [1.0, 2.0]), [[1.0]], {}, r"gradient of shape \(1,\), got \(2,\)"),
    ],
)
def test_bad_input(function: Any, starts: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        minimise(function, starts, **options)
