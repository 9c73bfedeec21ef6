"""The suite of the atlas: it holds of what is shipped, and sees what is planted."""

from dataclasses import replace
from fractions import Fraction

import pytest

from numeric.atlas import AtlasEntry, Interval, Setting, shipped
from verify.suites import atlas

PENTAGON = Setting(5, 2, 1.0, 0.9)


def entry() -> AtlasEntry:
    return shipped(5, 2)[PENTAGON]


def ignore(share: float) -> None:
    assert 0 <= share <= 1


def test_the_claims_are_of_ten_entries_and_of_all() -> None:
    assert len(atlas.chosen(False)) == atlas.SAMPLE < len(atlas.chosen(True))
    assert len(atlas.claims()) == 3


@pytest.mark.parametrize("check", [atlas.losses, atlas.minima, atlas.polytopes])
def test_what_is_shipped_holds(check: object) -> None:
    found = check((entry(),), ignore)  # type: ignore[operator]
    assert found.deviation <= found.tolerance


def test_what_is_planted_is_seen() -> None:
    first = entry().minima[0]
    other = replace(entry(), minima=(replace(first, loss=first.loss + 1e-6),))
    assert atlas.losses((other,), ignore).deviation > 1e-7
    moved = replace(entry(), enclosure=Interval(str(float(entry().enclosure[0]) + 1e-12), "1E-40"))
    assert atlas.losses((moved,), ignore).deviation == float("inf")
    assert atlas.minima((other,), ignore).deviation == 1
    above = replace(entry(), minima=entry().minima[1:])
    assert atlas.polytopes((above,), ignore).deviation > 1e-2


def test_the_catalogue_bounds_alike_and_independent_features_alone() -> None:
    level = atlas.best_packing(PENTAGON)
    assert level is not None
    assert float(level) == pytest.approx(entry().loss, rel=1e-12)
    assert (
        atlas.best_packing(replace(PENTAGON, falloff=0.9))
        is atlas.best_packing(replace(PENTAGON, sparsity=None))
        is None
    )
    assert atlas.decimal(0.995) == Fraction(995, 1000)
