"""The certificate of pentagons at small densities: the shipped one holds, damaged ones do not, its parts are the proof's."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest
from flint import arb

from analytic.exact.enclosures import ball_ends
from analytic.polygon_proof import density as proof
from analytic.polygon_proof import pentagon_density
from analytic.polygon_proof.contact import contact
from analytic.polygon_proof.convexity import in_gap
from analytic.polygon_proof.search import ONE, near_contact
from verify.certificate import digest, read, verify
from verify.checkers import Rejected
from verify.checkers.contact import Contact
from verify.checkers.convexity import convex_in_gap
from verify.checkers.density import bend, more, theorem
from verify.checkers.intervals import BITS, WHOLE
from verify.suites.polygon_proof import DENSITY, FOLDER


def shipped() -> dict[str, Any]:
    content: dict[str, Any] = read((FOLDER / f"{DENSITY}.json.gz").read_bytes())
    return content


@pytest.mark.slow
def test_the_package_carries_what_is_proved() -> None:
    assert pentagon_density().certificate == shipped()
    assert verify(shipped()).startswith(
        "For five independent features in two dimensions, each active with probability p <= 1/10000"
    )


DAMAGE: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "more density than excess": lambda d: {"density": "1/800000"},
    "no density": lambda d: {"density": "0"},
    "too little excess": lambda d: {"excess": "1/140000"},
    "more excess than the cells allow": lambda d: {"excess": "1/1000"},
    "too little convexity": lambda d: {"convexity": "1/130"},
    "more convexity than there is": lambda d: {"convexity": "2"},
    "a leaf removed": lambda d: {"tree": d["tree"].replace(".", "", 1)},
    "a piece removed": lambda d: {"pieces": d["pieces"].replace(".", "", 1)},
    "the box in one piece": lambda d: {"pieces": "."},
    "six features": lambda d: {"features": 6},
    "nothing of one active feature": lambda d: {"below": None},
    "itself for one active feature": lambda d: {"below": {**d, "below": None}},
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", DAMAGE)
def test_false_claims_are_rejected(kind: str) -> None:
    body = {**shipped(), **DAMAGE[kind](shipped())}
    body["digest"] = digest({key: value for key, value in body.items() if key != "digest"})
    with pytest.raises(Rejected):
        verify(body)


@pytest.mark.parametrize("ends", [{"cosine": [ONE // 4, ONE * 3 // 4]}, {"cosine": [0, ONE // 3]}, {"bias": [-ONE, 1]}])
def test_a_box_is_refused_where_the_proof_of_the_page_would_not_hold(ends: dict[str, list[int]]) -> None:
    """Features that are not neighbours would see each other, or biases would be positive."""
    body = {**shipped(), "near": {**shipped()["near"], **ends}}
    with pytest.raises(Rejected, match="the box around the contact is too wide"):
        theorem(body)


@pytest.mark.parametrize("p", [Fraction(1, 10**6), Fraction(1, 10**5)])
def test_what_more_active_features_add_is_that_of_the_exact_loss(p: Fraction) -> None:
    """Of a rational pentagon 2⁻⁴⁰ away, from the other room; three active features are bounded crudely: 150(3Λ²)² < 2600."""
    exact = proof._cost(contact(5), p) - ball_ends(contact(5).potential)[0]
    assert exact - Fraction(1, 10**20) <= more(Contact(5), p) <= exact + 2600 * p**2


def test_the_bend_is_that_of_the_proof() -> None:
    near, p = near_contact(contact(5), ONE // 250, ONE // 125), Fraction(1, 1000)
    assert bend(p, *(Fraction(end, ONE) for end in near.norm)) == proof.bend(p, near)


def test_the_least_eigenvalue_at_the_contact_is_met() -> None:
    at = contact(5)
    with flint.ctx.workprec(64):
        place = [at.squared_norm.sqrt()] * 2 + [at.bias] * 2 + [at.cosine]
        rows = [[float(entry) for entry in row] for row in in_gap(*map(arb, place))]
    least = float(np.linalg.eigvalsh(rows)[0])
    piece = [end for x in place for end in (int(float(x) * 2**BITS) + k for k in (0, 1))]
    assert convex_in_gap(piece, int(0.999 * least * WHOLE))
    assert not convex_in_gap(piece, int(1.001 * least * WHOLE))
