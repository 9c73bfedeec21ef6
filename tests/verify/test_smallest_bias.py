"""The suite of the smallest model with bias: what it says of what the package carries, and that it can fail."""

import copy
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from sympy import Rational

from analytic.n2m1.bias.table import FOLDER, entries
from analytic.one_axis.table import known_axis
from numeric.atlas import every_shipped
from verify.suites import smallest_bias
from verify.suites.phase_boundaries import outwards, rows, solved
from verify.suites.smallest_bias import Shipped, certificates, minimum_reached, nothing_below, one_axis, quick, shipped


def ignore(share: float) -> None:
    pass


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What phases.json says of two boundaries, to be changed."""
    names = ("drop-s10-penalty000", "drop-s40-penalty000")
    chosen = {name: copy.deepcopy(entries()[name]) for name in names}
    monkeypatch.setattr("analytic.n2m1.bias.table.entries", lambda: chosen)
    return chosen


def test_the_package_carries_what_the_command_makes() -> None:
    content = entries()
    assert [*content] == [row.name for row in rows()]
    assert not [name for name, entry in content.items() if "not certified" in entry]
    files = {f"{name}-{side}.json.gz" for name, entry in content.items() for side in entry.get("phases", {})}
    polygons = {"pentagon.json.gz", "hexagon.json.gz", "pentagon-density.json.gz"}
    axis = {"axis-coarse.json.gz", *(f"{point.name}.json.gz" for point in known_axis())}
    atlas = {entry.certificate for entry in every_shipped() if entry.certificate}
    assert files | polygons | axis | atlas == {file.name for file in FOLDER.iterdir() if file.name.endswith(".gz")}
    enclosed = [entry for entry in content.values() if "lower" in entry]
    assert all(Fraction(e["upper"]) - Fraction(e["lower"]) <= Fraction(1, 10**8) for e in enclosed)
    assert sum(entry["kind"] in ("drop", "jump") for entry in enclosed) == 50


@pytest.mark.slow
def test_a_boundary_is_made_again(tmp_path: Any) -> None:
    (row,) = (row for row in rows() if row.name == "drop-s35-penalty000")
    assert solved(row, tmp_path) == entries()[row.name]
    assert {path.name for path in tmp_path.iterdir()} == {f"{row.name}-{side}.json.gz" for side in ("below", "above")}


def test_ends_are_rounded_outwards() -> None:
    assert outwards((Fraction(-1, 3), Fraction(1, 3)), 10) == (Fraction(-4, 10), Fraction(4, 10))
    assert outwards((Fraction(1, 2), Fraction(1, 2)), 10) == (Fraction(1, 2), Fraction(1, 2))


def test_ten_certificates_with_each_phase() -> None:
    assert len(quick()) == 10
    assert {one.phase for one in quick()} == {"drop", "partial antipodal", "strong antipodal"}
    assert len([*shipped()]) >= 100


@pytest.mark.slow
def test_the_checks_hold(known: dict[str, Any]) -> None:
    assert certificates(False, ignore).deviation == 0
    assert nothing_below(4, (1, 20), ignore).deviation <= 0
    assert minimum_reached(8, ignore).deviation <= 1e-12


@pytest.mark.parametrize(("key", "value"), [("sparsity", "1/11"), ("penalty", "1/1000"), ("upper", "1/2")])
@pytest.mark.slow
def test_another_setting_is_seen(known: dict[str, Any], key: str, value: str) -> None:
    known["drop-s10-penalty000"][key] = value
    assert certificates(False, ignore).deviation >= 1


@pytest.mark.slow
def test_another_phase_is_seen(known: dict[str, Any]) -> None:
    known["drop-s40-penalty000"]["phases"]["below"] = "strong antipodal"
    outcome = certificates(False, ignore)
    assert outcome.deviation == 1
    assert "drop-s40-penalty000-below" in outcome.data["wrong"][0]


@pytest.mark.slow
def test_a_minimum_too_high_is_seen(known: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    document = {"lower": "1", "upper": "1"}
    monkeypatch.setattr(Shipped, "document", document)
    assert nothing_below(4, (1, 20), ignore).deviation > 0
    document.update(lower="0", upper="0")
    assert minimum_reached(4, ignore).deviation > 1e-12


@pytest.mark.slow
def test_a_witness_that_wins_nothing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    found = replace(smallest_bias.counterexample("1/2"), loss=Rational(1, 3))
    monkeypatch.setattr(smallest_bias, "counterexample", lambda s: found)
    assert one_axis(False, ignore).deviation == float("inf")
