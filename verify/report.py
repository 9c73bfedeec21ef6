"""What a run leaves behind: a table in the terminal, `verify.json`, and `report.html`, one self-contained page."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any, Protocol

import sympy
from rich import box
from rich.table import Table

from analytic.n2m1 import CHAMBERS, Chamber, Interval, SmallestModel, edges, phase_boundary, phase_curve
from figures.gallery.html import mathml, render
from figures.gallery.inline import inline
from figures.motifs.caption import Caption

from .check import Check
from .theorems import MODEL, THEOREMS

TITLE = "Each claim held to a second route"

_LIBRARIES = ("sympy", "python-flint", "numpy", "scipy", "torch", "matplotlib")
_CHAMBER_TITLES = {
    "same_sign": "w₁w₂ ≥ 0: aligned",
    "opposite_first": "w₁w₂ < 0 and |w₁| ≥ |w₂|: antipodal, the first weight larger",
    "opposite_second": "w₁w₂ < 0 and |w₂| ≥ |w₁|: antipodal, the second weight larger",
}
_SHOWN_MODELS = (
    ("1/10", (1, 1), 0),
    ("1/2", (1, 1), 0),
    ("9/10", (1, 1), 0),
    ("1/10", (1, "1/2"), 0),
    ("9/10", (1, "1/2"), 0),
)
_SHOWN_IMPORTANCES = ("1", "3/4", "1/2", "1/5", "1/10", "1/100")


class Figure(Protocol):
    """A drawn figure, as `figures.make` returns it."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def caption(self) -> Caption: ...
    @property
    def svg(self) -> bytes: ...


@dataclass(frozen=True)
class Section:
    """The checks of a suite, as the report shows them under a heading, with a sentence that says what they are about."""

    title: str
    about: str
    checks: Sequence[Check]

    @property
    def passed(self) -> int:
        return sum(check.passed for check in self.checks)


@dataclass(frozen=True)
class Run:
    """What was run, for the head of the report."""

    full: bool
    device: str
    seconds: float

    @property
    def command(self) -> str:
        device = "" if self.device == "cpu" else f" --device {self.device}"
        return f"python -m verify{' --full' if self.full else ''}{device}"


def table(checks: Sequence[Check]) -> Table:
    """The checks for a terminal."""
    rows = Table(title=TITLE, title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0))
    for heading in ("", "check", "exact", "second route", "deviation", "tolerance", "s"):
        is_number = heading in ("deviation", "tolerance", "s")
        rows.add_column(
            heading, justify="right" if is_number else "left", no_wrap=is_number or heading in ("", "check")
        )
    for check in checks:
        mark = "[green]✓[/]" if check.passed else "[bold red]✗[/]"
        outcome = check.outcome
        values = (outcome.exact, outcome.independent) if outcome.exact else (outcome.reason, "")
        deviation, tolerance = (f"{value:.2g}" for value in (outcome.deviation, outcome.tolerance))
        rows.add_row(mark, check.name, *values, deviation, tolerance, f"{check.seconds:.1f}")
    return rows


def as_json(checks: Sequence[Check], run: Run, *, complete: bool) -> bytes:
    """All outcomes. `complete` is false while checks are still to come: an interrupted run leaves what it finished.

    >>> b'"complete": true' in as_json([], Run(full=False, device="cpu", seconds=1.0), complete=True)
    True
    """
    content = {
        "command": run.command,
        "complete": complete,
        "passed": complete and all(check.passed for check in checks),
        "seconds": run.seconds,
        "versions": {name: version(name) for name in _LIBRARIES},
        "checks": [_finite(check.as_dict()) for check in checks],
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False).encode()


def _finite(value: Any) -> Any:
    """JSON has no nan or infinity: they become null."""
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def as_html(sections: Sequence[Section], drawn: Sequence[Figure], run: Run) -> bytes:
    """The report: checks, exact minima, boundary, figures, derivation, training. One file, no links to others."""
    checks = [check for section in sections for check in section.checks]
    failed = [check.name for check in checks if not check.passed]
    basins: list[dict[str, Any]] = next(
        (check.outcome.data["basins"] for check in checks if "basins" in check.outcome.data), []
    )
    curve = phase_curve()
    return render(
        files(__package__).joinpath("report.html").read_text(encoding="utf-8"),
        sections=sections,
        passed=len(checks) - len(failed),
        total=len(checks),
        failed=failed,
        setting="Full" if run.full else "Quick",
        seconds=run.seconds,
        command=run.command,
        versions=f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in _LIBRARIES),
        models=[_model_rows(SmallestModel(*setting)) for setting in _SHOWN_MODELS],
        closed_form=mathml(
            sympy.Eq(sympy.Symbol("s^*"), sympy.together(phase_boundary().critical_sparsity)), block=True
        ),
        model=MODEL,
        theorems=THEOREMS,
        curve_degrees=curve.degree_list(),
        curve_terms=len(curve.terms()),
        boundary=_boundary_rows(),
        figures=[(inline(each.svg, each.name, each.title), each) for each in drawn],
        chambers=_derivations(),
        edges=[
            {
                "name": " and ".join(_CHAMBER_TITLES[name].split(":")[0] for name in edge.between),
                "value": mathml(edge.value_jump),
                "first": mathml(edge.gradient_jump[0 if edge.where[0].name == "w_1" else 1]),
                "second": ", ".join(mathml(jump) for jump in edge.hessian_jump),
            }
            for edge in edges()
        ],
        basins=basins,
    )


def _model_rows(model: SmallestModel) -> dict[str, Any]:
    s, i1, i2, _ = model.parameters
    rows = []
    for point in model.critical_points():
        first, second = point.floats
        degree = point.value.degree
        exact = mathml(point.loss) if degree <= 2 else f"an algebraic number of degree {degree}"
        rows.append(
            {
                "kind": f"{point.kind}{', global' if point in model.global_minima() else ''}",
                "phase": point.phase,
                "weights": f"{first:.6f}, {second:.6f}",
                "loss": f"{float(point.value):.10f}",
                "exact": exact,
            }
        )
    return {"title": f"s = {s}, importances {i1} and {i2}", "points": rows}


def _boundary_rows() -> list[list[str]]:
    rows = []
    for importance in _SHOWN_IMPORTANCES:
        transition = phase_boundary((1, importance))
        below, above = transition.branches()
        rows.append(
            [
                importance,
                _decimal(transition.enclosure(), 32),
                *(f"{_decimal(branch.w1, 6)}, {_decimal(branch.w2, 6)}" for branch in (below, above)),
                _decimal(transition.slope_jump(), 8),
            ]
        )
    return rows


def _decimal(interval: Interval, digits: int) -> str:
    lower, upper = interval
    middle = (lower + upper) / 2
    return str(sympy.Rational(middle.numerator, middle.denominator).evalf(digits))


@lru_cache(maxsize=1)
def _derivations() -> list[dict[str, Any]]:
    return [_derivation(chamber) for chamber in CHAMBERS]


def _derivation(chamber: Chamber) -> dict[str, Any]:
    return {
        "title": _CHAMBER_TITLES[chamber.name],
        "steps": [{"title": s.title, "mathml": s.mathml} for s in chamber.steps],
    }
