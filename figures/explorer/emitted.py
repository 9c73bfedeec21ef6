"""The mathematics of the smallest model as JavaScript: each expression is derived by `analytic` and printed by its emitter."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sympy import Expr, Poly

from analytic.emit import javascript
from analytic.loss.feature import FEATURE_CHAMBERS, VARIABLES
from analytic.n2m1 import CHAMBERS, OPPOSITE_FIRST, OPPOSITE_SECOND, PARAMETERS, SAME_SIGN, WEIGHTS
from analytic.n2m1.derivation import in_density, p, u

_SETTING = (p, *PARAMETERS[1:])
_ARCS = ((SAME_SIGN, 0, 1), (SAME_SIGN, 1, 1), (OPPOSITE_FIRST, 0, -1), (OPPOSITE_SECOND, 1, -1))
"""Chamber, chart, and the end of the arc of directions that starts at u = 0."""


@lru_cache(maxsize=1)
def emitted() -> str:
    """A module of JavaScript: `FREE`, the loss in the three chambers without bias; `ARCS`, C − ρL(u) + ρ²Q(u) on four arcs;
    `FEATURE`, the loss of one feature in the nine chambers with bias.

    In the density p = 1 − s, as in `analytic.n2m1.compiled_loss`: in s the terms would cancel as s → 1.

    >>> "export const FEATURE" in emitted()
    True
    """
    parts = ['import {power, product, quotient, ratio, sum} from "./fraction.js";', *_free(), *_arcs(), *_features()]
    return "\n\n".join(parts) + "\n"


def _free() -> list[str]:
    parts, table = [], []
    for chamber in CHAMBERS:
        loss = in_density(chamber.loss)
        first = [loss.diff(w) for w in WEIGHTS]
        second = [first[0].diff(WEIGHTS[0]), first[0].diff(WEIGHTS[1]), first[1].diff(WEIGHTS[1])]
        name = f"free_{chamber.name}"
        parts += [_written(name, [loss]), _written(f"{name}_jet", [loss, *first, *second])]
        table.append(f'{{name: "{chamber.name}", value: {name}, jet: {name}_jet}}')
    return [*parts, _table("FREE", table)]


def _written(name: str, expressions: list[Expr]) -> str:
    return javascript(name, (*WEIGHTS, *_SETTING), expressions)


def _arcs() -> list[str]:
    parts, table = [javascript("constant", _SETTING, [in_density(SAME_SIGN.radial.constant)])], []
    for k, (chamber, chart, end) in enumerate(_ARCS):
        whole = chamber.radial_in(chart)
        radial = replace(whole, linear=in_density(whole.linear), quartic=in_density(whole.quartic))
        fields = [f"chart: {chart}", f"end: {end}"]
        for name in ("linear", "quartic", "stationarity"):
            coefficients = Poly(getattr(radial, name), u).all_coeffs()[::-1]
            parts.append(javascript(f"{name}_{k}", _SETTING, coefficients))
            fields.append(f"{name}: [{name}_{k}, {len(coefficients)}]")
        table.append(f"{{{', '.join(fields)}}}")
    return [*parts, "export {constant};", _table("ARCS", table)]


def _features() -> list[str]:
    parts, table = [], []
    for chamber in FEATURE_CHAMBERS:
        jet, name = chamber.jet, f"feature_{chamber.positive}"
        parts += [
            javascript(name, VARIABLES, [chamber.loss]),
            javascript(f"{name}_bias", VARIABLES, [jet[0], jet[3], jet[9]]),
            javascript(f"{name}_jet", VARIABLES, jet),
            javascript(f"{name}_exact", VARIABLES, [chamber.loss], exact=True),
        ]
        fields = ", ".join(f"{field}: {name}_{field}" for field in ("bias", "jet", "exact"))
        table.append(f"{chamber.positive}: {{nearest: {chamber.nearest}, value: {name}, {fields}}}")
    return [*parts, _table("FEATURE", table, "{}")]


def _table(name: str, rows: list[str], brackets: str = "[]") -> str:
    return f"export const {name} = {brackets[0]}\n  " + ",\n  ".join(rows) + f"\n{brackets[1]};"
