"""Quadrature of the expected loss, held to integrals done by hand."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from numeric.quadrature import expected_loss_quadrature

Floats = NDArray[np.float64]

sparsities = st.floats(0, 1)
positive = st.just(0.0) | st.floats(1e-6, 2)


def linear_loss(W: Floats, sparsity: Floats, importance: Floats) -> tuple[float, float]:
    """K where W ≥ 0 and b = 0, so that f = WᵀWx is linear, and the sum of the sizes of its terms.

    With M = 1 - WᵀW: K = Σ_i I_i Σ_jk M_ij M_ik E x_j x_k; E x_j² = p_j/3, E x_j x_k = p_j p_k/4 for j ≠ k.
    """
    p = 1 - sparsity
    moments = np.outer(p, p) / 4
    np.fill_diagonal(moments, p / 3)
    M = np.eye(len(p)) - W.T @ W
    terms = importance[:, None, None] * M[:, :, None] * M[:, None, :] * moments
    return float(terms.sum()), float(np.abs(terms).sum())


@settings(max_examples=settings().max_examples // 2)
@given(
    arrays(np.float64, (1, 2), elements=positive),
    arrays(np.float64, 2, elements=sparsities),
    arrays(np.float64, 2, elements=st.floats(0, 10)),
)
@example(np.array([[0.6, 0.8]]), np.zeros(2), np.ones(2))
@example(np.zeros((1, 2)), np.ones(2), np.ones(2))
def test_linear_case(W: Floats, sparsity: Floats, importance: Floats) -> None:
    expected, size = linear_loss(W, sparsity, importance)
    found = expected_loss_quadrature(W, None, sparsity, importance)
    # 1e-13 is asked of QUADPACK; the closed form rounds its terms, of sum `size`, some 50 times.
    assert abs(found.value - expected) <= 1e-13 * found.value + 50 * 2.3e-16 * size + 1e-17
    assert 0 <= found.error <= 1e-12 * (found.value + 1e-5 * size) + 1e-17


@pytest.mark.parametrize("m", [1, 2])
def test_linear_case_of_three_features(m: int) -> None:
    W = np.random.default_rng(m).random((m, 3))
    sparsity, importance = np.array([0.1, 0.5, 0.8]), np.array([1.0, 0.3, 2.0])
    expected, size = linear_loss(W, sparsity, importance)
    assert abs(expected_loss_quadrature(W, None, sparsity, importance).value - expected) <= 1e-12 * size


@given(st.floats(0.1, 2).filter(lambda w: abs(w * w - 1) > 0.01), st.floats(0.01, 0.99), sparsities)
def test_kink_of_one_feature(w: float, kink: float, s: float) -> None:
    """n = 1 with g = w² and b = -g·t for 0 < t < 1: f is 0 below t, so

    K = p·(t³/3 + ∫_t^1 (x - g(x - t))² dx), an antiderivative being (x - g(x - t))³/(3(1 - g)).
    """
    g = w * w
    integral = kink**3 / 3 + ((1 - g * (1 - kink)) ** 3 - kink**3) / (3 * (1 - g))
    found = expected_loss_quadrature([[w]], [-g * kink], s)
    # The quotient by 1 - g loses two digits at most; its terms are at most of order 30.
    assert found.value == pytest.approx((1 - s) * integral, rel=0, abs=1e-15 * 30 / abs(1 - g) + 1e-13)


@given(sparsities, st.floats(0, 5))
def test_antipodal_pair(s: float, I2: float) -> None:
    """W = (1, -1): one active feature is copied, two both come out wrong by min(x₁, x₂); E min² = 1/6."""
    found = expected_loss_quadrature([[1, -1]], None, s, [1, I2])
    assert found.value == pytest.approx((1 - s) ** 2 * (1 + I2) / 6, rel=1e-12, abs=1e-17)


@pytest.mark.parametrize("offset", [0.7, -0.7])
def test_bias_alone(offset: float) -> None:
    """W = 0: f = ReLU(b), so K = p/3 - p·max(b, 0) + max(b, 0)² per feature."""
    b, p = max(offset, 0.0), 0.25
    found = expected_loss_quadrature(np.zeros((1, 3)), [offset] * 3, 1 - p)
    assert found.value == pytest.approx(3 * (p / 3 - p * b + b * b), rel=1e-13)


@settings(max_examples=settings().max_examples // 2)
@given(
    arrays(np.float64, (2, 2), elements=st.floats(-1.5, 1.5)),
    arrays(np.float64, 2, elements=st.floats(-1, 1)),
    arrays(np.float64, 2, elements=sparsities),
    st.floats(0, 2 * math.pi),
)
def test_rotation_and_exchange(W: Floats, b: Floats, sparsity: Floats, angle: float) -> None:
    """K depends on WᵀW alone, and not on the order of the features."""
    Q = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    importance = np.array([1.0, 3.0])
    found = expected_loss_quadrature(W, b, sparsity, importance)
    turned = expected_loss_quadrature((Q @ W)[:, ::-1], b[::-1], sparsity[::-1], importance[::-1])
    # f is of order 1 + 2·1.5²·2 at most, its square below 150: rotating changes G, and so K, by some eps·150.
    assert abs(found.value - turned.value) <= 1e-12 * (1 + found.value)


@pytest.mark.parametrize(
    ("W", "b", "sparsity", "importance", "message"),
    [
        ([1.0, 2.0], None, 0.5, None, r"W must have shape \(m, n\) with m, n ≥ 1, got \(2,\)"),
        ([[1.0, math.nan]], None, 0.5, None, "W must be finite, got"),
        ([[1.0, 2.0]], [0.0], 0.5, None, r"b must have shape \(2,\) to match W, got \(1,\)"),
        ([[1.0, 2.0]], [0.0, math.inf], 0.5, None, "b must be finite"),
        ([[1.0, 2.0]], None, 1.2, None, r"sparsity must lie in \[0, 1\], got 1.2"),
        ([[1.0, 2.0]], None, [0.1, -0.2], None, r"sparsity must lie in \[0, 1\], got -0.2"),
        ([[1.0, 2.0]], None, [0.1, 0.2, 0.3], None, "sparsity must be one number or 2 numbers"),
        ([[1.0, 2.0]], None, 0.5, [-1, 1], "importance must be finite and at least 0, got -1.0"),
        ([[1.0, 2.0]], None, 0.5, math.nan, "importance must be finite and at least 0, got nan"),
        ([["a", 2.0]], None, 0.5, None, "W must hold real numbers, not text"),
        (np.ones((1, 4)), None, 0.5, None, "quadrature is for at most 3 features, got 4"),
    ],
)
def test_bad_input(W: object, b: object, sparsity: object, importance: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        expected_loss_quadrature(W, b, sparsity, importance)  # type: ignore[arg-type]
