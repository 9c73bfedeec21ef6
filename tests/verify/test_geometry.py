"""The checks on shapes: they pass as things are, and go red where energies, points or groups are wrong."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from numeric.thomson import BestKnown, SphereMinimum, energy
from verify.check import Check, Outcome
from verify.suites import thomson

SIZES = (2, 5, 7, 8)


def silent(share: float) -> None:
    assert 0 <= share <= 1


def passed(outcome: Outcome) -> bool:
    return Check("", "", outcome, 0.0).passed


SMALL: dict[str, Callable[[], Outcome]] = {
    "thomson_exact": lambda: thomson.exact_energies(silent),
    "thomson_published": lambda: thomson.published_energies(silent),
    "thomson_best_known": lambda: thomson.best_known_energies(SIZES, silent),
    "thomson_forces": lambda: thomson.forces(SIZES, silent),
    "thomson_groups": lambda: thomson.point_groups(SIZES, silent),
}


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.slow
def test_each_check_passes(name: str) -> None:
    assert passed(SMALL[name]())


def test_claims_have_names_of_their_own() -> None:
    for full in (False, True):
        names = [claim.name for claim in thomson.claims(full=full)]
        assert len(set(names)) == len(names)
        assert set(SMALL) <= set(names)


def moved(by: float) -> Callable[[int], SphereMinimum]:
    """The minima with one point displaced."""
    found = {n: thomson.least(n) for n in {*SIZES, *thomson.EXACT}}

    def least(n: int) -> SphereMinimum:
        points = found[n].points.copy()
        points[0] += by * np.array([1.0, -1.0, 1.0])
        points[0] /= np.linalg.norm(points[0])
        return replace(found[n], point=points.ravel(), value=energy(points))

    return least


@pytest.mark.parametrize(
    ("name", "by"),
    [("thomson_exact", 1e-5), ("thomson_best_known", 1e-3), ("thomson_forces", 1e-9), ("thomson_groups", 1e-3)],
)
@pytest.mark.slow
def test_a_point_out_of_place_is_seen(name: str, by: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thomson, "least", moved(by))
    assert not passed(SMALL[name]())


@pytest.mark.slow
def test_another_table_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {n: BestKnown(row.energy + 1e-8, "C1") for n, row in thomson.best_known().items()}
    monkeypatch.setattr(thomson, "best_known", lambda: table)
    for name in ("thomson_published", "thomson_best_known", "thomson_groups"):
        assert not passed(SMALL[name]())


@pytest.mark.slow
def test_a_wrong_closed_form_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    original = thomson.thomson
    monkeypatch.setattr(thomson, "thomson", lambda n: original({5: 6, 6: 5}.get(n, n)))
    for name in ("thomson_exact", "thomson_published"):
        assert not passed(SMALL[name]())


def test_nothing_compared_is_not_agreement() -> None:
    for check in (thomson.best_known_energies, thomson.forces, thomson.point_groups):
        assert not passed(check((), silent))
