"""Certificates of the pentagon and the hexagon: shipped ones hold, damaged ones do not; the suite can fail."""

import gzip
import json
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import flint
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.exact.roots import ball_ends
from analytic.polygon_proof import CertifiedPolygon, certify_polygon
from analytic.polygon_proof.contact import contact
from analytic.polygon_proof.link import square_mean
from verify import certificate
from verify.certificate import Rejected, digest, read, verify
from verify.checkers import polygon
from verify.checkers.contact import Contact
from verify.checkers.convexity import positive
from verify.checkers.intervals import Interval, arccos
from verify.checkers.link import Link
from verify.suites import polygon_proof
from verify.suites.polygon_proof import FOLDER, NAMES, crooked, link_bound, link_line, nothing_below

DAMAGES = 60 if settings().max_examples > 1000 else 6


def ignore(share: float) -> None:
    pass


def shipped(features: int) -> dict[str, Any]:
    content: dict[str, Any] = read((FOLDER / f"{NAMES[features]}.json.gz").read_bytes())
    return content


def changed(document: dict[str, Any], **values: Any) -> dict[str, Any]:
    body = {**document, **values}
    return {**body, "digest": digest({key: value for key, value in body.items() if key != "digest"})}


@pytest.mark.slow
def test_the_package_carries_what_is_certified() -> None:
    for features in NAMES:
        found = certify_polygon(features)
        assert isinstance(found, CertifiedPolygon)
        assert found.certificate == shipped(features)


@pytest.mark.slow
def test_the_pentagon_is_checked_by_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert certificate.main([str(FOLDER / "pentagon.json.gz")]) == 0
    assert "every global minimiser is the regular 5-gon of norm 1.1704596391" in capsys.readouterr().out


def test_a_digest_that_does_not_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "file.json.gz"
    path.write_bytes(gzip.compress(json.dumps({**shipped(5), "most": 1}).encode()))
    assert certificate.main([str(path)]) == 1
    assert "digest" in capsys.readouterr().err


DAMAGE: dict[str, Callable[[dict[str, Any], random.Random], dict[str, Any]]] = {
    "a leaf removed": lambda d, rng: {"tree": without(d["tree"], rng)},
    "a leaf too many": lambda d, rng: {"tree": d["tree"] + "."},
    "an unknown mark": lambda d, rng: {"tree": d["tree"][:-1] + rng.choice("34x ")},
    "a piece removed": lambda d, rng: {"pieces": without(d["pieces"], rng)},
    "the box in one piece": lambda d, rng: {"pieces": "."},
    "shorter norms left out": lambda d, rng: {"least": d["least"] + (1 << rng.randrange(36, 39))},
    "longer norms left out": lambda d, rng: {"most": d["most"] - (1 << rng.randrange(34, 38))},
    "smaller cosines left out": lambda d, rng: {"lowest": d["lowest"] + (1 << rng.randrange(10, 30))},
    "no longest norm": lambda d, rng: {"most": 0},
    "the contact beside its box": lambda d, rng: {
        "near": {**d["near"], "bias": [end + (1 << 34) for end in d["near"]["bias"]]}
    },
    "a wide box": lambda d, rng: {"near": {**d["near"], "bias": [-(1 << 39), -1]}},
    "another number": lambda d, rng: {"features": rng.choice([4, 7, 11 - d["features"], True, "5"])},
    "another kind": lambda d, rng: {"kind": "polygons"},
}


def without(tree: str, rng: random.Random) -> str:
    place = rng.choice([k for k, mark in enumerate(tree) if mark == "."])
    return tree[:place] + tree[place + 1 :]


@pytest.mark.parametrize("features", [5, 6])
@pytest.mark.parametrize("kind", DAMAGE)
@pytest.mark.slow
def test_false_claims_are_rejected(features: int, kind: str) -> None:
    document, rng = shipped(features), random.Random(20261129)
    for _ in range(DAMAGES if kind in ("a leaf removed", "another number") else 1):
        with pytest.raises((ValueError, TypeError, LookupError)):
            pytest.fail(verify(changed(document, **DAMAGE[kind](document, rng))))


@pytest.mark.slow
def test_six_features_need_the_certificate_of_five(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cells of the hexagon are taken as they are: what is left is the certificate within."""
    document = shipped(6)

    def check(link: Link, document: dict[str, Any], convex: object) -> None:
        if document["tree"] == ".":
            raise Rejected("within")

    monkeypatch.setattr(polygon, "check", check)
    assert "6-gon" in polygon.theorem(document)
    for below in ({**document["below"], "tree": "."}, document):
        with pytest.raises(ValueError, match=r"within|needs that of 5"):
            polygon.theorem({**document, "below": below})


@pytest.mark.parametrize("features", [5, 6])
def test_cells_around_the_contact_are_not_above_the_line(features: int) -> None:
    document = shipped(features)
    level = Contact(6).potential - Contact(5).potential if features == 6 else Contact(5).potential
    one, near = Link(features, level), document["near"]
    cell = [*near["norm"], *near["norm"], *near["cosine"]]
    assert not one.above(cell, ([], []))
    assert not one.above([1 << 40, 3 << 39, 1 << 40, 3 << 39, document["lowest"], 1 << 40], ([], []))
    assert one.above([9 << 37, 9 << 37, 9 << 37, 9 << 37, 1 << 39, 1 << 39], ([], []))  # one direction at cos 60°


@pytest.mark.parametrize("features", [5, 6])
def test_both_routes_enclose_one_contact(features: int) -> None:
    at, other = Contact(features), contact(features)
    with flint.ctx.workprec(256):
        pairs = (
            (at.norm, other.squared_norm.sqrt()),
            (at.bias, other.bias),
            (at.cosine, other.cosine),
            (at.potential, other.potential),
            (at.multiplier, other.multiplier),
            (at.gap, 2 * arb.pi() / features),
        )
        for interval, ball in pairs:
            low, high = ball_ends(ball)
            assert Fraction(interval.low, 1 << 128) <= high
            assert low <= Fraction(interval.high, 1 << 128)
            assert interval.high - interval.low < 1 << 60


@pytest.mark.parametrize("x", [0, 1, 1 << 39, 3 << 38, (1 << 40) - 1, 1 << 40])
def test_arccos_is_enclosed(x: int) -> None:
    found = arccos(x)
    with flint.ctx.workprec(256):
        low, high = ball_ends((arb(x) / 2**40).acos())
    assert Fraction(found.low, 1 << 128) <= low <= high <= Fraction(found.high, 1 << 128)
    assert found.high - found.low < 1 << 60


@given(st.lists(st.tuples(st.integers(-(1 << 130), 1 << 130), st.integers(0, 1 << 120)), min_size=2, max_size=2))
def test_intervals_hold_what_numbers_do(ends: list[tuple[int, int]]) -> None:
    one, two = (Interval(low, low + width) for low, width in ends)
    points = [[Fraction(k, 1 << 128) for k in (i.low, (i.low + i.high) // 2, i.high)] for i in (one, two)]
    for x in points[0]:
        for y in points[1]:
            for found, exact in ((one + two, x + y), (one - two, x - y), (one * two, x * y), (one * 3, 3 * x)):
                assert Fraction(found.low, 1 << 128) <= exact <= Fraction(found.high, 1 << 128)
            if not two.low <= 0 <= two.high:
                found = one / two
                assert Fraction(found.low, 1 << 128) <= x / y <= Fraction(found.high, 1 << 128)


def test_positive_definite_matrices() -> None:
    assert positive([[2, 1], [1, 1]])
    assert not positive([[1, 2], [2, 1]])
    assert not positive([[1, 0, 0], [0, 1, 1], [0, 1, 1]])


def test_the_checks_hold() -> None:
    assert link_bound(200, 20).deviation < 0
    assert link_line(2000).deviation < 0


@pytest.mark.slow
def test_the_checks_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    dear = tuple(Fraction(number) for number in ("0.0159", "0.0159"))
    with monkeypatch.context() as patch:
        patch.setattr(polygon_proof, "least", lambda features: dear)
        patch.setattr(polygon_proof, "_STARTS", 8)
        patch.setattr(polygon_proof, "_TRAINED", 2)
        patch.setattr(polygon_proof, "NAMES", {5: "pentagon"})
        assert nothing_below(10, ignore).deviation > 0
    with monkeypatch.context() as patch:
        patch.setattr("analytic.polygon_proof.link.Link.line", lambda self, cosine: 0.15 + 0 * cosine)
        assert link_line(2000).deviation > 0
    with monkeypatch.context() as patch:
        tangent = square_mean
        patch.setattr(
            "analytic.polygon_proof.link.square_mean",
            lambda a, b: (tangent(a, b)[0], *[1.2 * d for d in tangent(a, b)[1:]]),
        )
        assert link_bound(200, 20).deviation > 0
    with monkeypatch.context() as patch:
        patch.setattr(polygon_proof, "NAMES", {5: "hexagon"})
        assert polygon_proof.certificates(False, ignore).deviation == 1


@pytest.mark.slow
def test_crooked_pentagons_cost_more_at_small_densities(monkeypatch: pytest.MonkeyPatch) -> None:
    found = crooked(3, lambda share: None)
    assert found.deviation < 0
    assert found.data["density"] == "1/1000000"
    exact = polygon_proof._independent
    monkeypatch.setattr(polygon_proof, "_independent", lambda *place: -exact(*place))
    assert crooked(3, lambda share: None).deviation > 0
