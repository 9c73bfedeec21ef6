"""Metrics of a weight matrix: their literal definitions, known polytopes, extreme scales, ranks. For what they satisfy on
every matrix see test_metric_invariants.py.
"""

import math
from typing import Any

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from numeric.metrics import (
    capacity,
    coherence,
    dimensions_per_feature,
    feature_dimensionality,
    feature_norms,
    frobenius_count,
    gram_is_singular,
    in_superposition,
    numerical_rank,
    superposition,
)

# Matrices of every shape, those with more rows than columns among them.
pytestmark = pytest.mark.filterwarnings("ignore::numeric.arguments.TransposedWarning")

EPS = np.finfo(np.float64).eps
Floats = NDArray[np.float64]

# Zero, or of a size at which the literal formulas below neither overflow nor underflow.
entries = st.just(0.0) | st.floats(1e-3, 10) | st.floats(-10, -1e-3)
matrices = st.tuples(st.integers(1, 4), st.integers(1, 6)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=entries)
)
PER_FEATURE = (feature_norms, superposition, feature_dimensionality, capacity)
METRICS = (*PER_FEATURE, dimensions_per_feature, frobenius_count, coherence)
SCALE_FREE = (feature_dimensionality, capacity, coherence)
RANKS = (numerical_rank, gram_is_singular, in_superposition)


def spread(W: Floats) -> Floats:
    r"""Relative rounding error of D_i and C_i, entry by entry.

    A projection Ŵ_i·W_j carries m·eps·‖W_j‖ of rounding, beside a sum of at least ‖W_i‖²: relative to it, the
    n of them amount to 2·n·m·eps·max‖W_j‖/‖W_i‖; 10 in place of 2 covers norms and divisions on both sides.
    """
    norms = np.linalg.norm(W, axis=0)
    return np.asarray(10 * W.size * EPS * (1 + norms.max() / np.where(norms > 0, norms, np.inf)))


@given(matrices)
def test_definitions(W: Floats) -> None:
    m, n = W.shape
    norms, others, dimensionality, capacities = (metric(W) for metric in PER_FEATURE)
    largest = np.linalg.norm(W, axis=0).max()
    for i in range(n):
        column = W[:, i]
        norm = math.sqrt(column @ column)
        assert norms[i] == pytest.approx(norm, rel=8 * m * EPS, abs=0)
        if norm == 0:
            assert others[i] == dimensionality[i] == capacities[i] == 0
            continue
        along = [(column / norm) @ W[:, j] for j in range(n)]
        interference = sum(along[j] ** 2 for j in range(n) if j != i)
        assert others[i] == pytest.approx(interference, rel=0, abs=10 * W.size * EPS * largest**2)
        expected = norm**2 / sum(a**2 for a in along)
        assert dimensionality[i] == pytest.approx(expected, rel=spread(W)[i], abs=0)
        expected = (column @ column) ** 2 / sum((column @ W[:, j]) ** 2 for j in range(n))
        assert capacities[i] == pytest.approx(expected, rel=spread(W)[i], abs=0)
    total = float((W**2).sum())
    per_feature = m / total if total else math.inf
    assert dimensions_per_feature(W) == pytest.approx(per_feature, rel=2 * W.size * EPS)
    assert frobenius_count(W) == pytest.approx(total, rel=2 * W.size * EPS)
    cosines = [
        abs(W[:, i] @ W[:, j]) / (np.linalg.norm(W[:, i]) * np.linalg.norm(W[:, j]))
        for i in range(n)
        for j in range(i)
        if W[:, i].any() and W[:, j].any()
    ]
    assert coherence(W) == pytest.approx(max(cosines, default=0.0), rel=0, abs=8 * m * EPS)
    assert 0 <= coherence(W) <= 1


@given(matrices, st.integers(-900, 900))
def test_powers_of_two_change_nothing(W: Floats, power: int) -> None:
    for metric in SCALE_FREE:
        assert (metric(np.ldexp(W, power)) == metric(W)).all()
    assert (feature_norms(np.ldexp(W, power)) == np.ldexp(feature_norms(W), power)).all()


@given(arrays(np.float64, (2, 3, 2, 4), elements=entries))
def test_batches_and_torch(W: Floats) -> None:
    for metric in METRICS:
        batched = metric(W)
        assert batched.shape == ((2, 3, 4) if metric in PER_FEATURE else (2, 3))
        tensor = metric(torch.from_numpy(W))
        assert tensor.dtype == torch.float64
        assert (tensor.numpy() == batched).all()
        for i, j in np.ndindex(2, 3):
            np.testing.assert_allclose(batched[i, j], metric(W[i, j]), rtol=1e-9, atol=1e-13)


def gon(k: int) -> Floats:
    angles = 2 * np.pi * np.arange(k) / k
    return np.array([np.cos(angles), np.sin(angles)])


@pytest.mark.parametrize(
    ("W", "dimensionality"),
    [
        (np.eye(3), 1.0),
        (np.array([[1.0, -1.0]]), 1 / 2),
        (gon(3), 2 / 3),
        (gon(5), 2 / 5),
        (np.array([[1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]) * 0.37, 3 / 4),
    ],
    ids=["orthogonal", "digon", "triangle", "pentagon", "tetrahedron"],
)
def test_polytopes(W: Floats, dimensionality: float) -> None:
    np.testing.assert_allclose(feature_dimensionality(W), dimensionality, rtol=1e-14)
    squared_norm = (W**2).sum(axis=0)
    np.testing.assert_allclose(superposition(W), squared_norm * (1 / dimensionality - 1), atol=1e-14)


EXTREMES: list[tuple[list[list[float]], list[float]]] = [
    ([[1e-200, 1e200]], [0.0, 1.0]),
    ([[1e200, -1e200]], [0.5, 0.5]),
    ([[1e-200, 0.0], [0.0, 1e200]], [1.0, 1.0]),
    ([[5e-324, 0.0], [0.0, 1e300]], [1.0, 1.0]),
    ([[1e-200, 1e-200, 0.0]], [0.5, 0.5, 0.0]),
    ([[0.0, 0.0]], [0.0, 0.0]),
    ([[1.3e308, 1.0], [1.3e308, 0.0]], [1.0, 0.0]),  # a norm beyond the range of floats
    ([[5e-324, 1e-323], [0.0, 5e-324]], [0.2, 25 / 29]),  # columns (1, 0) and (2, 1) of the least number
    ([[1e-322, 1.0]], [0.0, 1.0]),
]


@pytest.mark.parametrize(("W", "expected"), EXTREMES)
@pytest.mark.parametrize("metric", [feature_dimensionality, capacity])
def test_extreme_scales(metric: Any, W: list[list[float]], expected: list[float]) -> None:
    np.testing.assert_allclose(metric(np.array(W)), expected, rtol=1e-14)


def test_extreme_norms() -> None:
    assert feature_norms(np.array([[3e200], [4e200]])) == pytest.approx(5e200, rel=1e-15)
    assert feature_norms(np.array([[3e-200], [4e-200]])) == pytest.approx(5e-200, rel=1e-15, abs=0)
    assert superposition(np.array([[1e-200, 1e100]])).tolist() == pytest.approx([1e200, 0.0])
    assert superposition(np.array([[1.0, 1e200]])).tolist() == [math.inf, 1.0]
    assert dimensions_per_feature(np.array([[1e-200, 0.0]])) == math.inf
    assert dimensions_per_feature(np.zeros((2, 3))) == math.inf
    assert dimensions_per_feature(np.array([[2e100], [0.0]])) == pytest.approx(5e-201, rel=1e-15, abs=0)
    assert frobenius_count(np.array([[3e-150, 4e-150]])) == pytest.approx(2.5e-299, rel=1e-15, abs=0)
    assert frobenius_count(np.array([[1e200, 1.0]])) == math.inf
    # Squares of what half and single precision hold are no infinities.
    assert frobenius_count(torch.tensor([[300.0, 300.0]], dtype=torch.float16)) == 180_000
    assert frobenius_count(np.array([[1e30]], dtype=np.float32)) == pytest.approx(1e60, rel=1e-7)
    # The cosine and the rank of columns do not depend on how long they are.
    assert coherence(np.array([[5e-324, 1e300], [0.0, 1e300]])) == pytest.approx(0.5**0.5, rel=1e-15)
    assert numerical_rank(np.array([[1e-200, 1e200], [0.0, 1e200]])) == 2


def test_coherence_is_as_good_as_it_says() -> None:
    """Two directions at an angle t have |cos t| = 1 − t²/2 to (m + 2)·eps, and are 1 where that is all there is."""
    for t in (1e-13, 1e-9, 1e-8, 1e-7, 1e-3, 1.0):
        W = np.array([[1.0, math.cos(t)], [0.0, math.sin(t)]])
        assert abs(coherence(W) - math.cos(t)) <= 4 * np.finfo(float).eps
    assert coherence([[1.0, 1.0], [0.0, 1e-13]]) == 1.0


def test_overflow_of_one_norm_leaves_the_rest_right() -> None:
    W = [[1.3e308, 1.0, 0.0], [1.3e308, 0.0, 0.0]]
    assert feature_norms(W).tolist() == [math.inf, 1.0, 0.0]
    assert superposition(W).tolist() == [pytest.approx(0.5), math.inf, 0.0]
    assert in_superposition(W, negligible=0.1).tolist() is False
    assert numerical_rank(W) == 2


def test_kinds() -> None:
    W = np.array([[1, -1]])
    for metric in METRICS:
        assert isinstance(metric(W), np.ndarray)
        assert metric(W).dtype == np.float64
        assert metric(W.astype(np.float32)).dtype == np.float64
        assert metric([[1, -1]]).dtype == np.float64
        assert metric(torch.tensor(W)).dtype == torch.float64
        assert metric(torch.nn.Parameter(torch.tensor(W, dtype=torch.float16))).dtype == torch.float64
    for metric, kind, tensor_kind in (
        (numerical_rank, np.int64, torch.int64),
        (in_superposition, np.bool_, torch.bool),
    ):
        assert metric(W).dtype == kind
        assert metric(torch.tensor(W, dtype=torch.float32)).dtype == tensor_kind


whole_numbers = st.tuples(st.integers(1, 4), st.integers(1, 6)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.integers(-3, 3))
)


@given(whole_numbers, st.integers(-40, 40))
def test_rank_of_whole_numbers(W: Floats, power: int) -> None:
    """Against fraction-free elimination, whatever the scale of a column; a nonzero minor is at least 1, so none is near 0."""
    rank = sympy.Matrix(W.astype(int).tolist()).rank()
    nonzero = int((W != 0).any(axis=0).sum())
    W[:, 0] = np.ldexp(W[:, 0], power)
    assert numerical_rank(W) == rank
    assert gram_is_singular(W) == (rank < W.shape[1])
    assert in_superposition(W) == (nonzero > rank)
    found = numerical_rank(torch.tensor(np.stack([W, 0 * W]))).tolist()
    assert found == [rank, 0]


def test_dropping_features_is_not_superposition() -> None:
    """The slides take a singular WᵀW for the sign of superposition: every W with n > m has one."""
    dropped = np.array([[1.0, 0, 0, 0], [0, 1, 0, 0]])
    square = np.array([[1.0, -1, 0, 0], [0, 0, 1, -1]])
    both = np.stack([dropped, square])
    assert gram_is_singular(both).tolist() == [True, True]
    assert in_superposition(both).tolist() == [False, True]
    assert in_superposition(torch.tensor(both)).tolist() == [False, True]
    almost = dropped + 1e-3 * np.array([[0, 0, 1, 1], [0, 0, 1, 0]])
    assert in_superposition(almost)
    assert not in_superposition(almost, negligible=0.01)
    # A negligible column brings no dimension either.
    assert in_superposition(np.array([[1.0, -1, 0], [0, 0, 1e-3]]), negligible=0.01)


def test_rank_tolerance() -> None:
    """Columns at an angle t have singular values √(1 ± cos t): a ratio of tan t/2."""
    angle = 1e-3
    W = np.array([[1, math.cos(angle)], [0, math.sin(angle)]])
    ratio = math.tan(angle / 2)
    assert numerical_rank(W, tolerance=ratio * 0.999) == 2
    assert numerical_rank(W, tolerance=ratio * 1.001) == 1
    # Rounded to single precision, a plane is no longer flat, but within the spacing of its own dtype.
    flat = (np.array([[1, 2], [3, 5], [7, 11]]) @ np.array([[1, 1, 2], [3, 7, 1]]) / 3).astype(np.float32)
    assert numerical_rank(flat) == numerical_rank(torch.tensor(flat)) == 2
    assert numerical_rank(flat.astype(np.float64)) == 3


@pytest.mark.parametrize("metric", [*METRICS, *RANKS])
@pytest.mark.parametrize(
    ("W", "message"),
    [
        (np.zeros(3), r"W must have shape \(..., m, n\) with m, n ≥ 1, got \(3,\)"),
        (np.zeros((0, 3)), r"W must have shape .* got \(0, 3\)"),
        (torch.zeros(2, 3, 0), r"W must have shape .* got \(2, 3, 0\)"),
        (np.array([[1.0, math.nan]]), "W must be finite, got nan among its entries"),
        (torch.tensor([[math.inf]]), "W must be finite, got inf among its entries"),
    ],
)
def test_bad_input(metric: Any, W: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        metric(W)


@pytest.mark.parametrize("metric", RANKS)
@pytest.mark.parametrize("tolerance", [0.0, -1e-9, 1.0, math.nan])
def test_bad_tolerance(metric: Any, tolerance: float) -> None:
    with pytest.raises(ValueError, match=rf"tolerance must lie in \(0, 1\), got {tolerance}"):
        metric(np.eye(2), tolerance=tolerance)


@pytest.mark.parametrize("negligible", [-0.1, 1.0, math.nan])
def test_bad_negligible(negligible: float) -> None:
    with pytest.raises(ValueError, match=rf"negligible must lie in \[0, 1\), got {negligible}"):
        in_superposition(np.eye(2), negligible=negligible)
