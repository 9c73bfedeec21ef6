"""Minima on a map of settings: against the loss and the search for one setting, and under exchange of features."""

import numpy as np
import pytest
import torch

from numeric.minimise import minimise_loss, minimise_map
from numeric.minimise.network_map import LOWER, _pairs
from numeric.population import expected_loss

EPS = float(np.finfo(float).eps)
DENSITY = [0.01, 0.2, 0.45, 0.6, 1.0]
RATIOS = np.array([0.1, 0.5, 1.0, 2.0, 10.0])


def importances(n: int) -> np.ndarray:
    rows = np.ones((len(RATIOS), n))
    rows[:, -1] = RATIOS
    return rows


@pytest.mark.parametrize(("n", "m"), [(2, 1), (3, 2)])
@pytest.mark.slow
def test_no_setting_has_a_lower_minimum(n: int, m: int) -> None:
    rows = importances(n)[[0, 3]]
    found = minimise_map(m, DENSITY, rows, starts=4)
    assert found.corrected[-1] == 0
    unit = np.array(DENSITY)[:, None] / 3 * rows.sum(1)
    # At the end of a descent with gradient γ and curvature λ the excess is below d γ²/2λ: 1e-13 for γ = 1e-8, λ > 1e-2.
    for row, column in ((0, 0), (2, 1)):
        alone = minimise_loss(
            n, m, 1 - DENSITY[row], importance=rows[column], starts=4, seed=50, gradient_tolerance=1e-8
        )
        assert abs(found.values[row, column] - alone.value) <= 1e-12 * unit[row, column]
    W, b = torch.from_numpy(found.W[2]), torch.from_numpy(found.b[2])
    again = expected_loss(W, b, 1 - DENSITY[2], rows)
    np.testing.assert_allclose(again, found.values[2], rtol=64 * EPS)


@pytest.mark.slow
def test_exchanging_two_features_exchanges_their_importances() -> None:
    """n = 2: K at importances (1, r) is r times K at (1, 1/r) with the columns exchanged."""
    found = minimise_map(1, DENSITY, importances(2), starts=4)
    np.testing.assert_allclose(found.values, RATIOS * found.values[:, ::-1], rtol=1e-11)
    np.testing.assert_allclose(
        found.values[:, 2][0], minimise_map(1, [0.01], [[2.0, 2.0]]).values[0, 0] / 2, rtol=1e-11
    )


@pytest.mark.slow
def test_neighbours_bring_what_a_single_start_misses() -> None:
    """One random start is often a local minimum: the passes mend some of them, none is made worse, and no more is to do."""
    density, rows = np.linspace(0.2, 0.6, 6), importances(3)
    alone = minimise_map(2, density, rows, starts=1, passes=0)
    mended = minimise_map(2, density, rows, starts=1)
    unit = density[:, None] / 3 * rows.sum(1)
    assert alone.corrected == ()
    assert mended.corrected[0] > 0 == mended.corrected[-1]
    assert (mended.values <= alone.values).all()
    assert (mended.values < alone.values - LOWER * unit).sum() >= max(mended.corrected)


def test_pairs_are_neighbours_whose_giver_is_new() -> None:
    takers, givers = _pairs((2, 3), torch.tensor([True, False, False, False, False, True]))
    assert sorted(zip(takers.tolist(), givers.tolist(), strict=True)) == [(1, 0), (2, 5), (3, 0), (4, 5)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, [0.5], [[1.0, 1.0]]), "m must be a whole number of at least 1, got 0"),
        ((1, [0.0], [[1.0, 1.0]]), r"density must be a row of numbers in \[1e-100, 1\], got \[0.0\]"),
        ((1, [0.5], [1.0, 1.0]), r"shape \(C, n\) with 1 ≤ n ≤ 12, got \(2,\)"),
        ((1, [0.5], [[1.0, 0.0]]), r"importance must lie in \[1e-100, 1e\+100\], got 0.0 to 1.0"),
    ],
)
def test_bad_input(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        minimise_map(*arguments)  # type: ignore[arg-type]
