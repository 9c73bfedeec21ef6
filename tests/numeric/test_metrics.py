"""Metrics of a weight matrix: their literal definitions, invariances, known polytopes, extreme scales."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from numeric.metrics import (
    capacity,
    dimensions_per_feature,
    feature_dimensionality,
    feature_norms,
    superposition,
)

EPS = np.finfo(np.float64).eps
Floats = NDArray[np.float64]

# Zero, or of a size at which the literal formulas below neither overflow nor underflow.
entries = st.just(0.0) | st.floats(1e-3, 10) | st.floats(-10, -1e-3)
matrices = st.tuples(st.integers(1, 4), st.integers(1, 6)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=entries)
)
METRICS = (feature_norms, superposition, feature_dimensionality, capacity, dimensions_per_feature)
SCALE_FREE = (feature_dimensionality, capacity)


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
    norms, others, dimensionality, capacities = (metric(W) for metric in METRICS[:4])
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


@given(matrices)
def test_bounds(W: Floats) -> None:
    """0 ≤ D_i ≤ 1 without rounding, and Σ_i D_i ≤ rank W: D_i is at most the leverage W_iᵀ(WWᵀ)⁺W_i
    (Cauchy-Schwarz), and the leverages add up to the rank.
    """
    D = feature_dimensionality(W)
    assert ((D >= 0) & (D <= 1)).all()
    assert ((D > 0) == (W != 0).any(axis=0)).all()
    assert D.sum() <= np.linalg.matrix_rank(W) + (D * spread(W)).sum()


@given(matrices, st.integers(-900, 900))
def test_powers_of_two_change_nothing(W: Floats, power: int) -> None:
    for metric in SCALE_FREE:
        assert (metric(np.ldexp(W, power)) == metric(W)).all()
    assert (feature_norms(np.ldexp(W, power)) == np.ldexp(feature_norms(W), power)).all()


@given(matrices, st.integers(0, 2**20))
def test_rotation_and_permutation(W: Floats, seed: int) -> None:
    random = np.random.default_rng(seed)
    Q = np.linalg.qr(random.normal(size=(W.shape[0],) * 2))[0]
    order = random.permutation(W.shape[1])
    norms = np.linalg.norm(W, axis=0)
    # Rotating costs another few m·eps·‖W_j‖ in each entry.
    tolerance = 4 * spread(W)[order]
    turned = Q @ W[:, order]
    turned[:, norms[order] == 0] = 0
    assert (np.abs(feature_dimensionality(turned) - feature_dimensionality(W)[order]) <= tolerance).all()
    scale = 40 * W.size * EPS * norms.max() ** 2
    assert (np.abs(superposition(turned) - superposition(W)[order]) <= scale).all()


@given(matrices, st.integers(1, 3))
def test_zero_columns_and_rows_are_padding(W: Floats, extra: int) -> None:
    m, n = W.shape
    padded = np.zeros((m + extra, n + extra))
    padded[:m, :n] = W
    largest = np.linalg.norm(W, axis=0).max(initial=0.0)
    rounding = {feature_norms: 8 * W.size * EPS * largest, superposition: 20 * W.size * EPS * largest**2}
    for metric in METRICS[:4]:
        found = metric(padded)
        assert (found[n:] == 0).all()
        tolerance = rounding.get(metric, 2 * spread(W))  # a longer matrix product may round otherwise
        assert (np.abs(found[:n] - metric(W)) <= tolerance).all()


@given(arrays(np.float64, (2, 3, 2, 4), elements=entries))
def test_batches_and_torch(W: Floats) -> None:
    for metric in METRICS:
        batched = metric(W)
        assert batched.shape == ((2, 3) if metric is dimensions_per_feature else (2, 3, 4))
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
]


@pytest.mark.parametrize(("W", "expected"), EXTREMES)
@pytest.mark.parametrize("metric", SCALE_FREE)
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


def test_kinds() -> None:
    W = np.array([[1, -1]])
    for metric in METRICS:
        assert isinstance(metric(W), np.ndarray)
        assert metric(W).dtype == np.float64
        assert metric(W.astype(np.float32)).dtype == np.float32
        assert metric(torch.tensor(W)).dtype == torch.float64
        assert metric(torch.tensor(W, dtype=torch.float32, requires_grad=True)).dtype == torch.float32


@pytest.mark.parametrize("metric", METRICS)
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
