"""Figures of how features lie in the plane, held to exact values, bounds and what a rotation leaves alone."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib import pyplot

from analytic.polytope_loss import best_loss
from analytic.polytopes import polytope
from figures import five_features
from figures.arrows import turned

EPS = float(np.finfo(np.float64).eps)


def silent(share: float) -> None:
    assert 0 <= share <= 1


def dropped(p: Fraction) -> Fraction:
    """Var x of a feature of density p."""
    return p / 3 - p**2 / 4


# Entries 0 or of a size at which squares neither vanish nor overflow.
ENTRIES = st.one_of(st.just(0.0), st.floats(1e-3, 2), st.floats(-2, -1e-3))


@given(arrays(np.float64, (2, 4), elements=ENTRIES))
def test_turning_columns_changes_no_model(W: np.ndarray) -> None:
    there = turned(W)
    # An orthogonal map of float entries: products of two entries of at most 2√2 each, a few roundings.
    np.testing.assert_allclose(there.T @ there, W.T @ W, rtol=0, atol=64 * EPS)
    norms = np.linalg.norm(W, axis=0)
    if norms.max() > 0:
        first = int(np.argmax(norms > 0.95 * norms.max()))
        assert there[:, first] == pytest.approx([0, norms[first]], abs=8 * EPS)


def test_five_features_lie_as_published_and_no_lower_than_without_noise() -> None:
    shown = five_features.compute(seeds=2, starts=6, steps=3000, device="cpu", progress=silent)
    free = [case.noise_free for case in shown.cases]
    assert [model.geometry for model in free] == ["2 dedicated + 3 unlearned", "2 digons + 1 unlearned", "pentagon"]
    for case in shown.cases:
        assert case.trained.loss > case.noise_free.loss
        assert 1 <= case.noise_free.count <= case.noise_free.tried == 6
    # Two features without loss, the others at their variances: descent stops at gradients of 1e-10, far below rounding.
    importance = five_features.IMPORTANCE
    assert free[0].loss == pytest.approx(float(sum(importance[2:]) * dropped(Fraction(1))), rel=16 * EPS)
    # Any weights bound the least loss: one norm and bias for all vertices, each feature's share by its importance.
    for s, model, name, stored in zip(
        five_features.SPARSITIES[1:], free[1:], ("digon", "pentagon"), (4, 5), strict=True
    ):
        found = best_loss(polytope(name), s, 20)
        each = found.loss.midpoint / found.polytope.gram.rows
        rest = sum(importance[stored:]) * dropped(1 - s)
        bound = float(each) * float(sum(importance[:stored])) + float(rest)
        assert model.loss < bound
    assert "nan" not in five_features.caption(shown)
    pyplot.close(five_features.draw(shown))
