"""The figures of the atlas: what they show is in the table, and is drawn."""

import numpy as np
import pytest
from captions import checked
from matplotlib import pyplot

from figures.shapes import atlas_beaten, atlas_dimensions, atlas_geometries, atlas_shares
from numeric.atlas import atlas


def silent(share: float) -> None:
    assert 0 <= share <= 1


@pytest.mark.slow
def test_geometries_are_those_of_the_entries() -> None:
    shown = atlas_geometries.numbers(progress=silent)
    row = shown.sizes.index((5, 2))
    assert [shown.names[row][5], shown.labels[row][5]] == ["pentagon", "5"]
    assert list(atlas_geometries.KINDS)[shown.kinds[row][5]] == "a polygon of five or more"
    assert [n / m for n, m in shown.sizes] == sorted(n / m for n, m in shown.sizes)
    assert shown.proved[0] >= 15
    assert shown.proved[1] == 0
    assert "all components named" in checked(atlas_geometries.caption(shown))
    pyplot.close(atlas_geometries.draw(shown))


@pytest.mark.slow
def test_where_packings_are_beaten_three_features_share_an_axis() -> None:
    """Never below zero but for the rounding of K, 1e-14 Σ E x_i² at the most: for K of 1e-3 of that, 1e-11 of K."""
    shown = atlas_beaten.numbers(progress=silent)
    assert np.nanmin(shown.below) > -1e-11
    assert (shown.below[shown.sizes.index((3, 1)), 5:] > 5e-3).all()
    assert np.nanmax(shown.below[shown.sizes.index((2, 1))]) < 1e-12
    assert (shown.below[[shown.sizes.index((n, 3)) for n in (7, 8, 9)], 7] > 0.1).all()
    assert (shown.below[[shown.sizes.index((n, 2)) for n in range(4, 11)], 1:] < 1e-9).all()
    assert checked(atlas_beaten.caption(shown))
    pyplot.close(atlas_beaten.draw(shown))


def test_dimensions_fall_as_features_grow_sparse() -> None:
    shown = atlas_dimensions.numbers(progress=silent)
    assert (np.diff(shown.dimensions) < 0).all()
    assert shown.geometry[-1].startswith("heptagon")
    assert checked(atlas_dimensions.caption(shown))
    pyplot.close(atlas_dimensions.draw(shown))


def test_shares_are_those_of_the_entries() -> None:
    shown = atlas_shares.numbers(progress=silent)
    entry = atlas(5, 2, 0.9)
    assert entry is not None
    assert shown.share[shown.sizes.index((5, 2)), 5] == entry.share
    assert checked(atlas_shares.caption(shown))
    pyplot.close(atlas_shares.draw(shown))
