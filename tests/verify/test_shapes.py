"""The checks of the polytopes: they pass as things are, and go red where vertices, metrics or names are wrong."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from analytic.polytopes import CATALOGUE
from verify import shapes
from verify.check import Check, Outcome


def silent(share: float) -> None:
    assert 0 <= share <= 1


def passed(outcome: Outcome) -> bool:
    return Check("", "", outcome, 0.0).passed


SMALL: dict[str, Callable[[], Outcome]] = {
    "polytope_gram": lambda: shapes.gram(silent),
    "polytope_dimensionality": lambda: shapes.dimensionality(silent),
    "polytope_dimensions": lambda: shapes.dimensions(silent),
    "polytope_energies": lambda: shapes.energies(silent),
    "polytope_names": lambda: shapes.names(1, silent),
    "minimised_shapes": lambda: shapes.minimised(1, silent),
}


@pytest.fixture(autouse=True)
def least_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the digon is minimised here; the main job minimises the others."""
    monkeypatch.setattr(shapes, "_MINIMA", shapes._MINIMA[:1])


@pytest.mark.parametrize("name", SMALL)
def test_each_check_passes(name: str) -> None:
    assert passed(SMALL[name]())


def test_claims_have_names_of_their_own_and_are_all_here() -> None:
    assert [claim.name for claim in shapes.claims()] == list(SMALL)


def test_every_polytope_is_disguised() -> None:
    outcome = shapes.names(2, silent)
    assert outcome.data["disguises"] == 2 * len(CATALOGUE)
    disguises = [W for W, _ in shapes._disguised("pentagon", 2)]
    assert np.abs(disguises[0] - disguises[1]).max() > 0.01


@pytest.mark.parametrize(
    "name", ["polytope_gram", "polytope_dimensionality", "polytope_energies", "polytope_dimensions"]
)
def test_one_vertex_out_of_place_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = shapes.vertices

    def bent(polytope: str) -> Any:
        V = original(polytope).copy()
        if polytope == "icosahedron":
            V[:, 5] += [1e-5, -1e-5, 0]
        return V

    monkeypatch.setattr(shapes, "vertices", bent)
    assert not passed(SMALL[name]())


@pytest.mark.parametrize("name", ["polytope_dimensionality", "polytope_dimensions", "minimised_shapes"])
def test_a_wrong_dimensionality_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = shapes.feature_dimensionality
    monkeypatch.setattr(shapes, "feature_dimensionality", lambda W: original(W) * (1 + 1e-5))
    assert not passed(SMALL[name]())


@pytest.mark.parametrize("name", ["polytope_names", "minimised_shapes"])
def test_a_name_that_is_not_given_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = shapes.describe
    monkeypatch.setattr(shapes, "describe", lambda W, *b, **tolerance: original(np.eye(len(W))))
    assert not passed(SMALL[name]())


def test_another_sum_of_dimensions_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "numerical_rank", lambda V: len(V) - 1)
    assert not passed(SMALL["polytope_dimensions"]())
