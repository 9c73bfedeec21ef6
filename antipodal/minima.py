"""The atlas at the door: known minima of K by setting, with what the exact route says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import analytic.loss
from analytic.exact import rational
from analytic.n2m1.bias import Certified, certify
from analytic.polygon_proof import CertifiedPolygon, certify_polygon
from numeric.atlas import (
    SAME,
    AtlasEntry,
    Fault,
    Interval,
    Setting,
    check_entry,
    known,
    settings,
    shipped,
    write_table,
)
from numeric.atlas import atlas as known_minimum
from verify.suites.atlas import best_packing, decimal, importances
from verify.suites.atlas import enclosed as enclosure

from .laws import floats, for_floats

_PROVED = Fraction(1, 10**20)
"""How far above a proved least loss K of floats may lie, in units of Σ I_i E x_i²: rounding moves a minimiser by some 1e-16 to
1e-12, and K by the square of that."""
_ZERO = "K is nowhere negative"
_POLYGONS = (5, 6)
_NEAREST, _UPWARDS = Context(prec=34), Context(prec=2, rounding=ROUND_CEILING)


def atlas(
    n: int,
    m: int,
    sparsity: Any = None,
    *,
    importance: Any = None,
    law: Any = None,
    nearest: bool = False,
    polish: bool = False,
) -> AtlasEntry | None:
    """The best known minimum of K for n features in m dimensions: `.W`, `.b`, `.loss`, `.sparsity`, `.geometry`, `.status`,
    `.share` of the random starts that reach it, and `.minima`, all that were met. None where the atlas has no entry of exactly
    that setting.

    `sparsity` a number in [0, 1), a law, or None beside a `law`; `importance` None for 1, a number or n numbers. `nearest`: the
    nearest entry of these n, m and law; `.sparsity` says which. `polish`: where that is of another setting, what descents at
    the one asked for reach from there. As `numeric.atlas.atlas`; the documentation says which settings there are.

    >>> from antipodal import atlas
    >>> atlas(5, 2, "9/10").geometry
    'pentagon'
    """
    given, other = for_floats(sparsity, law)
    return known_minimum(
        n, m, given, importance=floats(importance, "importance"), law=other, nearest=nearest, polish=polish
    )


def enclosed(entry: AtlasEntry) -> AtlasEntry:
    """The entry with K at its very W and b, enclosed to 30 digits of Σ I_i E x_i² at the decimal sparsity and importances."""
    return replace(entry, enclosure=_interval(enclosure(entry)))


def proved(entry: AtlasEntry, budget: float = 60) -> AtlasEntry:
    """The entry with the name of what proves that nothing is lower, where there is a proof."""
    if entry.enclosure is None:
        return entry
    middle, radius = map(Fraction, entry.enclosure)
    width = _PROVED * Fraction(entry.setting.unit)
    if middle + radius <= width:
        return replace(entry, proof=_ZERO)
    name, least = _proof(entry.setting, budget) or ("", middle - 1)
    return replace(entry, proof=name if middle + radius - least <= width else None)


def check(entry: AtlasEntry) -> Iterator[Fault]:
    """What is wrong with an entry, by both routes: `numeric.atlas.check_entry`; its enclosure; and whether the catalogue of
    polytopes has something lower, certified.
    """
    yield from check_entry(entry)
    found = enclosure(entry)
    if entry.enclosure is not None:
        middle, radius = map(Fraction, entry.enclosure)
        if abs(middle - rational(found.midpoint, "midpoint")) > radius + rational(found.radius, "radius"):
            yield Fault(entry.setting, f"its enclosure is {entry.enclosure.midpoint}, computed {found!r}")
    if entry.proof is not None and proved(replace(entry, proof=None)).proof != entry.proof:
        yield Fault(entry.setting, f"it is not proved by {entry.proof}")
    winner = best_packing(entry.setting)
    level = found if winner is None else winner.loss
    if (above := found.midpoint - found.radius - level.midpoint - level.radius) > 0:
        yield Fault(entry.setting, f"the catalogue of polytopes is lower by {float(above):.2g}")


def news(entry: AtlasEntry) -> str:
    """What an entry would add to the atlas, in a sentence; nothing where it is not lower."""
    known = shipped(entry.n, entry.m).get(entry.setting)
    if known is None:
        return f"to add, {entry.setting.name}: {entry.loss!r}, {entry.geometry}"
    fall = known.loss - entry.loss
    if fall <= SAME * entry.setting.unit:
        return ""
    return f"to replace, {entry.setting.name}: {entry.loss!r}, {entry.geometry}, lower by {fall:.3g}"


def write_built(folder: Path, table: Path) -> int:
    """The entries of a build and those shipped, enclosed, and proved where they can be, as a table; how many there are."""
    entries = [entry for setting in settings() if (entry := known(folder, setting))]
    write_table(table, (one if one.enclosure else proved(enclosed(one)) for one in entries))
    return len(entries)


def _interval(found: analytic.loss.Enclosure) -> Interval:
    """As decimals, rounded outwards."""
    middle, radius = rational(found.midpoint, "midpoint"), rational(found.radius, "radius")
    text = str(_NEAREST.divide(*map(Decimal, middle.as_integer_ratio())))
    wide = radius + abs(middle - Fraction(text))
    return Interval(text, str(_UPWARDS.divide(*map(Decimal, wide.as_integer_ratio()))))


def _proof(setting: Setting, budget: float) -> tuple[str, Fraction] | None:
    """What proves a least loss, and a bound below it; None where nothing does."""
    if setting.sparsity is None and setting.equal and setting.m == 2 and setting.n in _POLYGONS:
        polygon = certify_polygon(setting.n, budget=budget)
        if isinstance(polygon, CertifiedPolygon):
            return f"analytic.polygon_proof.certify_polygon({setting.n})", polygon.potential[0] / (3 * setting.n)
    if (setting.n, setting.m) == (2, 1) and setting.sparsity:
        s, weight = decimal(setting.sparsity), importances(setting)
        found = certify(s, (weight[0], weight[1]), budget=budget)
        if isinstance(found, Certified):
            name = f"analytic.n2m1.bias.certify('{s}', ({weight[0]}, '{weight[1]}'))"
            return name, rational(found.loss_lower, "loss")
    return None
