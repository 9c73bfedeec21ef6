"""The best order of columns at vertices, held to a search through all orders."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, target
from hypothesis import strategies as st
from scipy.optimize import linprog

from numeric.arguments import Floats
from numeric.geometry import Reference, antiprism, best_fit, composites, references

EXACT = 1e-11  # the search stops within 1e-12 of the least residual; the rest is rounding of cosines
SMALL = [reference for k in (2, 3, 4, 5, 6) for reference in references(k) + composites(k)]


def unit(W: Floats) -> Floats:
    return np.asarray(W / np.linalg.norm(W, axis=0))


def residual(gaps: Floats, slope: Floats | None) -> float:
    """The least of max |gaps − u·slope| over the heights allowed: a linear program in (u, r)."""
    if slope is None or np.abs(gaps).max() == 0:
        return float(np.abs(gaps).max())
    pairs = np.triu_indices(len(gaps), 1)
    rows = np.column_stack([slope[pairs], -np.ones(len(pairs[0]))])
    rows = np.vstack([rows, rows * [[-1, 1]]])
    found = linprog([0, 1], rows, np.concatenate([gaps[pairs], -gaps[pairs]]), bounds=[(0.05, 0.95), (0, None)])
    return float(found.fun)


def least_of_all_orders(cosines: Floats, reference: Reference) -> float:
    least = np.inf
    for order in permutations(range(len(cosines))):
        gaps = cosines[np.ix_(order, order)] - reference.gram
        # A lower bound of what the height can mend: entries that do not depend on it.
        rigid = gaps if reference.slope is None else gaps[reference.slope == 0]
        if np.abs(rigid).max() < least:
            least = min(least, residual(gaps, reference.slope))
    return least


@given(
    st.sampled_from([r for r in SMALL if r.slope is None]), st.integers(0, 2**20), st.floats(0, 1), st.integers(1, 4)
)
def test_no_order_is_better(reference: Reference, seed: int, noise: float, m: int) -> None:
    """Noisy vertices and random columns: the same residual as all k! orders, and an order that has it."""
    random = np.random.default_rng(seed)
    values, vectors = np.linalg.eigh(reference.gram)
    V = (vectors * np.sqrt(values.clip(min=0))).T[-m:]
    W = unit(V + noise * random.normal(size=V.shape) + 1e-9)[:, random.permutation(V.shape[1])]
    cosines = W.T @ W
    fit = best_fit(cosines, reference, 2.0)
    assert fit is not None
    target(fit.residual)
    assert abs(fit.residual - least_of_all_orders(cosines, reference)) <= EXACT
    attained = np.abs(cosines[np.ix_(fit.order, fit.order)] - reference.gram)[~np.eye(len(W.T), dtype=bool)]
    assert abs(attained.max() - fit.residual) <= EXACT
    # A bound just below finds nothing, one just above the same.
    assert best_fit(cosines, reference, fit.residual - EXACT) is None
    assert best_fit(cosines, reference, fit.residual + EXACT) is not None


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.slow
def test_no_order_and_height_is_better(seed: int) -> None:
    """The triangular antiprism of free height, all 720 orders, the height of each by a linear program."""
    random = np.random.default_rng(seed)
    W = unit(antiprism(3, random.uniform(0.3, 0.9)) + 0.15 * random.normal(size=(3, 6)))[:, random.permutation(6)]
    (reference,) = (r for r in references(6) if r.slope is not None)
    cosines = W.T @ W
    fit = best_fit(cosines, reference, 2.0)
    assert fit is not None
    assert fit.height is not None
    # A linear program is good to 1e-9.
    assert abs(fit.residual - least_of_all_orders(cosines, reference)) <= 1e-8
    V = antiprism(3, fit.height)
    attained = np.abs(cosines[np.ix_(fit.order, fit.order)] - V.T @ V)
    assert abs(attained.max() - fit.residual) <= EXACT


@given(st.sampled_from([3, 4]), st.floats(0.25, 0.95), st.integers(0, 2**20))
def test_free_heights_are_found(k: int, height: float, seed: int) -> None:
    """Without noise the residual is 0 and the height the right one, or another of the same cosines."""
    random = np.random.default_rng(seed)
    V = antiprism(k, height)
    cosines = (V.T @ V)[np.ix_(*[random.permutation(2 * k)] * 2)]
    (reference,) = (r for r in references(2 * k) if r.slope is not None)
    fit = best_fit(cosines, reference, 0.05)
    assert fit is not None
    assert fit.residual <= EXACT
    found = antiprism(k, fit.height or 0.0)
    np.testing.assert_allclose(np.sort((found.T @ found).ravel()), np.sort(cosines.ravel()), atol=EXACT)


@pytest.mark.parametrize("k", [12, 20, 40, 100])
def test_large_polytopes_are_found_quickly_whatever_the_order(k: int) -> None:
    random = np.random.default_rng(k)
    for reference in references(k):
        order = random.permutation(k)
        gram = reference.gram if reference.slope is None else reference.gram + 0.3 * reference.slope
        fit = best_fit(gram[np.ix_(order, order)], reference, 0.05)
        assert fit is not None
        assert fit.residual <= EXACT


@pytest.mark.parametrize("k", [5, 7])
def test_bipyramids_have_two_kinds_of_vertices_to_start_from(k: int) -> None:
    (reference,) = composites(k)
    assert len(reference.starts) == 2
    order = np.random.default_rng(k).permutation(k)
    fit = best_fit(reference.gram[np.ix_(order, order)], reference, 0.05)
    assert fit is not None
    assert fit.residual <= EXACT
    moved = reference.gram[np.ix_(order, order)][np.ix_(fit.order, fit.order)]
    assert np.abs(moved - reference.gram).max() <= EXACT
