"""The checks of the polytopes: they pass as things are, and go red where vertices, metrics or names are wrong."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from analytic.polytopes import CATALOGUE
from verify.check import Check, Outcome
from verify.suites import polytopes


def silent(share: float) -> None:
    assert 0 <= share <= 1


def passed(outcome: Outcome) -> bool:
    return Check("", "", outcome, 0.0).passed


SMALL: dict[str, Callable[[], Outcome]] = {
    "polytope_gram": lambda: polytopes.gram(silent),
    "polytope_dimensionality": lambda: polytopes.dimensionality(silent),
    "polytope_dimensions": lambda: polytopes.dimensions(silent),
    "polytope_energies": lambda: polytopes.energies(silent),
    "polytope_names": lambda: polytopes.names(1, silent),
    "minimised_shapes": lambda: polytopes.minimised(1, silent),
}


@pytest.fixture(autouse=True)
def least_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the digon is minimised here; the main job minimises the others."""
    monkeypatch.setattr(polytopes, "_MINIMA", polytopes._MINIMA[:1])


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.slow
def test_each_check_passes(name: str) -> None:
    assert passed(SMALL[name]())


def test_claims_have_names_of_their_own_and_are_all_here() -> None:
    assert [claim.name for claim in polytopes.claims()] == list(SMALL)


def test_every_polytope_is_disguised() -> None:
    outcome = polytopes.names(2, silent)
    assert outcome.data["disguises"] == 2 * len(CATALOGUE)
    disguises = [W for W, _ in polytopes._disguised("pentagon", 2)]
    assert np.abs(disguises[0] - disguises[1]).max() > 0.01


@pytest.mark.parametrize(
    "name", ["polytope_gram", "polytope_dimensionality", "polytope_energies", "polytope_dimensions"]
)
@pytest.mark.slow
def test_one_vertex_out_of_place_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = polytopes.vertices

    def bent(polytope: str) -> Any:
        V = original(polytope).copy()
        if polytope == "icosahedron":
            V[:, 5] += [1e-5, -1e-5, 0]
        return V

    monkeypatch.setattr(polytopes, "vertices", bent)
    assert not passed(SMALL[name]())


@pytest.mark.parametrize("name", ["polytope_dimensionality", "polytope_dimensions", "minimised_shapes"])
def test_a_wrong_dimensionality_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = polytopes.feature_dimensionality
    monkeypatch.setattr(polytopes, "feature_dimensionality", lambda W: original(W) * (1 + 1e-5))
    assert not passed(SMALL[name]())


@pytest.mark.parametrize("name", ["polytope_names", "minimised_shapes"])
def test_a_name_that_is_not_given_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = polytopes.describe
    monkeypatch.setattr(polytopes, "describe", lambda W, *b, **tolerance: original(np.eye(len(W))))
    assert not passed(SMALL[name]())


def test_another_sum_of_dimensions_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polytopes, "numerical_rank", lambda V: len(V) - 1)
    assert not passed(SMALL["polytope_dimensions"]())
