"""Dimensionality of data points: that of their hidden vectors, one kind in and the same kind out."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from numeric.geometry import vertices
from numeric.memorise import example_dimensionality
from numeric.metrics import feature_dimensionality

pytestmark = pytest.mark.filterwarnings("ignore::numeric.arguments.TransposedWarning")

EPS = np.finfo(np.float64).eps


@given(st.integers(1, 4), st.integers(1, 6), st.integers(1, 30), st.integers(0, 2**20), st.integers(-900, 900))
def test_dimensionality_of_the_hidden_vectors(m: int, n: int, T: int, seed: int, power: int) -> None:
    """Against the definition on H = WX, at any scale of X; W of quarters and X of whole numbers, so that H is exact."""
    random = np.random.default_rng(seed)
    W = random.integers(-8, 9, size=(m, n)) / 4
    X = (random.integers(-3, 4, size=(n, T)) * (random.random((n, T)) < 0.5)).astype(np.float64)
    H = W @ X
    expected = feature_dimensionality(H)
    found = example_dimensionality(W, np.ldexp(X, power))
    norms = np.linalg.norm(H, axis=0)
    # Rounding of H, of R and of the definition, each of size T·m·eps·max‖h‖ beside ‖h_i‖.
    tolerance = 20 * n * m * T * EPS * (1 + norms.max() / np.where(norms > 0, norms, np.inf))
    assert (np.abs(found - expected) <= tolerance * (norms > 0)).all()
    assert ((found >= 0) & (found <= 1)).all()
    of_sparse = example_dimensionality(W, sparse.csc_array(np.ldexp(X, power)))
    assert (np.abs(of_sparse - expected) <= tolerance * (norms > 0)).all()


def test_points_on_a_polygon() -> None:
    """T points stored as a regular T-gon: D = m/T, as the slides expect, for many more points than an n × n table holds."""
    for T in (3, 7, 50_000):
        found = example_dimensionality(vertices(f"{T}-gon"), sparse.eye_array(T))
        np.testing.assert_allclose(found, 2 / T, rtol=2 * T * EPS)


@given(st.integers(1, 4), st.integers(1, 6), st.integers(1, 12), st.integers(0, 2**20), st.integers(1, 5), st.data())
def test_turned_reordered_repeated_and_empty_samples(
    m: int, n: int, T: int, seed: int, copies: int, data: st.DataObject
) -> None:
    """D_X does not see a rotation of the hidden space; samples in another order have their D; k copies of each share it by
    k; samples of zeros have none and take none; a single sample has all of one dimension.
    """
    random = np.random.default_rng(seed)
    W = random.integers(-8, 9, size=(m, n)) / 4
    X = (random.integers(0, 5, size=(n, T)) * (random.random((n, T)) < 0.5)).astype(np.float64)
    D = example_dimensionality(W, X)
    norms = np.linalg.norm(W @ X, axis=0)
    # As for the definition above, with `copies` times as many samples and the rotation's rounding.
    tolerance = 40 * n * m * T * copies * EPS * (1 + norms.max() / np.where(norms > 0, norms, np.inf))
    turn = np.linalg.qr(random.normal(size=(m, m)))[0]
    assert (np.abs(example_dimensionality(turn @ W, X) - D) <= tolerance).all()
    order = data.draw(st.permutations(range(T)))
    assert (np.abs(example_dimensionality(W, X[:, order]) - D[order]) <= tolerance[order]).all()
    assert (
        np.abs(example_dimensionality(W, np.repeat(X, copies, axis=1)).reshape(T, copies).T - D / copies) <= tolerance
    ).all()
    with_empty = example_dimensionality(W, np.hstack([X, np.zeros((n, copies))]))
    assert (np.abs(with_empty[:T] - D) <= tolerance).all()
    assert (with_empty[T:] == 0).all()
    for t in range(T):
        alone = example_dimensionality(W, X[:, t : t + 1])
        assert abs(alone[0] - (norms[t] > 0)) <= 40 * n * m * EPS


def test_features_as_data_are_features() -> None:
    W = np.random.default_rng(0).normal(size=(2, 3, 4, 9))
    np.testing.assert_allclose(example_dimensionality(W, np.eye(9)), feature_dimensionality(W), rtol=1e-12)


def test_kinds_and_batches() -> None:
    random = np.random.default_rng(1)
    W, X = random.normal(size=(5, 1, 2, 4)), random.normal(size=(3, 4, 6))
    found = example_dimensionality(W, X)
    assert found.shape == (5, 3, 6)
    tensor = example_dimensionality(torch.tensor(W, dtype=torch.float32, requires_grad=True), torch.tensor(X))
    assert tensor.dtype == torch.float64
    np.testing.assert_allclose(tensor.numpy(), found, rtol=1e-4)
    for i, j in np.ndindex(5, 3):
        np.testing.assert_allclose(found[i, j], feature_dimensionality(W[i, 0] @ X[j]), rtol=1e-12)
    assert isinstance(example_dimensionality(W, torch.tensor(X)), np.ndarray)
    scales = np.array([1e-200, 1e200])[:, None, None]
    np.testing.assert_allclose(example_dimensionality(W[0, 0] * scales, X[:2] * scales), found[0, :2], rtol=1e-12)


def test_points_without_a_hidden_vector() -> None:
    X = np.array([[1.0, 0, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0]])
    W = np.array([[1.0, 0, 5], [0, 0, 3]])
    assert example_dimensionality(W, X).tolist() == pytest.approx([0.5, 0, 0, 0.5], rel=8 * EPS, abs=0)
    assert example_dimensionality(W, 0 * X).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("W", "X", "message"),
    [
        (np.eye(2), np.ones(2), r"X must have shape \(..., 2, T\) with T ≥ 1 to match W of shape \(2, 2\), got \(2,\)"),
        (np.eye(2), np.ones((3, 4)), r"X must have shape \(..., 2, T\) .* got \(3, 4\)"),
        (np.eye(2), np.ones((2, 0)), r"X must have shape .* got \(2, 0\)"),
        (np.eye(2)[None], sparse.eye_array(2), r"X must have shape \(2, T\), beside one W, with T ≥ 1"),
        (
            np.ones((3, 2, 2)),
            np.ones((4, 2, 5)),
            r"X of shape \(4, 2, 5\) must have leading axes that broadcast with W's",
        ),
        (np.eye(2), np.array([[1.0], [math.nan]]), "X must be finite, got nan among its entries"),
        (np.eye(2), sparse.csr_array([[1.0], [math.inf]]), "X must be finite, got inf among its entries"),
        (np.array([[math.nan]]), np.ones((1, 1)), "W must be finite, got nan among its entries"),
        (np.ones(2), np.ones((2, 1)), r"W must have shape \(..., m, n\) with m, n ≥ 1, got \(2,\)"),
    ],
)
def test_bad_input(W: Any, X: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        example_dimensionality(W, X)
