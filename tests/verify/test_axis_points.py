"""The command that certifies three features on one axis: which points it is asked for, and what it leaves."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from analytic.one_axis.table import known_axis
from numeric.running.command_line import run_command
from verify.suites import axis_points


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Fraction]:
    """Hundredths that were to be solved."""
    found: list[Fraction] = []

    def solved(k: Fraction, folder: Path) -> dict[str, Any]:
        found.append(k)
        return {"sparsity": str(k / 100)}

    monkeypatch.setattr(axis_points, "solved", solved)
    return found


def test_points_are_named_in_a_row_or_one_by_one(asked: list[Fraction], tmp_path: Path) -> None:
    words = ["--out", str(tmp_path), "--only", "30", "28.7", "--only", "88"]
    assert run_command(axis_points.app, words) == 0
    assert asked == [30, Fraction(287, 10), 88]
    rows = json.loads((tmp_path / "axis.json").read_text(encoding="utf-8"))
    assert {name: row["sparsity"] for name, row in rows.items()} == {
        "axis-s287": "287/1000",
        "axis-s30": "3/10",
        "axis-s88": "22/25",
    }
    assert run_command(axis_points.app, words) == 0
    assert len(asked) == 3  # what is there is kept


def test_what_is_no_number_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(axis_points.app, ["--only", "thirty"]) == 2
    assert 'unable to convert "thirty"' in capsys.readouterr().err


def test_the_package_carries_points_that_the_command_makes() -> None:
    asked_for = {axis_points.named(k): k / 100 for k in axis_points.SPARSITIES}
    assert {point.name: point.sparsity for point in known_axis()}.items() <= asked_for.items()
