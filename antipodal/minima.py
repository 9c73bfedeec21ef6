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
from numeric.atlas import (
    SAME,
    AtlasEntry,
    Fault,
    Interval,
    check_entry,
    known,
    settings,
    shipped,
    write_table,
)
from numeric.atlas import atlas as known_minimum
from verify.suites.atlas_exact import FOLDER, best_packing, proof_of, unproved
from verify.suites.atlas_exact import enclosed as enclosure

from .laws import floats, for_floats

_ZERO = "K is nowhere negative"
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


def proved(entry: AtlasEntry) -> AtlasEntry:
    """The entry with what proves that nothing is lower, where K is near 0 or a certificate that the package carries does."""
    proof = proof_of(entry.setting)
    if entry.loss < SAME * entry.setting.unit:
        tried = replace(entry, proof=_ZERO, certificate=None)
    elif proof and (FOLDER / proof.file).is_file():
        tried = replace(entry, proof=proof.call, certificate=proof.file)
    else:
        return replace(entry, proof=None, certificate=None)
    return replace(entry, proof=None, certificate=None) if unproved(tried) else tried


def check(entry: AtlasEntry) -> Iterator[Fault]:
    """What is wrong with an entry, by both routes: `numeric.atlas.check_entry`; its enclosure; its certificate; and whether the
    catalogue of polytopes has something lower, certified.
    """
    yield from check_entry(entry)
    found = enclosure(entry)
    if entry.enclosure is not None:
        middle, radius = map(Fraction, entry.enclosure)
        if abs(middle - rational(found.midpoint, "midpoint")) > radius + rational(found.radius, "radius"):
            yield Fault(entry.setting, f"its enclosure is {entry.enclosure.midpoint}, computed {found!r}")
    if entry.proof is not None and (why := unproved(entry)):
        yield Fault(entry.setting, f"it is not proved: {why}")
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
    write_table(table, (one if one.proof else proved(one if one.enclosure else enclosed(one)) for one in entries))
    return len(entries)


def _interval(found: analytic.loss.Enclosure) -> Interval:
    """As decimals, rounded outwards."""
    middle, radius = rational(found.midpoint, "midpoint"), rational(found.radius, "radius")
    text = str(_NEAREST.divide(*map(Decimal, middle.as_integer_ratio())))
    wide = radius + abs(middle - Fraction(text))
    return Interval(text, str(_UPWARDS.divide(*map(Decimal, wide.as_integer_ratio()))))
