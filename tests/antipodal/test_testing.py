"""What `antipodal.testing` says of itself: exact pairs against both routes, strategies in their domain, invariances that bite."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytic import metrics as exact
from antipodal import Independent, capacity, exact_loss, feature_dimensionality, feature_norms, loss, superposition
from antipodal import testing as ours


@pytest.mark.parametrize("pair", ours.DIMENSIONALITIES)
def test_dimensionalities_by_both_routes(pair: ours.Dimensionality) -> None:
    assert tuple(map(str, exact.feature_dimensionality(pair.W))) == tuple(map(str, pair.D))
    found = feature_dimensionality(np.array(pair.W, dtype=np.float64))
    np.testing.assert_allclose(found, np.array(pair.D, dtype=np.float64), rtol=20 * ours.EPS)


@pytest.mark.parametrize("pair", ours.LOSSES)
def test_losses_by_both_routes(pair: ours.Loss) -> None:
    assert str(exact_loss(pair.W, pair.b, pair.law)) == str(pair.K)
    found = loss(np.array(pair.W, dtype=np.float64), np.array(pair.b, dtype=np.float64), pair.law)
    assert abs(found - float(pair.K)) <= 1e-10 * (float(pair.K) + len(pair.b) / 3)


@given(ours.models())
@settings(max_examples=settings().max_examples // 2)
@example((np.eye(1), np.zeros(1), Independent(0), np.ones(1)))  # −5.6e-17
def test_models_are_taken_by_the_float_route(model: tuple[Any, ...]) -> None:
    """A loss is not negative, but for the error that is allowed: K = 0 may be told as less."""
    W, b, law, importance = model
    assert loss(W, b, law, importance) >= -1e-10 * importance.sum() / 3


@given(st.one_of(ours.polytopes(), ours.tight_frames()))
@settings(max_examples=settings().max_examples // 2)
def test_metrics_have_their_invariances_on_polytopes_and_frames(W: ours.Floats) -> None:
    ours.assert_invariants(feature_dimensionality, W)
    ours.assert_invariants(capacity, W)
    ours.assert_invariants(superposition, W, degree=2)
    ours.assert_invariants(feature_norms, W, degree=1)
    ours.assert_invariants(lambda W: feature_norms(W).max(), W, kind="model", degree=1)


@given(ours.tight_frames())
@settings(max_examples=settings().max_examples // 2)
def test_dimensionalities_of_tight_frames_are_their_squared_norms(W: ours.Floats) -> None:
    np.testing.assert_allclose(feature_dimensionality(W), (W**2).sum(axis=0), atol=1e-12)


W = np.array([[1.0, -0.5, 0.3], [0.2, 0.75, 2.0]])


@pytest.mark.parametrize(
    ("name", "metric", "kind"),
    [
        ("rotation", lambda W: np.abs(W).max(axis=0) / np.linalg.norm(W, axis=0), "feature"),
        ("sign", lambda W: W[0], "feature"),
        ("permutation", lambda W: np.arange(W.shape[1]) + 1, "feature"),
        ("padding", lambda W: len(W), "model"),
        ("scale", lambda W: np.linalg.norm(W, axis=0), "feature"),
        ("shape", lambda W: 1.0, "feature"),
    ],
)
def test_a_metric_without_an_invariance_is_named(name: str, metric: Any, kind: str) -> None:
    with pytest.raises(AssertionError, match=name):
        ours.assert_invariants(metric, W, kind=kind)


def test_hypothesis_is_imported_here_alone() -> None:
    root = Path(ours.__file__ or "").parents[1]
    packages = ("antipodal", "analytic", "numeric", "figures", "verify")
    modules = [path for package in packages for path in (root / package).rglob("*.py")]
    imports = re.compile(r"^\s*(import|from) hypothesis", re.MULTILINE)
    assert [path.name for path in modules if imports.search(path.read_text(encoding="utf-8"))] == ["testing.py"]
