"""Vertex sums, faces, moments or the line: what the one function returns is as near as it was asked, by either implementation."""

import numpy as np
import pytest
from exact_rows import CASES, Given, Row, arrays, hostile
from hypothesis import given, settings
from numpy.typing import NDArray

from numeric.population import few_features, small

CLEAN: Given = ([0.9, -0.4, 0.7, 0.3], -0.1, 0, [0.1] * 4)
SMALL: Given = ([0.9, -1e-5, 1e-7, 1e-6], -0.1, 0, [0.1] * 4)
CORNERED: Given = ([0.9, -1e-5, 1e-7, 1e-6], -1e-6, 0, [0.1] * 4)
"""A corner of z lies at 0."""


def reachable(case: Given) -> float:
    """An accuracy a hundred times beyond rounding: see `test_face_kernel.allowed`."""
    g, b, own, p = case
    scale = 1 + abs(b) + sum(map(abs, g))
    return 1e-12 * scale * (scale + (p[own] / abs(g[own]) if g[own] else 0))


@pytest.fixture(params=[True, False], ids=["compiled", "torch"])
def implementation(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small, "AVAILABLE", request.param)


def check(case: Given) -> None:
    exact, within = Row.of(*case), reachable(case)
    value, dg, db = few_features.rows(*arrays([case]), accuracy=within)
    assert abs(value[0] - float(exact.value)) <= within
    assert np.abs(np.append(dg[0], db[0]) - exact.gradient()).max() <= within


@pytest.mark.usefixtures("implementation")
@pytest.mark.parametrize("case", [case for case in CASES.values() if case[0][case[2]] >= 0])
def test_as_near_as_asked(case: Given) -> None:
    check(case)


@given(hostile())
@settings(max_examples=settings().max_examples // 2)
def test_hostile_rows(case: Given) -> None:
    check(case)


@pytest.mark.usefixtures("implementation")
def test_faces_take_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[NDArray[np.float64]] = []
    by_faces = small.rows_by_faces

    def seen(g: NDArray[np.float64], *rest: NDArray[np.float64]) -> small.Rows:
        taken.append(g)
        return by_faces(g, *rest)

    monkeypatch.setattr(small, "rows_by_faces", seen)
    given = arrays([CLEAN, CORNERED, CLEAN])
    loose = few_features.rows(*given, accuracy=[1e-11, np.inf, 1e-11])
    assert not taken
    near = few_features.rows(*given, accuracy=1e-11)
    assert [g.tolist() for g in taken] == [[list(CORNERED[0])]]
    assert np.abs(near.dg[1] - loose.dg[1]).max() > 1e-11
    for found, vertices in zip(near, loose, strict=True):
        np.testing.assert_array_equal(found[::2], vertices[::2])


@pytest.mark.usefixtures("implementation")
@pytest.mark.parametrize("size", [1e-150, 1e-80])
def test_overflow_goes_to_the_faces(size: float) -> None:
    """Factors of 1/g overflow long before the faces do."""
    check(([size, size, 0.5 * size, -0.7 * size], 0.25 * size, 0, [0.5, 0.4, 0.3, 0.2]))


@pytest.mark.usefixtures("implementation")
@pytest.mark.parametrize(
    "case", [CLEAN, SMALL, ([0.5, 0.3, 0.0], 0.1, 0, [0.5, 0.4, 1.0]), ([0.0, 0.3], 0.1, 0, [0.5, 0.4])]
)
@pytest.mark.slow
def test_hessian(case: Given) -> None:
    H = few_features.hessians(*arrays([case]), accuracy=1e-10)
    np.testing.assert_allclose(H[0], Row.of(*case).hessian(), rtol=0, atol=1e-10)


def test_hessians_by_faces_of_more_rows_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    given = arrays([CLEAN, SMALL, CLEAN])
    at_once = small.hessians_by_faces(*given[:3], small.support_table(given[3]), given[4])
    monkeypatch.setattr(small, "_MEMORY", 1)
    in_parts = small.hessians_by_faces(*given[:3], small.support_table(given[3]), given[4])
    np.testing.assert_allclose(in_parts, at_once, rtol=0, atol=1e-15)


SPARSE: Given = ([0.9, -0.8] + [1e-4, -2e-5] * 4, -0.13, 0, [0.1] * 10)


def test_from_ten_features_on_the_line_takes_rows_with_small_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within what was asked; or ten times as much, and the gradient with no bound, in less time still."""
    value, dg, db = few_features.rows(*arrays([SPARSE]), accuracy=1e-13)  # by faces
    monkeypatch.delattr(small, "rows_by_faces")
    near = few_features.rows(*arrays([SPARSE]), accuracy=1e-11, bounded=False)
    assert abs(near.value - value) <= 1e-10
    assert max(np.abs(near.dg - dg).max(), np.abs(near.db - db).max()) <= 1e-8
    bounded = few_features.rows(*arrays([SPARSE]), accuracy=1e-11)
    assert max(np.abs(part - exact).max() for part, exact in zip(bounded, (value, dg, db), strict=True)) <= 1e-11


@pytest.mark.parametrize("bias", [2.0, -2.0])
def test_where_z_has_one_sign_no_route_is_slow(bias: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(small, "rows_by_faces")
    monkeypatch.delattr(small, "hessians_by_faces")
    given = arrays([(SMALL[0], bias, *SMALL[2:])])
    value, dg, db = few_features.rows(*given, accuracy=1e-13)
    H = few_features.hessians(*given, accuracy=1e-13)
    exact = Row.of(SMALL[0], bias, *SMALL[2:])
    assert abs(value[0] - float(exact.value)) <= 1e-14
    assert np.abs(np.append(dg[0], db[0]) - exact.gradient()).max() <= 1e-14
    np.testing.assert_allclose(H[0], exact.hessian(), rtol=0, atol=1e-14)


@pytest.mark.slow
def test_hessian_by_the_line_from_ten_features_on() -> None:
    given = arrays([SPARSE])
    by_faces = small.hessians_by_faces(*given[:3], small.support_table(given[3]), given[4])
    by_line = few_features.hessians(*given, accuracy=1e-11)
    assert np.abs(by_line - by_faces).max() <= 1e-5 * np.abs(by_faces).max()
