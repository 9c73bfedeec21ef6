"""Rows of a few large entries and many small ones: as the faces have them, which take every row, and as rationals have them."""

import numpy as np
import pytest
from exact_rows import Given, Row, arrays
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.population import dominant, small

WITHIN = 1e-11


@st.composite
def rows_of_two_sizes(draw: st.DrawFn, most: int = 8) -> Given:
    n = draw(st.integers(2, most))
    large = draw(st.integers(1, n - 1))
    sizes = [0.0] * large + [draw(st.floats(-18, -0.5)) for _ in range(n - large)]
    g = [draw(st.floats(0.2, 1.5)) * draw(st.sampled_from([-1, 1])) * 10**size for size in sizes]
    g[0] = abs(g[0])
    order = draw(st.permutations(range(n)))
    p = [draw(st.one_of(st.just(0.0), st.just(1.0), st.floats(1e-3, 1))) for _ in range(n)]
    return [g[j] for j in order], draw(st.floats(-1, 1)), order.index(0), p


def by_faces(case: Given) -> tuple[np.ndarray, np.ndarray]:
    """(V, ∂V/∂g, ∂V/∂b) and ∂²V."""
    g, b, own, p, law = arrays([case])
    table = small.support_table(p)
    value, dg, db = small.rows_by_faces(g, b, own, table, law)
    return np.concatenate([value, dg[0], db]), small.hessians_by_faces(g, b, own, table, law)[0]


@given(rows_of_two_sizes())
@settings(max_examples=settings().max_examples * 2)
@pytest.mark.slow
def test_as_near_as_asked_or_left(case: Given) -> None:
    g, b, own, p, _ = arrays([case])
    found, left = dominant.rows(g, b, own, p, np.array([WITHIN]))
    H, left_too = dominant.hessians(g, b, own, p, np.array([WITHIN]))
    np.testing.assert_array_equal(left, left_too)
    if not len(left):
        first, second = by_faces(case)
        assert np.abs(np.concatenate([found.value, found.dg[0], found.db]) - first).max() <= WITHIN
        assert np.abs(H[0] - second).max() <= WITHIN * (1 + np.abs(second).max())


FEW: Given = ([0.9, -0.8, 3e-3, -2e-4], -0.13, 0, [0.1, 0.4, 0.7, 1.0])
OWN_LAST: Given = ([1e-17, -0.8, 2e-2, 0.7], 0.2, 3, [0.5, 0.5, 0.5, 0.25])
ZEROS: Given = ([0.0, 0.9, 0.0, -0.6], -0.05, 1, [0.3, 0.2, 0.5, 0.4])


@pytest.mark.parametrize("case", [FEW, OWN_LAST, ZEROS])
def test_against_rationals(case: Given) -> None:
    g, b, own, p, _ = arrays([case])
    exact = Row.of(*case)
    found, left = dominant.rows(g, b, own, p, np.array([1e-13]))
    H, _ = dominant.hessians(g, b, own, p, np.array([1e-13]))
    assert not len(left)
    assert abs(found.value[0] - float(exact.value)) <= 1e-14
    assert np.abs(np.append(found.dg[0], found.db[0]) - exact.gradient()).max() <= 1e-13
    assert np.abs(H[0] - exact.hessian()).max() <= 1e-12


@pytest.mark.parametrize("large", range(1, 10))
@pytest.mark.slow
def test_any_number_of_large_entries(large: int) -> None:
    random = np.random.default_rng(large)
    size = random.uniform(0.3, 1.2, large)
    g = [*(size * np.where(np.arange(large) % 2, -1, 1)), 1e-4, -3e-5]
    case: Given = (g, -0.237, 0, [0.3] * (large + 2))
    found, left = dominant.rows(*arrays([case])[:4], np.array([WITHIN]))
    assert not len(left)
    assert np.abs(np.concatenate([found.value, found.dg[0], found.db]) - by_faces(case)[0]).max() <= WITHIN


def test_a_row_has_the_same_bits_alone_and_among_others_and_in_any_block(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    g = np.where(random.random((60, 7)) < 0.4, 1.0, 1e-4) * random.uniform(-1, 1, (60, 7))
    g[:, 0] = np.abs(g[:, 0])
    b, own, p, within = random.uniform(-0.5, 0.5, 60), np.zeros(60, int), np.full((60, 7), 0.3), np.full(60, WITHIN)
    found, left = dominant.rows(g, b, own, p, within)
    H, _ = dominant.hessians(g, b, own, p, within)
    taken = np.setdiff1d(np.arange(60), left)
    assert len(taken) > 20
    monkeypatch.setattr(dominant, "_ENTRIES", 3 * 8 * 7 * 7)
    again, _ = dominant.rows(g, b, own, p, within)
    H_again, _ = dominant.hessians(g, b, own, p, within)
    for k in taken[:8]:
        one = np.s_[k : k + 1]
        alone, _ = dominant.rows(g[one], b[one], own[one], p[one], within[one])
        assert found.value[k] == again.value[k] == alone.value[0]
        np.testing.assert_array_equal(found.dg[k], alone.dg[0])
    np.testing.assert_array_equal(found.dg[taken], again.dg[taken])
    # The nodes' own second derivatives may go by faces, whose sums are products of matrices.
    assert np.abs(H[taken] - H_again[taken]).max() <= 64 * np.finfo(float).eps * np.abs(H[taken]).max()


@pytest.mark.parametrize(
    "case",
    [
        (
            [0.9, -0.5, 1e-3],
            0.5 - 5e-4,
            0,
            [0.5] * 3,
        ),  # b + g_2 + [0, 1e-3] has 0 inside, as has b + g_2 of all entries
        ([0.0, -0.5, 1e-3], 0.2, 0, [0.5] * 3),  # a row without an own entry
        ([0.9, -0.5, 1e-3], 2.0, 0, [0.5] * 3),  # one sign: the moments have it
        ([0.9, -0.5, 1e-3], 0.2, 0, [0.0, 0.5, 0.5]),
        (
            [0.9, -0.6, 0.7, -0.8, 0.5, -0.4, 0.06],
            -0.23,
            0,
            [0.5] * 7,
        ),  # F is no polynomial, and 0.06 no small part of 0.4
    ],
)
def test_what_is_left_to_others(case: Given) -> None:
    g, b, own, p, _ = arrays([case])
    assert dominant.rows(g, b, own, p, np.array([WITHIN]))[1].tolist() == [0]
    assert dominant.hessians(g, b, own, p, np.array([WITHIN]))[1].tolist() == [0]
